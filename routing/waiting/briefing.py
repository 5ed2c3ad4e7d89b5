"""What an agent who has answered is told before the caller is put through: who waits, and which key takes the call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from routing.waiting.sayings import Saying

if TYPE_CHECKING:
    from routing.settings import QueueSettings

TAKE_CALL = "agent_take_call"
SPARE = 3.0
"""Seconds beyond its length that a whisper may take: it is played by another thread."""


@dataclass(frozen=True, slots=True)
class Briefing:
    """Nothing, unless the queue says so."""

    sayings: tuple[Saying, ...] = ()
    key: str | None = None
    """What must be pressed for the call; without it the caller is put through when all is said."""
    within: float = SPARE
    """Seconds that the agent has after it."""


def briefing(queue: QueueSettings, client: str | None) -> Briefing:
    """For a caller of this client company."""
    whisper = queue.whisper.get(client or "") or queue.whisper.get("") or ()
    sayings = tuple(map(Saying, whisper))
    asked = queue.acknowledge
    if asked is None:
        return Briefing(sayings)
    return Briefing((*sayings, Saying(TAKE_CALL, (("key", asked.key),))), asked.key, asked.within)
