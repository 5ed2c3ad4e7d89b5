"""Trunks over HTTP: which are up, how many calls they carry, what is wrong with those that are down."""

from __future__ import annotations

from aiohttp import web

from console.keys import TRUNKS
from console.problem import problem

routes = web.RouteTableDef()


@routes.get("/api/v1/trunks")
async def list_trunks(request: web.Request) -> web.Response:
    """All trunks."""
    return web.json_response({"trunks": [dict(each) for each in request.app[TRUNKS]()]})


@routes.get("/api/v1/trunks/{trunk}")
async def one_trunk(request: web.Request) -> web.Response:
    """One trunk."""
    name = request.match_info["trunk"]
    for each in request.app[TRUNKS]():
        if each["name"] == name:
            return web.json_response(dict(each))
    return problem(404, "unknown_trunk", f"no trunk is called {name}")
