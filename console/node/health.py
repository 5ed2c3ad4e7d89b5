"""The node over HTTP: is it well, and what does it hold right now."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from console.api.answers import Answered
from console.api.model import Model
from console.api.route import PUBLIC
from console.api.routes import Routes
from console.keys import COUNTERS, HEALTH, MENUS

routes = Routes("node")


class Health(Model):
    """Whether a node does its work."""

    ok: bool
    trouble: tuple[str, ...]
    """Why it takes no calls."""
    warnings: int = 0
    """How many things somebody should see to; GET /api/v1/menus tells them to those who may know."""


@routes.get("/api/v1/health", permission=PUBLIC, answer=Health, also=(503,), is_free=True)
async def health(request: web.Request) -> Answered:
    """Tell whether the node takes calls and its ledger is written; 503 with the reason where not."""
    trouble = request.app[HEALTH]()
    found = Health(ok=not trouble, trouble=tuple(trouble), warnings=len(request.app[MENUS].warnings()))
    return Answered(found, status=503 if trouble else 200)


@routes.get("/api/v1/counters", permission=PUBLIC, answer=dict[str, int], is_free=True)
async def counters(request: web.Request) -> Mapping[str, int]:
    """Tell what is in use now; every number is back at zero when no call is up."""
    return request.app[COUNTERS]()
