"""What the parts of the distributor have in common: who waits, who works, what is reserved, and what is to be told."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from routing.commands import QueueChanged, Record

if TYPE_CHECKING:
    from base.ids import Ids
    from base.timers import Timers
    from routing.agents.agent import Agent
    from routing.commands import Command, JsonValue
    from routing.queues.entry import Entry
    from routing.queues.estimates import Estimates
    from routing.queues.queue import WaitingQueue
    from routing.reservations.reservation import Reservation
    from routing.reservations.store import Store


class Due(Enum):
    """What a deadline is for; the name beside it is that of a reservation, an entry, an agent or a queue."""

    __hash__ = object.__hash__

    RING = auto()
    MAX_WAIT = auto()
    RELAX = auto()
    SHARED = auto()
    """An entry that waited for one agent only waits for all from here on."""
    WIDEN = auto()
    """One phone more rings."""
    WRAP_UP = auto()
    REST = auto()
    RETRY = auto()
    LEFT_EMPTY = auto()


class Floor:
    """Shared by the parts; belongs to one distributor."""

    __slots__ = (
        "_changed_queues", "_commands", "entries", "estimates", "fresh_agents", "fresh_entries", "ids", "is_quiet",
        "queues", "reservations", "restaffed", "store", "timers", "turn",
    )  # fmt: skip

    def __init__(self, store: Store, ids: Ids, timers: Timers[tuple[Due, str]], *, is_quiet: bool) -> None:
        """Begin empty; a quiet one tells neither the ledger nor who watches agents and queues."""
        self.store = store
        self.ids = ids
        self.timers = timers
        self.is_quiet = is_quiet
        self.queues: dict[str, WaitingQueue] = {}
        self.estimates: dict[str, Estimates] = {}
        """How long callers of each queue wait; what was learnt outlives a reload."""
        self.entries: dict[str, Entry] = {}
        self.reservations: dict[str, Reservation] = {}
        self.fresh_agents: dict[Agent, None] = {}
        """Who has become idle since agents and entries were last brought together."""
        self.fresh_entries: dict[Entry, None] = {}
        """What has begun to wait since then."""
        self.restaffed: dict[Agent, None] = {}
        """Who is there more or less than before."""
        self.turn = 0
        """Counts arrivals and ringing phones, so that equals have an order."""
        self._commands: list[Command] = []
        self._changed_queues: dict[str, None] = {}

    def next_turn(self) -> int:
        """One more."""
        self.turn += 1
        return self.turn

    def tell(self, command: Command) -> None:
        """Ask the edge to do something."""
        self._commands.append(command)

    def record(self, contact: str, kind: str, /, **data: JsonValue) -> None:
        """Tell the ledger."""
        if not self.is_quiet:
            self._commands.append(Record(contact, kind, data))

    def changed(self, queue: str) -> None:
        """Others see another queue now."""
        if not self.is_quiet:
            self._changed_queues[queue] = None

    def take_commands(self) -> list[Command]:
        """What is to be done, in order."""
        if self._changed_queues:
            self._commands.extend(QueueChanged(queue) for queue in self._changed_queues)
            self._changed_queues.clear()
        taken, self._commands = self._commands, []
        return taken
