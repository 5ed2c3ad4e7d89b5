"""Queue entries: a contact waiting in a queue, and what it asked for when it joined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from routing.skills import NONE

if TYPE_CHECKING:
    from routing.demand import Demand
    from routing.ranking import Key
    from routing.skills import Requirements


@dataclass(frozen=True, slots=True)
class EntryJoin:
    """A contact that wants to wait in a queue."""

    entry: str
    contact: str
    queue: str
    priority: int = 0
    requires: Requirements = NONE


@dataclass(slots=True, eq=False)
class Entry:
    """A contact waiting in a queue."""

    join: EntryJoin
    key: Key
    """Place in line: priority, then arrival. Kept for the whole stay, whatever agents do."""
    joined: float
    demand: Demand
    reservation: str | None = None
    is_overdue: bool = False
    """The longest wait ended while a phone was ringing; decided when the ringing ends."""

    @property
    def id(self) -> str:
        """The entry's id."""
        return self.join.entry
