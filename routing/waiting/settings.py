"""What a queue says to those who wait in it, and to the agent who takes one of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class When(Enum):
    """When a caller is told again where he or she stands."""

    ALWAYS = "always"
    CHANGED = "changed"
    """Only when it is another place, or another time, than was said last."""
    IMPROVED = "improved"
    """Only when it is a better one: nobody likes to hear that others went ahead."""


class AtClosing(Enum):
    """What becomes of those who wait when the queue's hours end."""

    FINISH = "finish"
    """They are served; only nobody joins any more."""
    LEAVE = "leave"
    """They leave, unless an agent's phone rings for them."""


@dataclass(frozen=True, slots=True)
class Comfort:
    """Messages spoken in turn, one at a time."""

    prompts: tuple[str, ...] = ()
    first: float = 30.0
    """Seconds from joining to the first."""
    every: float = 45.0
    """Seconds from the end of one to the next."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What callers are told of their place and of the wait ahead of them."""

    position: bool = False
    wait: bool = False
    first: float = 15.0
    every: float = 60.0
    limit: int = 20
    """Whoever stands further back than this is not told the place."""
    when: When = When.IMPROVED


@dataclass(frozen=True, slots=True)
class Announcements:
    """All that is said to callers while they wait."""

    greeting: tuple[str, ...] = ()
    """Prompts spoken as soon as the caller waits."""
    comfort: Comfort = Comfort()
    standing: Standing = Standing()
    pause: float = 5.0
    """The least seconds of music between two announcements."""


NOTHING_SAID = Announcements()


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A key that an agent must press to take a call: an answering machine at the desk presses none."""

    key: str = "1"
    within: float = 8.0
    """Seconds from the end of what the agent is told."""
