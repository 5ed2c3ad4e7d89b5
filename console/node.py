"""The node over HTTP: is it well, and what does it hold right now."""

from __future__ import annotations

from aiohttp import web

from console.keys import COUNTERS, HEALTH, MENUS

routes = web.RouteTableDef()


@routes.get("/api/v1/health")
async def health(request: web.Request) -> web.Response:
    """200 while the node takes calls and its ledger is written; 503 with the reason otherwise."""
    trouble = request.app[HEALTH]()
    found: dict[str, object] = {"ok": not trouble, "trouble": trouble}
    warnings = len(request.app[MENUS].warnings())
    if warnings:
        found["warnings"] = warnings  # what they are is for those with the key: GET menus
    return web.json_response(found, status=503 if trouble else 200)


@routes.get("/api/v1/counters")
async def counters(request: web.Request) -> web.Response:
    """What is in use now; every number is back at zero when no call is up."""
    return web.json_response(request.app[COUNTERS]())
