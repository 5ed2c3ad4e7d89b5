"""Agents over HTTP: list them, set a status, work after calls, give them queues and skills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from aiohttp import web
from pydantic import Field

from base.document import Part
from base.errors import CentralitaError
from console.acts import Line, read_act, who
from console.keys import WORK
from console.problem import Refusal
from routing.agents.assignment import Assignment
from routing.agents.tables import Status
from routing.documents import Proficiency

if TYPE_CHECKING:
    from console.work import WorkDesk

routes = web.RouteTableDef()

API = "api"
"""Who acts, where nobody is named."""


class Deed(Part):
    """What is sent with every act."""

    by: Line = API


class StatusChange(Deed):
    """What is sent to set a status."""

    status: Status
    reason: str | None = None


class MoreWrapUp(Deed):
    """What is sent to make wrap-up longer."""

    seconds: Annotated[float, Field(gt=0, le=86400)] | None = None
    """The step of centre.yaml unless given."""


class Result(Deed):
    """What is sent to give a call its result."""

    code: Annotated[str, Field(pattern=r"^[0-9]{1,4}$")]


class Given(Deed):
    """What is sent to give an agent other queues or skills."""

    queues: tuple[str, ...] | None = None
    skills: dict[str, Proficiency] | None = None


_STATUS = {"unknown_agent": 404, "unknown_disposition": 422, "bad_assignment": 422}
"""What an error is over HTTP; anything else does not fit what the agent does just now."""


def _refusal(error: CentralitaError) -> Refusal:
    return Refusal(_STATUS.get(error.code, 409), error.code, str(error))


def _answer(desk: WorkDesk, agent: str) -> web.Response:
    try:
        return web.json_response(desk.shown(desk.distribution.core.agent(agent)))
    except CentralitaError as error:
        raise _refusal(error) from None


async def _done(desk: WorkDesk, agent: str) -> web.Response:
    """What became of the agent, once that is kept."""
    await desk.book.settled()
    return _answer(desk, agent)


@routes.get("/api/v1/agents")
async def list_agents(request: web.Request) -> web.Response:
    """All agents in the order of the file."""
    desk = request.app[WORK]
    return web.json_response({"agents": [desk.shown(each) for each in desk.distribution.core.agents()]})


@routes.get("/api/v1/agents/{agent}")
async def one_agent(request: web.Request) -> web.Response:
    """One agent."""
    return _answer(request.app[WORK], request.match_info["agent"])


@routes.get("/api/v1/reasons")
async def list_reasons(request: web.Request) -> web.Response:
    """The reasons for being not ready."""
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
    return web.json_response({"reasons": shown, "required": reasons.is_required})


@routes.put("/api/v1/agents/{agent}/status")
async def set_status(request: web.Request) -> web.Response:
    """Choose a status: available, not_ready with a reason, logged_out."""
    desk, agent = request.app[WORK], request.match_info["agent"]
    change = await read_act(StatusChange, request)
    try:
        desk.choose(agent, change.status, change.reason, change.by)
    except CentralitaError as error:
        raise _refusal(error) from None
    return await _done(desk, agent)


@routes.delete("/api/v1/agents/{agent}/wrap-up")
async def end_wrap_up(request: web.Request) -> web.Response:
    """The agent is done with the work after a call."""
    desk, agent = request.app[WORK], request.match_info["agent"]
    by = who(request, API)
    try:
        desk.distribution.end_wrap_up(agent)
    except CentralitaError as error:
        raise _refusal(error) from None
    desk.direct("", "agent.directed", by, "wrap-up over", agent=agent)
    return await _done(desk, agent)


@routes.post("/api/v1/agents/{agent}/wrap-up")
async def extend_wrap_up(request: web.Request) -> web.Response:
    """The work after a call takes longer."""
    desk, agent = request.app[WORK], request.match_info["agent"]
    more = await read_act(MoreWrapUp, request)
    try:
        desk.after_call.extend(agent, more.seconds)
    except CentralitaError as error:
        raise _refusal(error) from None
    desk.direct("", "agent.directed", more.by, "more wrap-up", agent=agent)
    return await _done(desk, agent)


@routes.put("/api/v1/agents/{agent}/disposition")
async def dispose(request: web.Request) -> web.Response:
    """Give the agent's last contact its result."""
    desk, agent = request.app[WORK], request.match_info["agent"]
    result = await read_act(Result, request)
    try:
        desk.distribution.core.agent(agent)
        desk.after_call.dispose(agent, result.code, result.by)
    except CentralitaError as error:
        raise _refusal(error) from None
    return await _done(desk, agent)


@routes.put("/api/v1/agents/{agent}/assignment")
async def assign(request: web.Request) -> web.Response:
    """Give an agent other queues or skills, over those of the file, until that is taken back."""
    given = await read_act(Given, request)
    wished = Assignment(given.queues, given.skills)
    if not wished:
        raise Refusal(
            422,
            "invalid_body",
            "give queues, skills or both; `centralita agent unassign`, or DELETE, takes back what was given",
        )
    return await _assign(request, wished, given.by)


@routes.delete("/api/v1/agents/{agent}/assignment")
async def unassign(request: web.Request) -> web.Response:
    """What agents.yaml says counts again."""
    return await _assign(request, Assignment(), who(request, API))


async def _assign(request: web.Request, wished: Assignment, by: str) -> web.Response:
    desk, agent = request.app[WORK], request.match_info["agent"]
    try:
        await desk.assignments.assign(agent, wished)
    except CentralitaError as error:
        raise _refusal(error) from None
    queues = None if wished.queues is None else list(wished.queues)
    skills = None if wished.skills is None else dict(wished.skills)
    desk.direct("", "agent.directed", by, "assignment", agent=agent, queues=queues, skills=skills)
    return await _done(desk, agent)
