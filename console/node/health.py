"""The node over HTTP: is it well, and what does it hold right now."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from console.api.answers import Answered
from console.api.model import Model
from console.api.route import PUBLIC
from console.api.routes import Routes
from console.keys import COUNTERS, MENUS
from console.telling import TELLING

routes = Routes("node")


class Health(Model):
    """How a node does."""

    ok: bool
    trouble: tuple[str, ...]
    """Why it should get no calls now."""
    warnings: int = 0
    """How many things somebody should see to; GET /api/v1/menus tells them to those who may know."""


@routes.get("/api/v1/health", permission=PUBLIC, answer=Health, also=(503,), is_free=True)
async def health(request: web.Request) -> Answered:
    """Tell whether the node lives and what is not well; 503 where only a new start mends it."""
    checks = [each for each in request.app[TELLING].checks() if each.problem is not None]
    trouble = tuple(f"{each.name}: {each.problem}" for each in checks)
    found = Health(ok=not trouble, trouble=trouble, warnings=len(request.app[MENUS].warnings()))
    # Whoever starts dead nodes anew asks here: a node that drains, or waits for its database, must be let be.
    return Answered(found, status=503 if any(each.needs_restart for each in checks) else 200)


@routes.get("/api/v1/counters", permission=PUBLIC, answer=dict[str, int], is_free=True)
async def counters(request: web.Request) -> Mapping[str, int]:
    """Tell what is in use now; every number is back at zero when no call is up."""
    return request.app[COUNTERS]()
