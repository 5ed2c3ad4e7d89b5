"""Queues over HTTP: who waits, and for how long."""

from __future__ import annotations

import dataclasses

from aiohttp import web

from console.keys import DISTRIBUTION

routes = web.RouteTableDef()


@routes.get("/api/v1/queues")
async def list_queues(request: web.Request) -> web.Response:
    """All queues in the order of the file."""
    distribution = request.app[DISTRIBUTION]
    views = distribution.core.queues(now=distribution.now())
    return web.json_response({"queues": [dataclasses.asdict(view) for view in views]})
