"""Calls that the interface begins: for an agent, whose phone rings first, and to a customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from aiohttp import web
from pydantic import Field

from base.document import suggest
from calls.destination import Destination, Menu, Queue
from console.acts import Deed
from console.api.mistakes import invalid
from console.api.model import Line, Model
from console.api.routes import Routes
from console.api.scope import is_own, may, seen_queues, sees_agent, who_acts
from console.callbacks.promises import known_client, may_wait_in
from console.keys import PLACING
from console.problem import Mistake, Refusal
from console.work.line import known_menu
from routing.errors import UnknownAgent

routes = Routes("calls")

Number = Annotated[str, Field(pattern=r"^[0-9A-Za-z+*#_.@:-]{1,64}$")]
"""What can be dialled."""


class CallWanted(Deed):
    """What is sent to have a number called by an agent."""

    agent: Line
    """Whose phone rings first; agents may name themselves alone."""
    to: Number
    """What the agent would dial."""
    client: Line | None = None
    """The client company in whose name the agent calls, whose number is shown."""


class Whither(Model):
    """Where a customer who answers is led: exactly one of these."""

    menu: Line | None = None
    queue: Line | None = None


class CustomerWanted(Deed):
    """What is sent to have a customer called."""

    number: Line
    client: Line
    to: Whither
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] | None = None


class CallBegun(Model):
    """A call that was begun: what comes of it is told of its contact."""

    contact: str


@routes.post(
    "/api/v1/calls",
    permission="calls:originate",
    answer=CallBegun,
    status=202,
    is_once=True,
    problems={
        "unknown_agent": 404,
        "unknown_client": 404,
        "leads_nowhere": 404,
        "no_phone": 409,
        "not_now": 409,
        "not_allowed_out": 403,
    },
)
async def place_call(request: web.Request, body: CallWanted) -> Mapping[str, object]:
    """Call a number for an agent: the agent's phone rings first.

    The same numbers, lists and caps hold as for a call that the agent dials.
    """
    if not is_own(request, body.agent) and not may(request, "agents:direct"):
        raise Refusal(403, "forbidden", "agent: you may call for yourself alone")
    if not sees_agent(request, body.agent):
        raise UnknownAgent(f"no agent is called {body.agent}")
    if body.client is not None:
        known_client(request, body.client)
    by = who_acts(request, body.by)
    return {"contact": request.app[PLACING].place(body.agent, body.to, body.client, by)}


@routes.post(
    "/api/v1/calls/originate",
    permission="callbacks:direct",
    answer=CallBegun,
    status=202,
    is_once=True,
    problems={
        "unknown_client": 404,
        "unknown_queue": 404,
        "unknown_menu": 404,
        "leads_nowhere": 404,
        "foreign_queue": 409,
        "callback_refused": 409,
        "not_now": 409,
    },
)
async def originate(request: web.Request, body: CustomerWanted) -> Mapping[str, object]:
    """Call a customer in the name of a client company, who is led to a menu or a queue once he or she answers.

    Whom that company may call, at what hour and how often, is as for callbacks.
    """
    by = who_acts(request, body.by)
    known_client(request, body.client)
    to = _destination(request, body)
    contact = await request.app[PLACING].originate(
        body.number, body.client, to, language=body.language, by=by
    )
    return {"contact": contact}


def _destination(request: web.Request, body: CustomerWanted) -> Destination:
    """Raises Refusal for what is not there, or is not this client company's."""
    queue, menu = body.to.queue, body.to.menu
    if (queue is None) == (menu is None):
        raise invalid("body", [Mistake("/body/to", "say menu or queue, one of them")])
    if menu is not None:
        known_menu(request, menu)
        return Menu(menu)
    if queue is None or not may_wait_in(request, queue, body.client):
        near = suggest(queue or "", seen_queues(request))
        raise Refusal(404, "unknown_queue", f"no queue is called {queue}; {near}".removesuffix("; "))
    return Queue(queue)
