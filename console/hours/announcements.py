"""Announcements over HTTP: prompts that menus speak where they name a place for them."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from base.document import suggest
from console.acts import Act, Deed, read_until, told
from console.api.model import Line, Model, Name
from console.api.paging import Paged, listed
from console.api.routes import Routes
from console.api.scope import is_foreign_menu, sees, unhinted, who_acts
from console.keys import OPENING
from console.problem import Refusal
from routing.hours.switches import Announcement

routes = Routes("opening hours")


class Announcing(Act):
    """What is sent to switch an announcement on."""

    prompt: Line
    client: Line | None = None
    """To the callers of one client company; to everybody's unless given."""


class AnnouncementShown(Model):
    """A prompt that menus speak now."""

    name: str
    prompt: str
    client: str | None
    """To whose callers; null: to everybody's."""
    by: str
    reason: str
    since: str
    until: str | None
    """When it ends by itself."""


class AnnouncementPage(Model):
    """A page of announcements."""

    items: tuple[AnnouncementShown, ...]
    next: str | None
    places: tuple[str, ...]
    """The names that menus have places for."""


class Whose(Model):
    """Which of the same name."""

    client: Line | None = None
    """To the callers of this client company; that to everybody's unless given."""


class Silencing(Whose, Deed):
    """The query of what is switched off."""


def shown(announcement: Announcement) -> dict[str, object]:
    """An announcement as JSON."""
    return {
        "name": announcement.name,
        "prompt": announcement.prompt,
        "client": announcement.client,
        "by": announcement.by,
        "reason": announcement.reason,
        "since": told(announcement.since),
        "until": told(announcement.until),
    }


@routes.get("/api/v1/announcements", permission="hours:read", answer=AnnouncementPage)
async def list_announcements(request: web.Request, query: Paged) -> Mapping[str, object]:
    """List all that are on, and the names that menus have places for."""
    desk = request.app[OPENING]
    every = desk.board.switches.lasting(now=desk.board.now()).announcements.values()
    found = [shown(each) for each in every if sees(request, each.client)]
    told_of = listed(found, query, lambda each: f"{each['name']} {each['client']}")
    return {**told_of, "places": sorted(_places(request))}


@routes.get(
    "/api/v1/announcements/{name}",
    permission="hours:read",
    answer=AnnouncementShown,
    problems={"unknown_announcement": 404},
)
async def one_announcement(request: web.Request, name: Name, query: Whose) -> Mapping[str, object]:
    """Show one that is on, to everybody or to the callers of `client`."""
    board = request.app[OPENING].board
    found = board.switches.lasting(now=board.now()).announcements.get((name, query.client))
    if found is None or not sees(request, query.client):
        raise _not_on(name, query.client)
    return shown(found)


@routes.put(
    "/api/v1/announcements/{name}",
    permission="hours:direct",
    answer=AnnouncementShown,
    problems={"unknown_announcement": 404, "unknown_client": 422, "unknown_prompt": 422, "not_kept": 503},
)
async def announce(request: web.Request, name: Name, body: Announcing) -> Mapping[str, object]:
    """Switch one on; one of the same name for the same callers is replaced."""
    desk, by = request.app[OPENING], who_acts(request, body.by)
    places = _places(request)
    if name not in places:
        known = suggest(name, places) or "add announcements: [NAME] to a say step of a menu"
        raise Refusal(404, "unknown_announcement", f"no menu has a place for announcements {name}; {known}")
    clients = [each for each in desk.clients() if sees(request, each)]
    if body.client is not None and body.client not in clients:
        detail = f"no client is called {body.client}; {suggest(body.client, clients)}"
        raise Refusal(422, "unknown_client", detail)
    if not sees(request, body.client):
        raise Refusal(403, "forbidden", "client: say to whose callers; you do not announce to everybody's")
    why_not = desk.unspoken(body.prompt)
    if why_not:
        raise Refusal(422, "unknown_prompt", unhinted(request, why_not))
    now = desk.board.now()
    until = read_until(body.until, desk.zone(), now=now)
    announcement = Announcement(name, body.prompt, by, now, body.client, body.reason, until)
    await desk.board.announce(announcement)
    return shown(announcement)


@routes.delete(
    "/api/v1/announcements/{name}",
    permission="hours:direct",
    answer=AnnouncementShown,
    problems={"unknown_announcement": 404, "not_kept": 503},
)
async def silence(request: web.Request, name: Name, query: Silencing) -> Mapping[str, object]:
    """Switch one off, of everybody or of the callers of `client`."""
    by, board = who_acts(request, query.by), request.app[OPENING].board
    ended = await board.silence(name, query.client, by) if sees(request, query.client) else None
    if ended is None:
        raise _not_on(name, query.client)
    return shown(ended)


def _places(request: web.Request) -> list[str]:
    """The names that menus have places for, but for menus of client companies that the asker does not see."""
    every = request.app[OPENING].places().items()
    return [name for name, menus in every if not all(is_foreign_menu(request, each) for each in menus)]


def _not_on(name: str, client: str | None) -> Refusal:
    whose = f" for callers of {client}" if client is not None else ""
    detail = f"the announcement {name} is not on{whose}; `centralita announcement list` tells what is"
    return Refusal(404, "unknown_announcement", detail)
