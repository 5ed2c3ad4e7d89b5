"""Agents over HTTP: list them, set a status, end wrap-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from pydantic import ValidationError

from base.document import Part
from base.errors import CentralitaError
from console.keys import DISTRIBUTION
from console.problem import problem
from routing.agents import Status

if TYPE_CHECKING:
    from routing.roster import AgentView

routes = web.RouteTableDef()


class StatusChange(Part):
    """What is sent to set a status."""

    status: Status
    reason: str | None = None


def shown(agent: AgentView) -> dict[str, object]:
    """An agent as JSON."""
    return {
        "id": agent.id,
        "name": agent.name,
        "account": agent.account,
        "status": agent.status.value,
        "reason": agent.reason,
        "state": agent.state.value,
        "reachable": agent.reachable,
        "queues": list(agent.queues),
    }


@routes.get("/api/v1/agents")
async def list_agents(request: web.Request) -> web.Response:
    """All agents in the order of the file."""
    core = request.app[DISTRIBUTION].core
    return web.json_response({"agents": [shown(agent) for agent in core.agents()]})


@routes.get("/api/v1/agents/{agent}")
async def one_agent(request: web.Request) -> web.Response:
    """One agent."""
    try:
        return web.json_response(shown(request.app[DISTRIBUTION].core.agent(request.match_info["agent"])))
    except CentralitaError as error:
        return problem(404, error.code, str(error))


@routes.put("/api/v1/agents/{agent}/status")
async def set_status(request: web.Request) -> web.Response:
    """Choose a status: available, not_ready with a reason, logged_out."""
    distribution = request.app[DISTRIBUTION]
    agent = request.match_info["agent"]
    try:
        change = StatusChange.model_validate_json(await request.read())
        distribution.choose_status(agent, change.status, change.reason)
    except ValidationError as error:
        detail = "; ".join(
            f"{'.'.join(map(str, each['loc'])) or 'the body'}: {each['msg']}" for each in error.errors()
        )
        return problem(422, "invalid_body", detail)
    except CentralitaError as error:
        return problem(404, error.code, str(error))
    return web.json_response(shown(distribution.core.agent(agent)))


@routes.delete("/api/v1/agents/{agent}/wrap-up")
async def end_wrap_up(request: web.Request) -> web.Response:
    """The agent is done with the work after a call."""
    distribution = request.app[DISTRIBUTION]
    agent = request.match_info["agent"]
    try:
        distribution.end_wrap_up(agent)
    except CentralitaError as error:
        return problem(404, error.code, str(error))
    return web.json_response(shown(distribution.core.agent(agent)))
