"""Trunks over HTTP: which are up, how many calls they carry, what is wrong with those that are down."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from console.api.model import Model, Name
from console.api.paging import Page, Paged, listed
from console.api.routes import Routes
from console.api.scope import refuse_unless_all
from console.keys import TRUNKS
from console.problem import Refusal

routes = Routes("phones and trunks")


class Channels(Model):
    """How many calls at once."""

    in_use: int
    most: int | None
    """Null where there is no limit."""


class Server(Model):
    """One address of a carrier."""

    transport: str
    address: str
    port: int
    answers: bool | None
    """Null where it is not asked."""


class Trunk(Model):
    """A gateway to a carrier."""

    name: str
    host: str | None
    """Null where the carrier only calls us."""
    up: bool
    why: str
    """Why it is down."""
    downs: int
    """How often it went down since the node started."""
    channels: Channels
    calls: int
    """Since the node started."""
    refused: int
    """Calls that its limits refused."""
    registered: bool | None
    """Null where we do not register there."""
    expires: float | None
    """Seconds for which the carrier granted the registration."""
    round_trip: float | None
    """Seconds."""
    servers: tuple[Server, ...]


@routes.get("/api/v1/trunks", permission="node:read", answer=Page[Trunk])
async def list_trunks(request: web.Request, query: Paged) -> Mapping[str, object]:
    """List all trunks in the order of the files."""
    refuse_unless_all(request)
    return listed(request.app[TRUNKS](), query, lambda each: str(each["name"]))


@routes.get("/api/v1/trunks/{trunk}", permission="node:read", answer=Trunk, problems={"unknown_trunk": 404})
async def one_trunk(request: web.Request, trunk: Name) -> Mapping[str, object]:
    """Show one trunk."""
    refuse_unless_all(request)
    for each in request.app[TRUNKS]():
        if each["name"] == trunk:
            return each
    raise Refusal(404, "unknown_trunk", f"no trunk is called {trunk}")
