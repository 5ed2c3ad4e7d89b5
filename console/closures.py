"""Emergency closures over HTTP: of a place, of a client company (`client:ID`), of everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from base.document import suggest
from base.errors import CentralitaError
from console.acts import Act, Line, read_act, read_until, told, who
from console.keys import OPENING
from console.problem import Refusal
from routing.hours.switches import EVERYTHING, Closure, client_of, of_client

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from console.opening import OpeningDesk

routes = web.RouteTableDef()


class Closing(Act):
    """What is sent to close something."""

    reason: Line


def shown(closure: Closure) -> dict[str, object]:
    """A closure as JSON."""
    return {
        "name": closure.name,
        "by": closure.by,
        "reason": closure.reason,
        "since": told(closure.since),
        "until": told(closure.until),
    }


def _zone(desk: OpeningDesk, name: str) -> ZoneInfo:
    """By whose clock its end is told. Raises Refusal for what nobody knows."""
    hours, client = desk.hours(), client_of(name)
    if name in hours:
        return hours[name].timetable.zone
    if name == EVERYTHING or client in desk.clients():
        return desk.zone()
    known = [EVERYTHING, *hours, *(of_client(each) for each in desk.clients())]
    raise Refusal(404, "unknown_hours", f"nothing to close is called {name}; {suggest(name, known)}")


@routes.get("/api/v1/closures")
async def list_closures(request: web.Request) -> web.Response:
    """All that are in force."""
    board = request.app[OPENING].board
    found = board.switches.lasting(now=board.now()).closures.values()
    return web.json_response({"closures": [shown(each) for each in found]})


@routes.get("/api/v1/closures/{name}")
async def one_closure(request: web.Request) -> web.Response:
    """One that is in force."""
    board, name = request.app[OPENING].board, request.match_info["name"]
    found = board.switches.lasting(now=board.now()).closures.get(name)
    if found is None:
        raise _not_closed(name)
    return web.json_response(shown(found))


@routes.put("/api/v1/closures/{name}")
async def close(request: web.Request) -> web.Response:
    """Close now, whatever the calendar says; a closure of the same name is replaced."""
    desk, name = request.app[OPENING], request.match_info["name"]
    zone = _zone(desk, name)
    act = await read_act(Closing, request)
    now = desk.board.now()
    closure = Closure(name, act.by, now, act.reason, read_until(act.until, zone, now=now))
    try:
        await desk.board.close(closure)
    except CentralitaError as error:
        raise Refusal(error.status, error.code, str(error)) from None
    return web.json_response(shown(closure))


@routes.delete("/api/v1/closures/{name}")
async def reopen(request: web.Request) -> web.Response:
    """Go by the calendar again."""
    desk, name = request.app[OPENING], request.match_info["name"]
    try:
        ended = await desk.board.reopen(name, who(request))
    except CentralitaError as error:
        raise Refusal(error.status, error.code, str(error)) from None
    if ended is None:
        raise _not_closed(name)
    return web.json_response(shown(ended))


def _not_closed(name: str) -> Refusal:
    detail = (
        f"{name} is not closed in an emergency; `centralita hours list` and GET /api/v1/closures tell what is"
    )
    return Refusal(404, "unknown_closure", detail)
