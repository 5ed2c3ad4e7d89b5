"""Agents over HTTP: list them, set a status, work after calls, give them queues and skills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, cast

from aiohttp import web
from pydantic import Field

from base.document import suggest
from console.acts import Deed
from console.api.model import Line, Name
from console.api.paging import Page, Paged, listed
from console.api.route import ANYBODY
from console.api.routes import Routes
from console.api.scope import is_own, may, seen_queues, sees, sees_agent, sees_all, who_acts
from console.keys import WORK
from console.problem import Refusal
from console.work.shown import AgentShown, ReasonPage
from routing.agents.assignment import Assignment
from routing.agents.tables import Status
from routing.documents import Proficiency
from routing.errors import UnknownAgent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.work.desk import WorkDesk

routes = Routes("agents")

OTHERWISE = 409
"""What an error is over HTTP that is not named: it does not fit what the agent does just now."""


class By(Deed):
    """The query of what is ended."""


class StatusChange(Deed):
    """What is sent to set a status."""

    status: Status
    reason: Annotated[str, Field(max_length=200)] | None = None
    """Why not ready: an id of GET /api/v1/reasons."""


class MoreWrapUp(Deed):
    """What is sent to make wrap-up longer."""

    seconds: Annotated[float, Field(gt=0, le=86400, allow_inf_nan=False)] | None = None
    """The step of centre.yaml unless given."""


class Result(Deed):
    """What is sent to give a call its result."""

    code: Annotated[str, Field(pattern=r"^[0-9]{1,4}$")]


class Given(Deed):
    """What is sent to give an agent other queues or skills."""

    queues: tuple[Line, ...] | None = None
    skills: dict[Line, Proficiency] | None = None


def desk_for(request: web.Request, agent: str) -> WorkDesk:
    """The desk, to do something with an agent whom the asker may see. Raises UnknownAgent."""
    if not sees_agent(request, agent):
        raise UnknownAgent(f"no agent is called {agent}")
    return request.app[WORK]


def _shown(request: web.Request, agent: str) -> Mapping[str, object]:
    desk = request.app[WORK]
    return _seen(request, desk.shown(desk.distribution.core.agent(agent)))


def _seen(request: web.Request, shown: Mapping[str, object]) -> Mapping[str, object]:
    """An agent without what belongs to client companies that the asker does not see."""
    if sees_all(request) or is_own(request, str(shown["id"])):
        return shown
    queues = [each for each in seen_queues(request) if each in cast("Sequence[str]", shown["queues"])]
    client = cast("str | None", shown.get("client"))
    hidden = (
        {}
        if client is None or sees(request, client)
        else {"contact": None, "client": None, "disposition": None}
    )
    return {**shown, "queues": queues, **hidden}


async def _done(request: web.Request, agent: str) -> Mapping[str, object]:
    """What became of the agent, once that is kept."""
    await request.app[WORK].book.settled()
    return _shown(request, agent)


@routes.get("/api/v1/agents", permission="agents:read", answer=Page[AgentShown])
async def list_agents(request: web.Request, query: Paged) -> Mapping[str, object]:
    """List all agents in the order of the file."""
    desk = request.app[WORK]
    seen = [each for each in desk.distribution.core.agents() if sees_agent(request, each.id)]
    found = [_seen(request, desk.shown(each)) for each in seen]
    return listed(found, query, lambda each: str(each["id"]))


@routes.get(
    "/api/v1/agents/{agent}",
    permission="agents:read",
    own="agent",
    answer=AgentShown,
    problems={"unknown_agent": 404},
)
async def one_agent(request: web.Request, agent: Name) -> Mapping[str, object]:
    """Show one agent."""
    desk_for(request, agent)
    return _shown(request, agent)


@routes.get("/api/v1/reasons", permission=ANYBODY, answer=ReasonPage)
async def list_reasons(request: web.Request) -> Mapping[str, object]:
    """List the reasons for being not ready."""
    reasons = request.app[WORK].routing().reasons
    shown = [
        {
            "id": each.id,
            "code": each.code,
            "name": dict(each.names),
            "limit": each.limit,
            "paid": each.is_paid,
            "approval": each.needs_approval,
        }
        for each in reasons.by_id.values()
    ]
    return {"items": shown, "next": None, "required": reasons.is_required}


@routes.put(
    "/api/v1/agents/{agent}/status",
    permission="agents:direct",
    own="agent",
    answer=AgentShown,
    problems={"unknown_agent": 404, "reason_needed": 422, "unknown_reason": 422, "approval_needed": 403},
    otherwise=OTHERWISE,
)
async def set_status(request: web.Request, agent: Name, body: StatusChange) -> Mapping[str, object]:
    """Choose a status: available, not_ready with a reason, logged_out."""
    desk = desk_for(request, agent)
    reason = desk.routing().reasons.by_id.get(body.reason or "")
    if reason is not None and reason.needs_approval and not may(request, "agents:direct"):
        raise Refusal(403, "approval_needed", f"{reason.id}: ask a supervisor, who alone may set this")
    desk.choose(agent, body.status, body.reason, who_acts(request, body.by))
    return await _done(request, agent)


@routes.delete(
    "/api/v1/agents/{agent}/wrap-up",
    permission="agents:direct",
    own="agent",
    answer=AgentShown,
    problems={"unknown_agent": 404},
    otherwise=OTHERWISE,
)
async def end_wrap_up(request: web.Request, agent: Name, query: By) -> Mapping[str, object]:
    """End the work after a call."""
    desk, by = desk_for(request, agent), who_acts(request, query.by)
    desk.distribution.end_wrap_up(agent)
    desk.direct("", "agent.directed", by, "wrap-up over", agent=agent)
    return await _done(request, agent)


@routes.post(
    "/api/v1/agents/{agent}/wrap-up",
    permission="agents:direct",
    own="agent",
    answer=AgentShown,
    problems={"unknown_agent": 404},
    otherwise=OTHERWISE,
)
async def extend_wrap_up(request: web.Request, agent: Name, body: MoreWrapUp) -> Mapping[str, object]:
    """Make the work after a call take longer."""
    desk, by = desk_for(request, agent), who_acts(request, body.by)
    desk.after_call.extend(agent, body.seconds)
    desk.direct("", "agent.directed", by, "more wrap-up", agent=agent)
    return await _done(request, agent)


@routes.put(
    "/api/v1/agents/{agent}/disposition",
    permission="agents:direct",
    own="agent",
    answer=AgentShown,
    problems={"unknown_agent": 404, "unknown_disposition": 422},
    otherwise=OTHERWISE,
)
async def dispose(request: web.Request, agent: Name, body: Result) -> Mapping[str, object]:
    """Give the agent's last contact its result."""
    desk = desk_for(request, agent)
    desk.distribution.core.agent(agent)
    desk.after_call.dispose(agent, body.code, who_acts(request, body.by))
    return await _done(request, agent)


@routes.put(
    "/api/v1/agents/{agent}/assignment",
    permission="agents:direct",
    answer=AgentShown,
    problems={"unknown_agent": 404, "bad_assignment": 422},
    otherwise=OTHERWISE,
)
async def assign(request: web.Request, agent: Name, body: Given) -> Mapping[str, object]:
    """Give an agent other queues or skills, over those of the file, until that is taken back."""
    wished = Assignment(body.queues, body.skills)
    if not wished:
        raise Refusal(
            422,
            "invalid_body",
            "give queues, skills or both; `centralita agent unassign`, or DELETE, takes back what was given",
        )
    return await _assign(request, agent, wished, who_acts(request, body.by))


@routes.delete(
    "/api/v1/agents/{agent}/assignment",
    permission="agents:direct",
    answer=AgentShown,
    problems={"unknown_agent": 404},
    otherwise=OTHERWISE,
)
async def unassign(request: web.Request, agent: Name, query: By) -> Mapping[str, object]:
    """Let an agent have the queues and skills of agents.yaml again."""
    return await _assign(request, agent, Assignment(), who_acts(request, query.by))


async def _assign(request: web.Request, agent: str, wished: Assignment, by: str) -> Mapping[str, object]:
    desk = desk_for(request, agent)
    if wished.queues is not None and not sees_all(request):
        wished = replace(wished, queues=_among_seen(request, agent, wished.queues))
    await desk.assignments.assign(agent, wished)
    queues = None if wished.queues is None else list(wished.queues)
    skills = None if wished.skills is None else dict(wished.skills)
    desk.direct("", "agent.directed", by, "assignment", agent=agent, queues=queues, skills=skills)
    return await _done(request, agent)


def _among_seen(request: web.Request, agent: str, wished: Sequence[str]) -> tuple[str, ...]:
    """Queues of the asker's client companies, and those of others that the agent has. Raises Refusal."""
    seen = seen_queues(request)
    strange = [each for each in wished if each not in seen]
    if strange:
        raise Refusal(422, "bad_assignment", f"no queue is called {strange[0]}; {suggest(strange[0], seen)}")
    had = request.app[WORK].distribution.core.agent(agent).queues
    return (*wished, *(each for each in had if each not in seen))
