"""Queues over HTTP: how they do, and who waits."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from base.document import suggest
from console.api.model import Name
from console.api.paging import Page, Paged, listed
from console.api.routes import Routes
from console.api.scope import seen_queues, sees, sees_queue
from console.keys import WORK
from console.problem import Refusal
from console.work.shown import CallerShown, QueueShown

if TYPE_CHECKING:
    from console.work.desk import WorkDesk
    from routing.queues.queue import EntryView, QueueView

routes = Routes("queues")


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


def view(request: web.Request, queue: str) -> QueueView:
    """A queue that the asker may see. Raises Refusal."""
    desk = request.app[WORK]
    known = seen_queues(request)
    if queue not in known:
        raise Refusal(404, "unknown_queue", f"no queue is called {queue}; {suggest(queue, known)}")
    return desk.distribution.core.queue(queue, now=desk.distribution.now())


def waiting(request: web.Request, queue: str) -> list[EntryView]:
    """Who waits in a queue, of those whom the asker may see. Raises Refusal."""
    desk = request.app[WORK]
    view(request, queue)
    found = desk.distribution.core.waiting(queue, now=desk.distribution.now())
    return [each for each in found if sees(request, _client(desk, each))]


def _client(desk: WorkDesk, entry: EntryView) -> str | None:
    contact = desk.contact_of(entry.contact)
    return contact.client if contact is not None else None


def callers(request: web.Request, queue: str, asked: Paged | None = None) -> dict[str, object]:
    """The line of a queue as JSON."""
    shown = [_caller(request.app[WORK], each) for each in waiting(request, queue)]
    return listed(shown, asked or Paged(limit=1000), lambda each: str(each["contact"]))


@routes.get("/api/v1/queues", permission="queues:read", answer=Page[QueueShown])
async def list_queues(request: web.Request, query: Paged) -> Mapping[str, object]:
    """List all queues in the order of the file."""
    desk = request.app[WORK]
    views = desk.distribution.core.queues(now=desk.distribution.now())
    found = [_shown(desk, each) for each in views if sees_queue(request, each.id)]
    return listed(found, query, lambda each: str(each["id"]))


@routes.get(
    "/api/v1/queues/{queue}", permission="queues:read", answer=QueueShown, problems={"unknown_queue": 404}
)
async def one_queue(request: web.Request, queue: Name) -> Mapping[str, object]:
    """Show one queue."""
    return _shown(request.app[WORK], view(request, queue))


@routes.get(
    "/api/v1/queues/{queue}/callers",
    permission="queues:direct",
    answer=Page[CallerShown],
    problems={"unknown_queue": 404},
)
async def list_callers(request: web.Request, queue: Name, query: Paged) -> Mapping[str, object]:
    """List who waits, in the order of the line."""
    return callers(request, queue, query)
