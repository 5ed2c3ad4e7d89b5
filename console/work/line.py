"""What supervisors do over HTTP with those who wait in queues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from aiohttp import web
from pydantic import Field

from base.document import suggest
from console.acts import Deed
from console.api.model import Line, Name
from console.api.paging import Page
from console.api.routes import Routes
from console.api.scope import is_foreign_menu, seen_queues, sees_agent, sees_menu, who_acts
from console.keys import WORK
from console.problem import Refusal
from console.work.queues import callers, view, waiting
from console.work.shown import CallerShown
from routing.documents import DestinationPart

if TYPE_CHECKING:
    from calls.destination import Destination
    from console.work.desk import WorkDesk
    from routing.queues.queue import EntryView

routes = Routes("queues")


class Priority(Deed):
    """What is sent to serve a caller earlier or later."""

    priority: Annotated[int, Field(ge=-1000, le=1000)]
    """Higher is served earlier; 0 is usual."""


class Move(Deed):
    """What is sent to send a caller to another queue."""

    queue: Line


class Pick(Deed):
    """What is sent to give a caller to an agent."""

    agent: Line


class Withdrawal(Deed):
    """What is sent to take a caller out."""

    to: DestinationPart | None = None
    """Where the caller goes; without it he or she is let go."""


def _place(request: web.Request, queue: str, contact: str) -> tuple[WorkDesk, EntryView]:
    """The caller whom a request is about. Raises Refusal."""
    for each in waiting(request, queue):
        if contact in (each.contact, each.entry):
            return request.app[WORK], each
    raise Refusal(404, "not_waiting", f"{contact} does not wait in {queue}")


def _destination(request: web.Request, desk: WorkDesk, part: DestinationPart) -> Destination:
    """Where a caller is sent. Raises Refusal for what is not there."""
    agents = [each for each in desk.routing().agents if sees_agent(request, each)]
    menu = part.menu
    if menu is not None:
        known_menu(request, menu)
    for kind, known in (("queue", seen_queues(request)), ("agent", agents)):
        name = getattr(part, kind)
        if name is not None and name not in known:
            raise Refusal(404, f"unknown_{kind}", f"no {kind} is called {name}; {suggest(name, known)}")
    return part.destination()


def known_menu(request: web.Request, menu: str) -> None:
    """A menu set to which somebody may be led. Raises Refusal, which names only what the asker sees."""
    every = request.app[WORK].menus()
    if menu not in every or is_foreign_menu(request, menu):
        near = suggest(menu, [each for each in every if sees_menu(request, each)])
        raise Refusal(404, "unknown_menu", f"no menu is called {menu}; {near}".removesuffix("; "))


def _refuse_foreign(desk: WorkDesk, entry: EntryView, queue: str) -> None:
    """The `clients` of a queue hold for callers whom people send, too. Raises Refusal."""
    contact, settings = desk.contact_of(entry.contact), desk.routing().queues.get(queue)
    if contact is not None and settings is not None and not settings.takes(contact.client):
        words = f"{queue} is a queue of {', '.join(settings.clients)}, and the caller of {contact.client}"
        raise Refusal(409, "foreign_queue", words)


@routes.put(
    "/api/v1/queues/{queue}/callers/{contact}/priority",
    permission="queues:direct",
    answer=Page[CallerShown],
    problems={"unknown_queue": 404, "not_waiting": 404},
)
async def prioritise(
    request: web.Request, queue: Name, contact: Name, body: Priority
) -> Mapping[str, object]:
    """Serve a caller earlier or later; the answer is the line, as of all that follow here."""
    desk, entry = _place(request, queue, contact)
    by = who_acts(request, body.by)
    desk.distribution.prioritise(entry.entry, body.priority)
    desk.direct(entry.contact, "queue.directed", by, "priority", queue=queue, priority=body.priority)
    return callers(request, queue)


@routes.post(
    "/api/v1/queues/{queue}/callers/{contact}/move",
    permission="queues:direct",
    answer=Page[CallerShown],
    problems={"unknown_queue": 404, "not_waiting": 404, "same_queue": 409, "foreign_queue": 409},
)
async def move(request: web.Request, queue: Name, contact: Name, body: Move) -> Mapping[str, object]:
    """Send a caller to another queue; the time waited counts there."""
    desk, entry = _place(request, queue, contact)
    by = who_acts(request, body.by)
    view(request, body.queue)
    if body.queue == queue:
        raise Refusal(409, "same_queue", f"{entry.contact} waits in {queue} already")
    _refuse_foreign(desk, entry, body.queue)
    desk.direct(entry.contact, "queue.directed", by, "move", queue=queue, to=body.queue)
    desk.distribution.move(entry.entry, body.queue)
    return callers(request, queue)


@routes.post(
    "/api/v1/queues/{queue}/callers/{contact}/pick",
    permission="queues:direct",
    answer=Page[CallerShown],
    problems={"unknown_queue": 404, "not_waiting": 404, "unknown_agent": 404},
    otherwise=409,
)
async def pick(request: web.Request, queue: Name, contact: Name, body: Pick) -> Mapping[str, object]:
    """Give a caller to this agent now."""
    desk, entry = _place(request, queue, contact)
    by = who_acts(request, body.by)
    if not sees_agent(request, body.agent):
        raise Refusal(404, "unknown_agent", f"no agent is called {body.agent}")
    desk.distribution.pick(entry.entry, body.agent)
    desk.direct(entry.contact, "queue.directed", by, "pick", queue=queue, agent=body.agent)
    return callers(request, queue)


@routes.post(
    "/api/v1/queues/{queue}/callers/{contact}/withdraw",
    permission="queues:direct",
    answer=Page[CallerShown],
    problems={
        "unknown_queue": 404,
        "not_waiting": 404,
        "unknown_agent": 404,
        "unknown_menu": 404,
        "foreign_queue": 409,
    },
)
async def withdraw(
    request: web.Request, queue: Name, contact: Name, body: Withdrawal
) -> Mapping[str, object]:
    """Take a caller out of the queue."""
    desk, entry = _place(request, queue, contact)
    by = who_acts(request, body.by)
    destination = _destination(request, desk, body.to) if body.to is not None else None
    if body.to is not None and body.to.queue is not None:
        _refuse_foreign(desk, entry, body.to.queue)
    desk.direct(entry.contact, "queue.directed", by, "withdraw", queue=queue)
    desk.distribution.withdraw(entry.entry, destination)
    return callers(request, queue)
