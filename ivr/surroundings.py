"""What a menu session may ask about the centre around it: hours, announcements, queues. Read at once, never awaited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from media.catalogue import Segment

CALLBACK_FREE, CALLBACK_STANDING, CALLBACK_REFUSED = "ok", "standing", "refused"
"""Whether a number may be promised to be called back: yes; it is promised already; never."""

OPEN, CLOSED, HOLIDAY, EMERGENCY = HOURS_STATES = ("open", "closed", "holiday", "emergency")


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """How a queue stands at a moment."""

    agents_ready: int = 0
    """Agents who would be offered a caller now."""
    agents_logged_in: int = 0
    waiting: int = 0
    longest_wait: float = 0.0
    """Seconds that the first in the line has waited."""


class Surroundings(Protocol):
    """The centre as a menu sees it."""

    def hours(self, name: str, moment: datetime) -> str:
        """One of HOURS_STATES for opening hours by id; `moment` is aware."""

    def announcements(self, names: Collection[str]) -> tuple[str, ...]:
        """The prompts that supervisors have switched on under these names."""

    def announced(self, language: str, prompt: str) -> tuple[Segment, ...]:
        """The pieces of an announcement: the menus' own version need not know its words."""

    def queue(self, name: str) -> QueueStatus:
        """How a queue stands."""

    def callback(self, queue: str, number: str) -> tuple[str, str]:
        """Whether a queue may call this number (E.164) back, and the reference of the promise that stands already."""


class Quiet:
    """Surroundings where it is always open, nothing is announced and nobody waits: for tests and trying."""

    def hours(self, name: str, moment: datetime) -> str:
        """Open."""
        del name, moment
        return OPEN

    def announcements(self, names: Collection[str]) -> tuple[str, ...]:
        """None."""
        del names
        return ()

    def announced(self, language: str, prompt: str) -> tuple[Segment, ...]:
        """Nothing."""
        del language, prompt
        return ()

    def queue(self, name: str) -> QueueStatus:
        """Empty, with one agent ready."""
        del name
        return QueueStatus(agents_ready=1, agents_logged_in=1)

    def callback(self, queue: str, number: str) -> tuple[str, str]:
        """It may."""
        del queue, number
        return CALLBACK_FREE, ""
