"""The store of a node on its own: dictionaries, and the rules of the port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.agents.tables import State, Status
from routing.reservations.store import AgentRow, EntryRow, ReservationRow

if TYPE_CHECKING:
    from collections.abc import Collection

    from routing.reservations.reservation import ReservationResult
    from routing.settings import LeaveReason

HELD = frozenset({State.RESERVED, State.RINGING})
"""States that only a reservation gives and ends."""


class MemoryStore:
    """Keeps everything in memory; a new node begins empty."""

    __slots__ = ("_agents", "_entries", "_reservations")

    def __init__(self) -> None:
        """Begin empty."""
        self._agents: dict[str, AgentRow] = {}
        self._entries: dict[str, EntryRow] = {}
        self._reservations: dict[str, ReservationRow] = {}

    def agent(self, agent: str) -> AgentRow | None:
        """One agent."""
        return self._agents.get(agent)

    def entry(self, entry: str) -> EntryRow | None:
        """One entry."""
        return self._entries.get(entry)

    def reservation(self, reservation: str) -> ReservationRow | None:
        """One open reservation."""
        return self._reservations.get(reservation)

    def set_status(self, agent: str, status: Status, reason: str | None) -> bool:
        """What the person chose."""
        row = self._agents.get(agent)
        if row is None:
            self._agents[agent] = AgentRow(status, State.IDLE, reason)
        else:
            row.status, row.reason = status, reason
        return True

    def set_state(self, agent: str, state: State) -> bool:
        """What the system sees."""
        row = self._agents.get(agent)
        if row is None or state in HELD or row.reservation is not None:
            return False
        row.state = state
        return True

    def forget(self, agent: str) -> bool:
        """The agent is no more."""
        row = self._agents.get(agent)
        if row is None or row.reservation is not None:
            return False
        del self._agents[agent]
        return True

    def enqueue(self, entry: str, *, queue: str, contact: str, due: float) -> bool:
        """A contact waits."""
        if entry in self._entries:
            return False
        self._entries[entry] = EntryRow(queue, contact, due)
        return True

    def requeue(self, entry: str, *, due: float) -> bool:
        """The entry has another place."""
        row = self._entries.get(entry)
        if row is None or row.winner is not None:
            return False
        row.due = due
        return True

    def dequeue(self, entry: str, reason: LeaveReason) -> bool:
        """The entry leaves."""
        row = self._entries.get(entry)
        if row is None or row.open:
            return False
        del self._entries[entry]
        return True

    def reserve(self, reservation: str, *, entry: str, agent: str) -> bool:
        """Hold the agent for the entry."""
        wanted, holder = self._entries.get(entry), self._agents.get(agent)
        if reservation in self._reservations or wanted is None or wanted.winner is not None:
            return False
        if holder is None or holder.reservation is not None:
            return False
        if holder.status is Status.LOGGED_OUT or holder.state is not State.IDLE:
            return False
        self._reservations[reservation] = ReservationRow(entry, agent)
        wanted.open.add(reservation)
        holder.reservation, holder.state = reservation, State.RESERVED
        return True

    def ring(self, reservation: str) -> bool:
        """The agent's phone rings."""
        row = self._reservations.get(reservation)
        if row is None:
            return False
        row.is_ringing = True
        self._agents[row.agent].state = State.RINGING
        return True

    def win(self, reservation: str) -> Collection[str] | None:
        """The agent has answered and has the entry."""
        row = self._reservations.get(reservation)
        entry = self._entries.get(row.entry) if row is not None else None
        if row is None or entry is None or entry.winner is not None:
            return None
        self._close(reservation, row, State.TALKING)
        entry.winner = reservation
        return sorted(entry.open)

    def end(self, reservation: str, result: ReservationResult) -> bool:
        """The reservation came to nothing."""
        row = self._reservations.get(reservation)
        if row is None:
            return False
        self._close(reservation, row, State.IDLE)
        return True

    def _close(self, reservation: str, row: ReservationRow, state: State) -> None:
        del self._reservations[reservation]
        self._entries[row.entry].open.discard(reservation)
        agent = self._agents[row.agent]
        agent.reservation, agent.state = None, state
