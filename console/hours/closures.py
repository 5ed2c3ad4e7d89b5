"""Emergency closures over HTTP: of a place, of a client company (`client:ID`), of everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from base.document import suggest
from console.acts import Act, Deed, read_until, told
from console.api.model import Line, Model, Name
from console.api.paging import Page, Paged, listed
from console.api.routes import Routes
from console.api.scope import sees, who_acts
from console.keys import OPENING
from console.problem import Refusal
from routing.hours.switches import EVERYTHING, Closure, client_of, of_client

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from console.hours.desk import OpeningDesk

routes = Routes("opening hours")


class Closing(Act):
    """What is sent to close something."""

    reason: Line


class ClosureShown(Model):
    """What a person has closed."""

    name: str
    """A place, client:ID for all of a client company, or everything."""
    by: str
    reason: str
    since: str
    until: str | None
    """When it ends by itself."""


class Reopening(Deed):
    """The query of what is ended."""


def shown(closure: Closure) -> dict[str, object]:
    """A closure as JSON."""
    return {
        "name": closure.name,
        "by": closure.by,
        "reason": closure.reason,
        "since": told(closure.since),
        "until": told(closure.until),
    }


def _sees(request: web.Request, name: str) -> bool:
    """Whether a closure is of what the asker may see: his or her client company, or a place of it."""
    hours = request.app[OPENING].hours().get(name)
    return sees(request, hours.timetable.client if hours is not None else client_of(name))


def _zone(request: web.Request, desk: OpeningDesk, name: str) -> ZoneInfo:
    """By whose clock its end is told. Raises Refusal for what nobody knows."""
    hours, client = desk.hours(), client_of(name)
    if _sees(request, name):
        if name in hours:
            return hours[name].timetable.zone
        if name == EVERYTHING or client in desk.clients():
            return desk.zone()
    every = (EVERYTHING, *hours, *(of_client(each) for each in desk.clients()))
    known = [each for each in every if _sees(request, each)]
    raise Refusal(404, "unknown_hours", f"nothing to close is called {name}; {suggest(name, known)}")


@routes.get("/api/v1/closures", permission="hours:read", answer=Page[ClosureShown])
async def list_closures(request: web.Request, query: Paged) -> Mapping[str, object]:
    """List all that are in force."""
    board = request.app[OPENING].board
    every = board.switches.lasting(now=board.now()).closures.values()
    found = [shown(each) for each in every if _sees(request, each.name)]
    return listed(found, query, lambda each: str(each["name"]))


@routes.get(
    "/api/v1/closures/{name}",
    permission="hours:read",
    answer=ClosureShown,
    is_tagged=True,
    problems={"unknown_closure": 404},
)
async def one_closure(request: web.Request, name: Name) -> Mapping[str, object]:
    """Show one that is in force."""
    board = request.app[OPENING].board
    found = board.switches.lasting(now=board.now()).closures.get(name)
    if found is None or not _sees(request, name):
        raise _not_closed(name)
    return shown(found)


@routes.put(
    "/api/v1/closures/{name}",
    permission="hours:direct",
    answer=ClosureShown,
    problems={"unknown_hours": 404, "not_kept": 503},
)
async def close(request: web.Request, name: Name, body: Closing) -> Mapping[str, object]:
    """Close now, whatever the calendar says; a closure of the same name is replaced."""
    desk = request.app[OPENING]
    zone, by = _zone(request, desk, name), who_acts(request, body.by)
    now = desk.board.now()
    closure = Closure(name, by, now, body.reason, read_until(body.until, zone, now=now))
    await desk.board.close(closure)
    return shown(closure)


@routes.delete(
    "/api/v1/closures/{name}",
    permission="hours:direct",
    answer=ClosureShown,
    problems={"unknown_closure": 404, "not_kept": 503},
)
async def reopen(request: web.Request, name: Name, query: Reopening) -> Mapping[str, object]:
    """Go by the calendar again."""
    by = who_acts(request, query.by)
    ended = await request.app[OPENING].board.reopen(name, by) if _sees(request, name) else None
    if ended is None:
        raise _not_closed(name)
    return shown(ended)


def _not_closed(name: str) -> Refusal:
    detail = (
        f"{name} is not closed in an emergency; `centralita hours list` and GET /api/v1/closures tell what is"
    )
    return Refusal(404, "unknown_closure", detail)
