"""The port behind which everything stands that must never go wrong: who waits, who is reserved for whom, who has won.

Each command is done whole or refused, and a refusal changes nothing. The distributor asks the store first and acts
only on what was done, so that two nodes that share a store can never give one agent two callers, nor one caller two
agents. What any store must keep to is written down as tests (tests/routing/store_contract.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection

    from routing.agents.tables import State, Status
    from routing.reservations.reservation import ReservationResult
    from routing.settings import LeaveReason


@dataclass(slots=True)
class AgentRow:
    """An agent, as all nodes know him or her."""

    status: Status
    state: State
    reason: str | None = None
    reservation: str | None = None
    """The open one."""


@dataclass(slots=True)
class EntryRow:
    """A waiting entry."""

    queue: str
    contact: str
    due: float
    winner: str | None = None
    """The reservation whose agent has the caller."""
    open: set[str] = field(default_factory=set)
    """Reservations that have not ended."""


@dataclass(slots=True)
class ReservationRow:
    """A reservation that has not ended."""

    entry: str
    agent: str
    is_ringing: bool = False


class Store(Protocol):
    """Where queues, agents and reservations are kept. Commands return whether they were done."""

    def agent(self, agent: str) -> AgentRow | None:
        """One agent."""

    def entry(self, entry: str) -> EntryRow | None:
        """One entry that waits, or has just been won."""

    def reservation(self, reservation: str) -> ReservationRow | None:
        """One open reservation."""

    def set_status(self, agent: str, status: Status, reason: str | None) -> bool:
        """What the person chose. An agent not known until now is from here on, idle. Never refused."""

    def set_state(self, agent: str, state: State) -> bool:
        """What the system sees. Refused for an unknown agent, and where a reservation says another thing.

        `reserved` and `ringing` come by `reserve` and `ring` alone, and last until the reservation ends.
        """

    def forget(self, agent: str) -> bool:
        """The agent is no more. Refused while a reservation stands."""

    def enqueue(self, entry: str, *, queue: str, contact: str, due: float) -> bool:
        """A contact waits. Refused when the entry is there already."""

    def requeue(self, entry: str, *, due: float) -> bool:
        """The entry has another place in its line. Refused when it is not there or has been won."""

    def dequeue(self, entry: str, reason: LeaveReason) -> bool:
        """The entry leaves. Refused when it is not there, or while a reservation of it is open."""

    def reserve(self, reservation: str, *, entry: str, agent: str) -> bool:
        """Hold the agent for the entry.

        Refused when the reservation's id is taken, the entry is not there or won, or the agent is unknown, logged out,
        not idle or reserved already.
        """

    def ring(self, reservation: str) -> bool:
        """The agent's phone rings. Refused when the reservation has ended."""

    def win(self, reservation: str) -> Collection[str] | None:
        """The agent has answered and has the entry: the reservation ends as answered, the agent talks.

        Returns the entry's other open reservations, which the caller must end; None when refused: the reservation has
        ended, or another one has won.
        """

    def end(self, reservation: str, result: ReservationResult) -> bool:
        """The reservation came to nothing, the agent is idle again. Refused when it has ended."""
