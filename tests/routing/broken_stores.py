"""Stores that are broken on purpose, each in one way: a check that lets one of them pass checks nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.agents.tables import State, Status
from routing.reservations.memory_store import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from routing.reservations.reservation import ReservationResult
    from routing.reservations.store import ReservationRow
    from routing.settings import LeaveReason


class ReservesTwice(MemoryStore):
    """An agent who is reserved already is reserved again, for whoever asks last."""

    __slots__ = ()

    def reserve(self, reservation: str, *, entry: str, agent: str) -> bool:
        row = self._agents.get(agent)
        if row is not None and row.reservation is not None:
            row.reservation, row.state = None, State.IDLE
        return super().reserve(reservation, entry=entry, agent=agent)


class ReservesWhoHasLeft(MemoryStore):
    """Who is logged out, or on a call, can be reserved."""

    __slots__ = ()

    def reserve(self, reservation: str, *, entry: str, agent: str) -> bool:
        row = self._agents.get(agent)
        if row is None or row.reservation is not None:
            return super().reserve(reservation, entry=entry, agent=agent)
        status, row.status, row.state = row.status, Status.AVAILABLE, State.IDLE
        done = super().reserve(reservation, entry=entry, agent=agent)
        row.status = status
        return done


class TwoWinners(MemoryStore):
    """Who answers second wins, too."""

    __slots__ = ()

    def win(self, reservation: str) -> Collection[str] | None:
        row = self._reservations.get(reservation)
        if row is not None:
            self._entries[row.entry].winner = None
        return super().win(reservation)


class ForgetsTheLosers(MemoryStore):
    """Other phones are not said to ring when one is answered."""

    __slots__ = ()

    def win(self, reservation: str) -> Collection[str] | None:
        return None if super().win(reservation) is None else ()


class EndsTwice(MemoryStore):
    """A reservation that has ended can be ended again."""

    __slots__ = ()

    def end(self, reservation: str, result: ReservationResult) -> bool:
        super().end(reservation, result)
        return True


class LeavesTheAgentReserved(MemoryStore):
    """The agent is held on when the reservation has ended."""

    __slots__ = ()

    def end(self, reservation: str, result: ReservationResult) -> bool:
        row = self._reservations.get(reservation)
        done = super().end(reservation, result)
        if row is not None:
            self._agents[row.agent].state = State.RESERVED
        return done


class LosesTheEntry(MemoryStore):
    """An entry may leave while phones ring for it, and their reservations are forgotten."""

    __slots__ = ()

    def dequeue(self, entry: str, reason: LeaveReason) -> bool:
        row = self._entries.get(entry)
        if row is not None:
            for reservation in list(row.open):
                self._close(reservation, self._reservations[reservation], State.IDLE)
        return super().dequeue(entry, reason)


class HalfDone(MemoryStore):
    """A refused reservation leaves the agent held."""

    __slots__ = ()

    def reserve(self, reservation: str, *, entry: str, agent: str) -> bool:
        done = super().reserve(reservation, entry=entry, agent=agent)
        row = self._agents.get(agent)
        if not done and row is not None and row.reservation is None:
            row.state = State.RESERVED
        return done


class FreesWhoRings(MemoryStore):
    """A state may be set while a phone rings."""

    __slots__ = ()

    def set_state(self, agent: str, state: State) -> bool:
        row = self._agents.get(agent)
        if row is not None and row.reservation is not None:
            row.state = state
            return True
        return super().set_state(agent, state)


class EndsSilently(MemoryStore):
    """A reservation that ends stays open for its entry."""

    __slots__ = ()

    def _close(self, reservation: str, row: ReservationRow, state: State) -> None:
        super()._close(reservation, row, state)
        self._entries[row.entry].open.add(reservation)


BROKEN: tuple[Callable[[], MemoryStore], ...] = (
    ReservesTwice,
    ReservesWhoHasLeft,
    TwoWinners,
    ForgetsTheLosers,
    EndsTwice,
    LeavesTheAgentReserved,
    LosesTheEntry,
    HalfDone,
    FreesWhoRings,
    EndsSilently,
)
