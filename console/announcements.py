"""Announcements over HTTP: prompts that menus speak where they name a place for them."""

from __future__ import annotations

from aiohttp import web

from base.document import suggest
from base.errors import CentralitaError
from console.acts import Act, read_act, read_until, told, who
from console.keys import OPENING
from console.problem import Refusal
from routing.hours.switches import Announcement

routes = web.RouteTableDef()


class Announcing(Act):
    """What is sent to switch an announcement on."""

    prompt: str
    client: str | None = None
    """To the callers of one client company; to everybody's unless given."""


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


@routes.get("/api/v1/announcements")
async def list_announcements(request: web.Request) -> web.Response:
    """All that are on, and the names that menus have places for."""
    desk = request.app[OPENING]
    found = desk.board.switches.lasting(now=desk.board.now()).announcements.values()
    places = sorted(desk.places())
    return web.json_response({"announcements": [shown(each) for each in found], "places": places})


@routes.get("/api/v1/announcements/{name}")
async def one_announcement(request: web.Request) -> web.Response:
    """One that is on, to everybody or to the callers of `client`."""
    board, slot = request.app[OPENING].board, _slot(request)
    found = board.switches.lasting(now=board.now()).announcements.get(slot)
    if found is None:
        raise _not_on(*slot)
    return web.json_response(shown(found))


@routes.put("/api/v1/announcements/{name}")
async def announce(request: web.Request) -> web.Response:
    """Switch one on; one of the same name for the same callers is replaced."""
    desk, name = request.app[OPENING], request.match_info["name"]
    if name not in desk.places():
        known = suggest(name, desk.places()) or "add announcements: [NAME] to a say step of a menu"
        raise Refusal(404, "unknown_announcement", f"no menu has a place for announcements {name}; {known}")
    act = await read_act(Announcing, request)
    if act.client is not None and act.client not in desk.clients():
        detail = f"no client is called {act.client}; {suggest(act.client, desk.clients())}"
        raise Refusal(422, "unknown_client", detail)
    why_not = desk.unspoken(act.prompt)
    if why_not:
        raise Refusal(422, "unknown_prompt", why_not)
    now = desk.board.now()
    until = read_until(act.until, desk.zone(), now=now)
    announcement = Announcement(name, act.prompt, act.by, now, act.client, act.reason, until)
    try:
        await desk.board.announce(announcement)
    except CentralitaError as error:
        raise Refusal(error.status, error.code, str(error)) from None
    return web.json_response(shown(announcement))


@routes.delete("/api/v1/announcements/{name}")
async def silence(request: web.Request) -> web.Response:
    """Switch one off, of everybody or of the callers of `client`."""
    slot = _slot(request)
    try:
        ended = await request.app[OPENING].board.silence(*slot, who(request))
    except CentralitaError as error:
        raise Refusal(error.status, error.code, str(error)) from None
    if ended is None:
        raise _not_on(*slot)
    return web.json_response(shown(ended))


def _slot(request: web.Request) -> tuple[str, str | None]:
    return request.match_info["name"], request.query.get("client") or None


def _not_on(name: str, client: str | None) -> Refusal:
    whose = f" for callers of {client}" if client is not None else ""
    detail = f"the announcement {name} is not on{whose}; `centralita announcement list` tells what is"
    return Refusal(404, "unknown_announcement", detail)
