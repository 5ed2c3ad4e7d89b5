"""Registered phones over HTTP: where each account is reached, and whether it answers."""

from __future__ import annotations

from aiohttp import web

from console.keys import PHONES
from console.problem import problem

routes = web.RouteTableDef()


@routes.get("/api/v1/phones")
async def list_phones(request: web.Request) -> web.Response:
    """All accounts with registered phones."""
    return web.json_response({"accounts": [dict(each) for each in request.app[PHONES](None)]})


@routes.get("/api/v1/phones/{account}")
async def one_account(request: web.Request) -> web.Response:
    """One account's phones."""
    name = request.match_info["account"]
    for each in request.app[PHONES](name):
        return web.json_response(dict(each))
    return problem(404, "no_phone", f"no phone is registered for {name}")
