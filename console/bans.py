"""Who is shut out, over HTTP: the bans, ending one, and how much was turned away since the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from console.keys import DOOR
from console.problem import problem

if TYPE_CHECKING:
    from sip.protection.guard import Ban

routes = web.RouteTableDef()


def shown(ban: Ban, now: float) -> dict[str, object]:
    """A ban as JSON."""
    return {"source": ban.source, "why": ban.why, "seconds_left": round(ban.until - now, 1)}


@routes.get("/api/v1/bans")
async def list_bans(request: web.Request) -> web.Response:
    """All sources that are not answered now, the latest last."""
    door = request.app[DOOR]
    now = door.now()
    bans = [shown(ban, now) for ban in door.guard.bans() if ban.until > now]
    return web.json_response({"bans": bans})


@routes.delete("/api/v1/bans/{source:.+}")
async def lift_ban(request: web.Request) -> web.Response:
    """End one ban, named as the list does or by an address in it."""
    source = request.match_info["source"]
    if not request.app[DOOR].guard.lift(source):
        return problem(
            404,
            "unknown_ban",
            f"{source} is not banned; `centralita bans list` and GET /api/v1/bans tell who is",
        )
    return web.json_response({"source": source, "lifted": True})


@routes.get("/api/v1/guard")
async def turned_away(request: web.Request) -> web.Response:
    """How much was turned away since the node started, by reason."""
    return web.json_response(request.app[DOOR].report())
