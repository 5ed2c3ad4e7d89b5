"""The live side of an agent: the two machines, the facts beside them, and who can be given a caller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from base.machine import Machine
from routing.agents.tables import (
    STATE,
    STATUS,
    State,
    StateEffect,
    StateInput,
    Status,
    StatusEffect,
    StatusInput,
)
from routing.settings import Presence

if TYPE_CHECKING:
    from routing.queues.demand import Demand
    from routing.reservations.reservation import ReservationResult
    from routing.settings import AgentSettings

IDLE = "idle"
RESTING = "resting"

_STATUS_INPUT = {
    Status.AVAILABLE: StatusInput.MAKE_AVAILABLE,
    Status.NOT_READY: StatusInput.MAKE_NOT_READY,
    Status.LOGGED_OUT: StatusInput.LOG_OUT,
}


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent as others may see him or her."""

    id: str
    name: str
    account: str | None
    contact: str | None
    status: Status
    state: State
    reason: str | None
    since: float
    """When the state began."""
    wrap_up_until: float | None
    reachable: bool
    queues: tuple[str, ...]
    reservation: str | None
    status_since: float
    calls: int
    """Callers of queues answered since the node started."""
    talked: float
    """Seconds with them."""
    rests: bool = False
    """Whether the phone is left alone for a while because it could not be reached, registered or not."""


class Face(NamedTuple):
    """What others are told of an agent whenever it changes."""

    status: Status
    state: State
    reason: str | None
    wrap_up_until: float | None


class Serving(NamedTuple):
    """The call from a queue that an agent has, to the end of its wrap-up."""

    contact: str
    queue: str
    began: float
    """When its reservation was made."""


class Agent:
    """One agent: settings, status, state, and the facts that a state cannot hold."""

    __slots__ = (
        "_reachable", "calls", "demands", "elsewhere", "failures", "idle_since", "indexed", "label",
        "last_rung", "lot", "offline_until", "ordinal", "presence", "published", "reason", "reservation",
        "resting_after", "resting_until", "serving", "settings", "since", "state_machine", "status_machine",
        "status_since", "talk_began", "talked", "wrap_up", "wrap_up_until",
    )  # fmt: skip

    def __init__(self, settings: AgentSettings, ordinal: int, *, now: float) -> None:
        """Begin in the status of the settings; a phone that must register first is offline until it has."""
        self.settings = settings
        self.ordinal = ordinal
        self.status_machine = Machine(STATUS)
        self.state_machine = Machine(STATE)
        self.reason: str | None = None
        self.idle_since = now
        self.since = now
        self.elsewhere = False
        self.resting_until: float | None = None
        self.resting_after: ReservationResult | None = None
        """How the reservation ended after which the agent is, or was, left alone."""
        self.offline_until: float | None = None
        """A phone that could not be reached is left alone until then, registered or not."""
        self.reservation: str | None = None
        self.wrap_up = 0.0
        self.wrap_up_until: float | None = None
        self.demands: list[Demand] = []
        self.indexed = False
        self.failures = 0
        """Calls in a row that the phone could not take: no codec, no such feature."""
        self.calls = 0
        """Callers of queues answered."""
        self.talked = 0.0
        """Seconds with them."""
        self.talk_began = now
        self.serving: Serving | None = None
        """The present call or wrap-up."""
        self.last_rung = 0
        """The turn in which a phone of this agent rang last, counted over all agents."""
        self.lot = 0
        """Drawn anew on becoming idle."""
        self.status_since = now
        self._reachable = settings.contact is not None
        if settings.status is not Status.LOGGED_OUT:
            self.status_machine.fire(_STATUS_INPUT[settings.status])
        self.settle()
        self.label = self.present_label()
        self.presence = self.present_presence()
        self.published = self.face()

    @property
    def id(self) -> str:
        """The agent's id."""
        return self.settings.id

    @property
    def status(self) -> Status:
        """What the person chose."""
        return self.status_machine.state

    @property
    def state(self) -> State:
        """What the agent is doing."""
        return self.state_machine.state

    @property
    def reachable(self) -> bool:
        """Whether a phone could ring now, as far as we know."""
        return self._reachable and self.offline_until is None

    @property
    def routable(self) -> bool:
        """Whether a caller can be given to this agent now."""
        return self.label == IDLE

    def registered(self, *, reachable: bool) -> None:
        """The account's phones came or went. A fixed contact is always there."""
        self._reachable = reachable or self.settings.contact is not None
        if reachable:
            self.offline_until = None

    def adopt(self, settings: AgentSettings, ordinal: int) -> None:
        """Take other settings; demands are made anew by whoever calls."""
        if (settings.account, settings.contact) != (self.settings.account, self.settings.contact):
            self._reachable = settings.contact is not None
        self.settings = settings
        self.ordinal = ordinal
        self.demands = []

    def choose(self, status: Status, reason: str | None, *, now: float) -> tuple[StatusEffect, ...]:
        """The person chooses a status."""
        before = self.status, self.reason
        effects = self.status_machine.fire(_STATUS_INPUT[status])
        self.reason = reason if status is Status.NOT_READY else None
        if (self.status, self.reason) != before:
            self.status_since = now
        return effects

    def rang_out(self, *, now: float) -> None:
        """Nobody came to the phone: not ready, unless the person had said something else meanwhile."""
        if self.status_machine.can(StatusInput.RANG_OUT):
            self.status_machine.fire(StatusInput.RANG_OUT)
            self.reason = "ring_no_answer"
            self.status_since = now

    def move(self, event: StateInput, *, now: float) -> tuple[StateEffect, ...]:
        """Feed the state machine and carry out what concerns the agent alone; the rest is returned."""
        before = self.state
        effects = self.state_machine.fire(event)
        if StateEffect.STOP_WRAP_UP in effects:
            self.wrap_up_until = None
        if StateEffect.MARK_IDLE in effects:
            self.idle_since = now
        if StateEffect.SETTLE in effects:
            self.settle()
        if self.state is not before:
            self.since = now
        return effects

    def settle(self) -> None:
        """Idle by the table: apply what happened while the agent was not."""
        if not self.reachable:
            self.state_machine.fire(StateInput.DEVICE_LOST)
        elif self.elsewhere:
            self.state_machine.fire(StateInput.CALL_ELSEWHERE)

    def present_label(self) -> str:
        """One word for why the agent cannot be given a caller, or `idle`."""
        status, state = self.status, self.state
        if status is not Status.AVAILABLE:
            return str(status.value)
        if state is not State.IDLE:
            return str(state.value)
        return RESTING if self.resting_until is not None else IDLE

    def present_presence(self) -> Presence:
        """How far the agent is there."""
        if self.status is Status.LOGGED_OUT or self.state is State.DEVICE_OFFLINE:
            return Presence.AWAY
        return Presence.AVAILABLE if self.status is Status.AVAILABLE else Presence.LOGGED_IN

    def face(self) -> Face:
        """What is published."""
        return Face(self.status, self.state, self.reason, self.wrap_up_until)

    def view(self) -> AgentView:
        """A snapshot."""
        settings = self.settings
        return AgentView(
            settings.id, settings.name, settings.account, settings.contact, self.status, self.state,
            self.reason, self.since, self.wrap_up_until, self.reachable, settings.queues, self.reservation,
            self.status_since, self.calls, self.talked, self.offline_until is not None,
        )  # fmt: skip
