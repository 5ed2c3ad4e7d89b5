"""Agents, queues and callers as the interface shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api.model import Model, model_of
from routing.agents.tables import State, Status
from routing.queues.estimates import EstimateView

if TYPE_CHECKING:
    Estimates = EstimateView
else:
    Estimates = model_of(EstimateView, "Estimates")


class AgentShown(Model):
    """An agent: what he or she chose, and what we see."""

    id: str
    name: str
    account: str | None
    """The SIP account of the phone."""
    status: Status
    """Theirs."""
    reason: str | None
    """Why not ready."""
    state: State
    """Ours."""
    reachable: bool
    """Whether the phone could be called now."""
    queues: tuple[str, ...]
    skills: dict[str, int]
    since: str | None = None
    """When the status began (ISO 8601, as all moments of agents)."""
    by: str | None = None
    """Who set the status."""
    limit: str | None = None
    """When this reason has lasted as long as it may."""
    overdue: bool = False
    state_since: str | None = None
    wrap_up_until: str | None = None
    contact: str | None = None
    """The contact of the agent now, or the last one while something is owed to it."""
    client: str | None = None
    """Whose contact that is."""
    disposition: str | None = None
    """The result that contact was given."""
    disposition_needed: bool = False
    calls_today: int = 0
    assigned: bool = False
    """Whether queues or skills are others than those of the file."""


class Reason(Model):
    """A reason for being not ready."""

    id: str
    code: str | None
    """Digits after the feature code."""
    name: dict[str, str]
    """By language."""
    limit: float | None
    """Seconds that it may last."""
    paid: bool
    approval: bool
    """Whether only a supervisor may give it."""


class ReasonPage(Model):
    """The reasons, all of them."""

    items: tuple[Reason, ...]
    next: str | None
    required: bool
    """Whether a reason must be given."""


class Promise(Model):
    """A service level: which share is to be answered within how many seconds."""

    within: float
    share: float


class Today(Model):
    """A queue's day so far, by the centre's clock."""

    offered: int
    answered: int
    abandoned: int
    service_level: float | None
    """Share answered in time; null while there were none."""
    average_wait: float | None
    """Seconds until the answer; null while there were none."""


class QueueShown(Model):
    """A queue and how it does."""

    id: str
    name: str
    waiting: int
    """Callers in line, those who are being offered to an agent included."""
    agents: dict[str, int]
    """How many agents by status or state."""
    longest_wait: float
    """Seconds of whoever has waited longest."""
    estimates: Estimates
    ready: int
    """Agents who would be given a caller now."""
    logged_in: int
    promise: Promise | None
    today: Today


class CallerShown(Model):
    """A caller in a queue."""

    contact: str
    caller: str | None
    """The number; null where it is withheld."""
    client: str | None
    language: str | None
    priority: int
    position: int
    """From 1; whoever is being offered to an agent has the place that he or she had."""
    waited: float
    """Seconds."""
    ringing: bool
    """Whether an agent's phone rings for this caller."""
