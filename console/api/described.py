"""The description of the interface, served by the interface itself: for programs as OpenAPI, for people as a page."""

from __future__ import annotations

from functools import cache
from typing import Any

from aiohttp import web

from console.api.answers import Content
from console.api.openapi import describe
from console.api.page import page
from console.api.route import PUBLIC, ROUTES, Route
from console.api.routes import Routes

routes = Routes("description")


@routes.get("/api/v1/openapi.json", permission=PUBLIC, answer=dict[str, Any])
async def openapi(request: web.Request) -> dict[str, Any]:
    """Describe the interface to programs (OpenAPI 3.1)."""
    return _described(request.app[ROUTES])


@routes.get("/api/v1/docs", permission=PUBLIC, answer=Content(("text/html",)))
async def docs(request: web.Request) -> web.Response:
    """Describe the interface to people."""
    return web.Response(
        text=page(_described(request.app[ROUTES])),
        content_type="text/html",
        headers={
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        },
    )


@cache
def _described(routes: tuple[Route, ...]) -> dict[str, Any]:
    return describe(routes)
