"""Queues over HTTP: how they do, who waits, and what supervisors do with those who wait."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from aiohttp import web
from pydantic import Field

from base.document import suggest
from base.errors import CentralitaError
from console.acts import read_act
from console.agents import Deed
from console.keys import WORK
from console.problem import Refusal
from routing.documents import DestinationPart  # noqa: TC001 - pydantic reads it

if TYPE_CHECKING:
    from calls.destination import Destination
    from console.work import WorkDesk
    from routing.queues.queue import EntryView, QueueView

routes = web.RouteTableDef()


class Priority(Deed):
    """What is sent to serve a caller earlier or later."""

    priority: int = Field(ge=-1000, le=1000)


class Move(Deed):
    """What is sent to send a caller to another queue."""

    queue: str


class Pick(Deed):
    """What is sent to give a caller to an agent."""

    agent: str


class Withdrawal(Deed):
    """What is sent to take a caller out."""

    to: DestinationPart | None = None
    """Where the caller goes; without it he or she is let go."""


def _shown(desk: WorkDesk, view: QueueView) -> dict[str, object]:
    settings = desk.routing().queues.get(view.id)
    day = desk.tally.of(view.id, desk.today())
    promise = settings.service_level if settings is not None else None
    return {
        **dataclasses.asdict(view),
        "ready": view.ready,
        "logged_in": view.logged_in,
        "promise": None if promise is None else {"within": promise.within, "share": promise.share},
        "today": {
            "offered": day.offered,
            "answered": day.answered,
            "abandoned": day.abandoned,
            "service_level": day.service_level,
            "average_wait": day.average_wait,
        },
    }


def _caller(desk: WorkDesk, view: EntryView) -> dict[str, object]:
    contact = desk.contact_of(view.contact)
    return {
        "contact": view.contact,
        "caller": contact.ani if contact is not None and not contact.is_private else None,
        "client": contact.client if contact is not None else None,
        "language": contact.language if contact is not None else None,
        "priority": view.priority,
        "position": view.position,
        "waited": round(view.waited, 1),
        "ringing": view.is_offered,
    }


def _view(desk: WorkDesk, queue: str) -> QueueView:
    try:
        return desk.distribution.core.queue(queue, now=desk.distribution.now())
    except CentralitaError as error:
        known = suggest(queue, desk.routing().queues)
        raise Refusal(404, error.code, f"{error}; {known}") from None


def _waiting(desk: WorkDesk, queue: str) -> list[EntryView]:
    _view(desk, queue)
    return desk.distribution.core.waiting(queue, now=desk.distribution.now())


def _place(request: web.Request) -> tuple[WorkDesk, str, EntryView]:
    """The caller whom a request is about. Raises Refusal."""
    desk, queue, contact = request.app[WORK], request.match_info["queue"], request.match_info["contact"]
    for view in _waiting(desk, queue):
        if contact in (view.contact, view.entry):
            return desk, queue, view
    raise Refusal(404, "not_waiting", f"{contact} does not wait in {queue}")


def _destination(desk: WorkDesk, part: DestinationPart) -> Destination:
    """Where a caller is sent. Raises Refusal for what is not there."""
    routing = desk.routing()
    for kind, known in (("queue", routing.queues), ("agent", routing.agents), ("menu", desk.menus())):
        name = getattr(part, kind)
        if name is not None and name not in known:
            raise Refusal(404, f"unknown_{kind}", f"no {kind} is called {name}; {suggest(name, known)}")
    return part.destination()


def _refuse_foreign(desk: WorkDesk, view: EntryView, queue: str) -> None:
    """The `clients` of a queue hold for callers whom people send, too. Raises Refusal."""
    contact, settings = desk.contact_of(view.contact), desk.routing().queues.get(queue)
    if contact is not None and settings is not None and not settings.takes(contact.client):
        words = f"{queue} is a queue of {', '.join(settings.clients)}, and the caller of {contact.client}"
        raise Refusal(409, "foreign_queue", words)


def _answer(desk: WorkDesk, queue: str) -> web.Response:
    return web.json_response({"callers": [_caller(desk, each) for each in _waiting(desk, queue)]})


@routes.get("/api/v1/queues")
async def list_queues(request: web.Request) -> web.Response:
    """All queues in the order of the file."""
    desk = request.app[WORK]
    views = desk.distribution.core.queues(now=desk.distribution.now())
    return web.json_response({"queues": [_shown(desk, view) for view in views]})


@routes.get("/api/v1/queues/{queue}")
async def one_queue(request: web.Request) -> web.Response:
    """One queue."""
    desk = request.app[WORK]
    return web.json_response(_shown(desk, _view(desk, request.match_info["queue"])))


@routes.get("/api/v1/queues/{queue}/callers")
async def callers(request: web.Request) -> web.Response:
    """Who waits, in the order of the line."""
    return _answer(request.app[WORK], request.match_info["queue"])


@routes.put("/api/v1/queues/{queue}/callers/{contact}/priority")
async def prioritise(request: web.Request) -> web.Response:
    """Serve a caller earlier or later."""
    wished = await read_act(Priority, request)
    desk, queue, view = _place(request)
    desk.distribution.prioritise(view.entry, wished.priority)
    desk.direct(view.contact, "queue.directed", wished.by, "priority", queue=queue, priority=wished.priority)
    return _answer(desk, queue)


@routes.post("/api/v1/queues/{queue}/callers/{contact}/move")
async def move(request: web.Request) -> web.Response:
    """Send a caller to another queue; the time waited counts there."""
    wished = await read_act(Move, request)
    desk, queue, view = _place(request)
    _view(desk, wished.queue)
    if wished.queue == queue:
        raise Refusal(409, "same_queue", f"{view.contact} waits in {queue} already")
    _refuse_foreign(desk, view, wished.queue)
    desk.direct(view.contact, "queue.directed", wished.by, "move", queue=queue, to=wished.queue)
    desk.distribution.move(view.entry, wished.queue)
    return _answer(desk, queue)


@routes.post("/api/v1/queues/{queue}/callers/{contact}/pick")
async def pick(request: web.Request) -> web.Response:
    """Give a caller to this agent now."""
    wished = await read_act(Pick, request)
    desk, queue, view = _place(request)
    try:
        desk.distribution.pick(view.entry, wished.agent)
    except CentralitaError as error:
        raise Refusal(404 if error.code == "unknown_agent" else 409, error.code, str(error)) from None
    desk.direct(view.contact, "queue.directed", wished.by, "pick", queue=queue, agent=wished.agent)
    return _answer(desk, queue)


@routes.post("/api/v1/queues/{queue}/callers/{contact}/withdraw")
async def withdraw(request: web.Request) -> web.Response:
    """Take a caller out of the queue."""
    wished = await read_act(Withdrawal, request)
    desk, queue, view = _place(request)
    destination = _destination(desk, wished.to) if wished.to is not None else None
    if wished.to is not None and wished.to.queue is not None:
        _refuse_foreign(desk, view, wished.to.queue)
    desk.direct(view.contact, "queue.directed", wished.by, "withdraw", queue=queue)
    desk.distribution.withdraw(view.entry, destination)
    return _answer(desk, queue)
