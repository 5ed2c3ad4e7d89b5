"""The desk through which agents and queues are seen and directed over HTTP; each act is recorded with who did it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from base.document import suggest
from console.problem import Refusal
from routing.agents.tables import State, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from calls.contact import Contact
    from calls.events import Record
    from routing.agents.agent import AgentView
    from routing.agents.assignment import Assignment
    from routing.agents.attendance import Standing
    from routing.io.attendance_book import AttendanceBook
    from routing.io.distribution import Distribution
    from routing.queues.tally import QueueTally
    from routing.settings import RoutingConfig


class AfterCallWork(Protocol):
    """Wrap-up and results. Each raises CentralitaError with what is wrong."""

    def extend(self, agent: str, seconds: float | None = None) -> None:
        """Make wrap-up longer."""

    def dispose(self, agent: str, code: str, by: str) -> str | None:
        """Give the agent's last contact its result."""


class AgentAssignments(Protocol):
    """Queues and skills that were changed while the node runs. Each raises CentralitaError with what is wrong."""

    def of(self, agent: str) -> Assignment:
        """What is changed of an agent."""

    async def assign(self, agent: str, wished: Assignment) -> None:
        """Change it; an empty wish goes back to what the file says."""


@dataclass(frozen=True, slots=True)
class WorkDesk:
    """What the routes of agents and queues work with."""

    distribution: Distribution
    book: AttendanceBook
    after_call: AfterCallWork
    assignments: AgentAssignments
    tally: QueueTally
    routing: Callable[[], RoutingConfig]
    contact_of: Callable[[str], Contact | None]
    """A contact in progress."""
    menus: Callable[[], Collection[str]]
    """The names of menu sets."""
    record: Record
    today: Callable[[], str]

    def direct(self, contact: str, kind: str, by: str, act: str, **data: object) -> None:
        """Record an act of a person."""
        self.record(contact, None, kind, {"by": by, "act": act, **data})

    def choose(self, agent: str, status: Status, reason: str | None, by: str) -> None:
        """A status by somebody else than the agent. Raises Refusal for a reason that is none, and UnknownAgent."""
        reasons = self.routing().reasons
        if status is Status.NOT_READY:
            if reason is None and reasons.is_required:
                known = ", ".join(reasons.by_id)
                raise Refusal(422, "reason_needed", f"say why the agent is not ready: {known}")
            if reason is not None and reason not in reasons.by_id:
                hint = suggest(reason, reasons.by_id)
                raise Refusal(422, "unknown_reason", f"no reason is called {reason}; {hint}")
        self.book.choose(agent, status, reason, by)
        self.direct("", "agent.directed", by, "status", agent=agent, status=status.value, reason=reason)

    def shown(self, view: AgentView) -> dict[str, object]:
        """An agent as JSON."""
        standing = self.book.attendance.find(view.id)
        settings = self.routing().agents.get(view.id)
        return {
            "id": view.id,
            "name": view.name,
            "account": view.account,
            "status": view.status.value,
            "reason": view.reason,
            "state": view.state.value,
            "reachable": view.reachable,
            "queues": list(view.queues),
            "skills": dict(settings.skills) if settings is not None else {},
            **(_standing(standing, self.book.attendance.limit(view.id)) if standing is not None else {}),
        }


def _standing(standing: Standing, limit: float | None) -> dict[str, object]:
    return {
        "since": _moment(standing.since),
        "by": standing.by,
        "limit": _moment(limit),
        "overdue": standing.is_overdue,
        "state_since": _moment(standing.state_since),
        "wrap_up_until": _moment(standing.wrap_up_until),
        "contact": standing.contact if standing.is_in_contact else None,
        "client": standing.client if standing.is_in_contact else None,
        "disposition": standing.disposition if standing.is_in_contact else None,
        "disposition_needed": standing.owes and standing.state is not State.IDLE,
        "calls_today": standing.calls,
        "assigned": standing.queues is not None or standing.skills is not None,
    }


def _moment(wall: float | None) -> str | None:
    return None if wall is None else datetime.fromtimestamp(wall, UTC).isoformat(timespec="seconds")
