"""What routing needs to know of the centre, as plain values; `routing.config` makes them from the files."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from calls import destination as to
from routing.agents.reasons import USUAL, Reasons
from routing.agents.tables import Status
from routing.callbacks.settings import QueueCallbacks
from routing.skills import NONE, Relaxation, Requirements
from routing.waiting.settings import NOTHING_SAID, Acknowledge, Announcements, AtClosing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calls.destination import Destination
    from routing.surveys import Survey


class LeaveReason(Enum):
    """Why an entry left its queue."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    EXIT_KEY = "exit_key"
    TIMEOUT = "timeout"
    FULL = "full"
    JOIN_EMPTY = "join_empty"
    LEAVE_EMPTY = "leave_empty"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    """Taken out by a supervisor."""
    SYSTEM = "system"


class NoAnswer(Enum):
    """What becomes of an agent whose phone rang out."""

    NOT_READY = "not_ready"
    """Set not ready (reason ring_no_answer) until he or she says otherwise."""
    RETRY = "retry"
    """Left available, tried again after a delay."""


class Presence(IntEnum):
    """How far an agent is there, the higher the more; what a queue asks of at least one agent is said so too."""

    AWAY = 0
    """Logged out, or the phone is not reachable."""
    LOGGED_IN = 1
    AVAILABLE = 2
    """Idle or in a call, but not "not ready"."""


BUSY_HERE = to.Hangup(cause=17, status=486)
NOBODY_THERE = to.Hangup(cause=20, status=480)
WAITED_TOO_LONG = to.Hangup(cause=19, status=480)
CLOSED_NOW = to.Hangup(cause=41, status=503)

DEFAULT_OVERFLOW: Mapping[LeaveReason, Destination] = {
    LeaveReason.FULL: BUSY_HERE,
    LeaveReason.JOIN_EMPTY: NOBODY_THERE,
    LeaveReason.LEAVE_EMPTY: NOBODY_THERE,
    LeaveReason.TIMEOUT: WAITED_TOO_LONG,
    LeaveReason.CLOSED: CLOSED_NOW,
}


@dataclass(frozen=True, slots=True)
class Delays:
    """How long an agent is left alone after a reservation that failed, by result.

    Never zero: a phone that refuses at once would otherwise be tried in a circle.
    """

    no_answer: float = 10.0
    rejected: float = 5.0
    busy: float = 10.0
    unreachable: float = 30.0
    failed: float = 5.0


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """What was promised to the client company: this share of callers is answered within so many seconds."""

    within: float = 20.0
    share: float = 0.8


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """One queue."""

    id: str
    name: str = ""
    clients: tuple[str, ...] = ()
    strategy: str = "longest-idle"
    requires: Requirements = NONE
    prefers: tuple[str, ...] = ()
    """Skills that are not required, but whoever has them, and more of them, is rung first."""
    relax: tuple[Relaxation, ...] = ()
    """How requirements are lowered while a caller waits, the earliest first."""
    service_level: ServiceLevel = ServiceLevel()
    short_abandon: float | None = None
    """Seconds within which hanging up counts apart; the client company's unless given."""
    weight: float = 1.0
    """Of the client company's contract: twice the weight, and callers are due in half the time."""
    priority_step: float = 300.0
    """How many seconds of waiting one point of priority is worth."""
    sticky: float = 0.0
    """How long a caller waits for the agent who served him or her last, when that one is busy; 0: no such try."""
    progressive_delay: float = 5.0
    """With ring-progressively: after how long one phone more rings."""
    hours: str | None = None
    """When the queue is open (a name of hours.yaml); always unless given."""
    at_closing: AtClosing = AtClosing.FINISH
    ring_timeout: float = 20.0
    wrap_up: float = 0.0
    max_wait: float | None = None
    capacity: int | None = None
    join_empty: Presence = Presence.AWAY
    """How far somebody who could serve a caller must be there for the caller to be let in."""
    leave_empty: Presence = Presence.AWAY
    """How far somebody must be there for those who wait to stay."""
    leave_empty_after: float = 10.0
    """How long nobody may be there before waiting callers leave: phones that register anew are away for a moment."""
    no_answer: NoAnswer = NoAnswer.NOT_READY
    delays: Delays = Delays()
    overflow: Mapping[LeaveReason, Destination] = field(default_factory=lambda: DEFAULT_OVERFLOW)
    keep_place: float = 300.0
    """How long a caller who gave up may call again and find the old place; 0: none is kept."""
    music: str | None = None
    alert: str | None = None
    """How agents' phones ring for it: the value of Alert-Info."""
    announce: Announcements = NOTHING_SAID
    exit_keys: Mapping[str, Destination] = field(default_factory=dict)
    """Where a waiting caller goes who presses a key."""
    whisper: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Prompts that an agent hears before the caller, by client company; of all others under the empty name."""
    acknowledge: Acknowledge | None = None
    """The key by which an agent takes a call."""
    callback: QueueCallbacks = field(default_factory=QueueCallbacks)
    survey: Survey | None = None
    """What its callers are asked after the conversation, in place of what the client company asks."""

    def takes(self, client: str | None) -> bool:
        """Whether callers of a client company may come here."""
        return not self.clients or client in self.clients

    def overflow_for(self, reason: LeaveReason) -> Destination:
        """Where an entry goes that leaves for this reason."""
        return self.overflow.get(reason) or DEFAULT_OVERFLOW.get(reason) or WAITED_TOO_LONG


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """One agent: reached at a fixed contact, or wherever the phones of the account are registered."""

    id: str
    name: str = ""
    account: str | None = None
    contact: str | None = None
    skills: Mapping[str, int] = field(default_factory=dict)
    queues: tuple[str, ...] = ()
    levels: Mapping[str, int] = field(default_factory=dict)
    """In a queue: agents of a lower level are rung first; 1 unless given."""
    status: Status = Status.LOGGED_OUT
    wrap_up: float | None = None
    """This agent's own wrap-up in place of the queue's."""
    language: str | None = None
    """What codes are confirmed in; the centre's unless given."""
    team: str | None = None
    """Supervisors may be limited to teams; without one the agent is for those who see all."""


@dataclass(frozen=True, slots=True)
class SupervisorSettings:
    """Somebody who may listen to agents' calls."""

    account: str
    queues: tuple[str, ...] = ()
    """Whose agents; all unless given."""

    def may_monitor(self, agent: AgentSettings) -> bool:
        """Whether this agent's calls are for this supervisor; nobody's own are."""
        is_theirs = not self.queues or not set(self.queues).isdisjoint(agent.queues)
        return is_theirs and agent.account != self.account


@dataclass(frozen=True, slots=True)
class NumberSettings:
    """One dialled number or pattern (`bob_*`)."""

    number: str
    client: str
    destination: Destination
    language: str | None = None


@dataclass(frozen=True, slots=True)
class OutgoingSettings:
    """Numbers outside (`+34*`), and the trunks that lead there, the first to be tried first."""

    number: str
    trunks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmergencySettings:
    """Calls for help: what is dialled for them beside the country's own numbers, and by which trunks they go."""

    numbers: tuple[str, ...] = ()
    trunks: tuple[str, ...] = ()
    """In their order; the rules for numbers outside say which, and else any trunk, unless given."""


@dataclass(frozen=True, slots=True)
class RoutingConfig:
    """Everything that routing was told."""

    queues: Mapping[str, QueueSettings] = field(default_factory=dict)
    agents: Mapping[str, AgentSettings] = field(default_factory=dict)
    numbers: tuple[NumberSettings, ...] = ()
    skills: Mapping[str, str] = field(default_factory=dict)
    """Skill id to its readable name."""
    country: str | None = None
    """Calling code of the centre's country ("34"), for numbers dialled without one."""
    outgoing: tuple[OutgoingSettings, ...] = ()
    supervisors: Mapping[str, SupervisorSettings] = field(default_factory=dict)
    """By account."""
    reasons: Reasons = USUAL
    """For being not ready."""
    emergency: EmergencySettings = EmergencySettings()
