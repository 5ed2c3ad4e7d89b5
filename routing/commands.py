"""What the distributor asks its edge to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calls.destination import Destination
    from routing.agents.tables import State, Status
    from routing.reservations.reservation import ReservationResult
    from routing.settings import LeaveReason

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


@dataclass(frozen=True, slots=True)
class RingAgent:
    """Call the agent's phone for this entry."""

    reservation: str
    entry: str
    agent: str
    contact_uri: str | None
    """The fixed contact; None: the registered phones of the agent's account."""
    ring_timeout: float


@dataclass(frozen=True, slots=True)
class StopRinging:
    """End the leg towards the agent, whatever its state (CANCEL, or BYE when it has answered)."""

    reservation: str
    reason: ReservationResult


@dataclass(frozen=True, slots=True)
class ConnectAgent:
    """The agent answered and has won this entry: stop its music and bridge the two."""

    reservation: str
    entry: str
    agent: str


@dataclass(frozen=True, slots=True)
class Overflow:
    """The entry is out of its queue without an agent: take it to this destination."""

    entry: str
    destination: Destination
    reason: LeaveReason


@dataclass(frozen=True, slots=True)
class LookAgain:
    """The settings of those who wait, or what they go by, may be others now. Posted by the edge itself."""


@dataclass(frozen=True, slots=True)
class Record:
    """An event for the ledger; `contact` is empty when it concerns no contact."""

    contact: str
    type: str
    data: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class AgentChanged:
    """An agent's status, state or reason is another one now."""

    agent: str
    status: Status
    state: State
    reason: str | None
    wrap_up_until: float | None = None
    """When wrap-up ends by itself."""


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """A queue has another length, or other agents."""

    queue: str


Command = RingAgent | StopRinging | ConnectAgent | Overflow | Record | AgentChanged | QueueChanged
