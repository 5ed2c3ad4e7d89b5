"""Queue entries: a contact waiting in a queue, and what it asked for when it joined."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from routing.skills import NONE, relaxed

if TYPE_CHECKING:
    from routing.queues.demand import Demand
    from routing.queues.estimates import Guess
    from routing.queues.ranking import Key
    from routing.settings import LeaveReason, QueueSettings
    from routing.skills import Requirements


@dataclass(frozen=True, slots=True)
class EntryJoin:
    """A contact that wants to wait in a queue."""

    entry: str
    contact: str
    queue: str
    priority: int = 0
    requires: Requirements = NONE
    joined: float | None = None
    """An earlier arrival whose place is kept; now unless given."""
    sticky: str | None = None
    """The agent whom the caller should get, if he or she can be had soon."""
    lead: float = 0.0
    """Seconds that a reservation may stand before its phone rings, e.g. while a customer is called back first."""
    avoid: frozenset[str] = frozenset()
    """Agents who are not to be asked while there are others, e.g. who has just sent the caller here."""
    refused: LeaveReason | None = None
    """Why it may not wait, where that is known beforehand."""


@dataclass(slots=True, eq=False)
class Entry:
    """A contact waiting in a queue."""

    join: EntryJoin
    key: Key
    """Place in line: when the caller is due, then the order of arrival."""
    turn: int
    """The order of arrival."""
    priority: int
    joined: float
    """When the wait began that gives the place; maybe in an earlier call."""
    arrived: float
    """When it came into this line."""
    demand: Demand
    reservations: set[str] = field(default_factory=set)
    width: float = 1
    """How many phones may ring for it at once."""
    steps: int = 0
    """How many steps its requirements have been relaxed."""
    guess: Guess | None = None
    """How long it was thought to wait."""
    is_overdue: bool = False
    """The longest wait ended while a phone was ringing; decided when the ringing ends."""

    @property
    def id(self) -> str:
        """The entry's id."""
        return self.join.entry

    @property
    def has_room(self) -> bool:
        """Whether one phone more may ring."""
        return len(self.reservations) < self.width

    def asks(self, queue: QueueSettings, own: Requirements) -> Requirements:
        """What is asked of agents at present; `own` is what was asked at first."""
        return relaxed(own, queue.relax[: self.steps])


def due(queue: QueueSettings, *, joined: float, priority: int) -> float:
    """When a caller ought to be answered; the earliest is served first, over all queues.

    The promise of the service level, sooner by the weight of the client's contract and by priority. It does not change
    while the caller waits, so everybody who joins later than that moment is behind: nobody starves.
    """
    return joined + queue.service_level.within / queue.weight - priority * queue.priority_step
