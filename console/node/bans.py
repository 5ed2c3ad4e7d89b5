"""Who is shut out, over HTTP: the bans, ending one, and how much was turned away since the start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from console.acts import Deed
from console.api.model import Model, Name
from console.api.paging import Page, Paged, listed
from console.api.routes import Routes
from console.api.scope import who_acts
from console.keys import DOOR
from console.problem import Refusal

if TYPE_CHECKING:
    from sip.protection.guard import Ban

routes = Routes("node")


class BanShown(Model):
    """A source that is not answered."""

    source: str
    """An address, or a network."""
    why: str
    seconds_left: float


class BanLifted(Model):
    """A source that is answered again."""

    source: str
    lifted: bool


class Overload(Model):
    """Whether new calls are turned away because there is too much to do."""

    refusing: bool
    share: float
    """Of new calls, how many are turned away: 0 to 1."""


class TurnedAway(Model):
    """How much was not let in."""

    turned_away: dict[str, int]
    """By reason, since the node started."""
    overload: Overload


def shown(ban: Ban, now: float) -> dict[str, object]:
    """A ban as JSON."""
    return {"source": ban.source, "why": ban.why, "seconds_left": round(ban.until - now, 1)}


@routes.get("/api/v1/bans", permission="node:read", answer=Page[BanShown])
async def list_bans(request: web.Request, query: Paged) -> Mapping[str, object]:
    """List all sources that are not answered now, the latest last."""
    door = request.app[DOOR]
    now = door.now()
    bans = [shown(ban, now) for ban in door.guard.bans() if ban.until > now]
    return listed(bans, query, lambda each: str(each["source"]))


@routes.delete(
    "/api/v1/bans/{source}", permission="node:direct", answer=BanLifted, problems={"unknown_ban": 404}
)
async def lift_ban(request: web.Request, source: Name, query: Deed) -> Mapping[str, object]:
    """End one ban, named as the list does (a slash in it as %2F) or by an address in it."""
    who_acts(request, query.by)
    if not request.app[DOOR].guard.lift(source):
        detail = f"{source} is not banned; `centralita bans list` and GET /api/v1/bans tell who is"
        raise Refusal(404, "unknown_ban", detail)
    return {"source": source, "lifted": True}


@routes.get("/api/v1/guard", permission="node:read", answer=TurnedAway)
async def turned_away(request: web.Request) -> Mapping[str, object]:
    """Tell how much was turned away since the node started, by reason."""
    return request.app[DOOR].report()
