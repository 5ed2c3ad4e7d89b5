"""Events over HTTP: page by page, as a stream over a WebSocket or as server-sent events; tickets; the schema."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from aiohttp import web
from pydantic import Field

from console.access import PRINCIPAL, token_of
from console.api.model import Model, Name
from console.api.route import PUBLIC
from console.api.routes import Routes
from console.events.promise import json_schema
from console.events.sight import Sight, Wish, check_types
from console.events.stream import as_server_sent, by_socket
from console.events.tickets import LIFE
from console.events.watch import until_refused
from console.keys import PEOPLE
from console.problem import Mistake, Refusal
from console.telling import TELLING

if TYPE_CHECKING:
    from console.events.hub import Hub
    from console.events.told import Told
    from records.people.principal import Principal

routes = Routes("events")

PERMISSION = "events:read"
_PROBLEMS = {"cursor_gone": 410, "cursor_unknown": 422, "unknown_type": 422, "too_many_followers": 503}
MOST_READ = 50
"""Pages of the ledger that one request looks through: what is rare is found by several."""
_SERVER_SENT = "text/event-stream"
_CURSOR = r"[0-9]{1,19}"

Names = Annotated[tuple[Name, ...], Field(max_length=100)]


class EventsAsked(Model):
    """Which events; nothing named means all that may be seen."""

    types: Names = ()
    """Patterns such as `queue.*`; may stand several times, as those below."""
    client: Names = ()
    queue: Names = ()
    agent: Names = ()
    contact: Names = ()
    after: Annotated[str, Field(pattern=_CURSOR)] | None = None
    """The `cursor` of the last event that is known; without it what happens from now on."""
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    """How many at most, where they are read page by page."""
    ticket: Annotated[str, Field(max_length=100)] | None = None
    """In place of a key, for browsers."""


class EventsShown(Model):
    """A page of events."""

    items: tuple[dict[str, Any], ...]
    """As the schema says: GET /api/v1/events/schema."""
    next: str
    """The cursor to go on from, once there is more."""


class TicketMade(Model):
    """What opens one stream."""

    ticket: str
    expires_in: float
    """Seconds."""


@routes.get("/api/v1/events", permission=PUBLIC, answer=EventsShown, problems=_PROBLEMS)
async def follow_events(request: web.Request, query: EventsAsked) -> object:
    """Follow events.

    With `Upgrade: websocket` each event is a message as it happens, and with `Accept: text/event-stream` a server-sent
    event; otherwise a page of those after a cursor is answered at once. Needs the permission `events:read`. A stream
    that is too slow is closed with 4008 and the cursor to resume from. Browsers, which cannot send a key with a
    WebSocket, ask for a ticket first.
    """
    telling = request.app[TELLING]
    principal, token = await _signed_in(request, query.ticket)
    sight = Sight.of(principal, telling.team_of)
    wish = Wish(
        check_types(query.types),
        frozenset(query.client),
        frozenset(query.queue),
        frozenset(query.agent),
        frozenset(query.contact),
    )
    is_socket = request.headers.get("Upgrade", "").lower() == "websocket"
    after = await _after(telling.hub, query.after or request.headers.get("Last-Event-ID"))
    if not is_socket and _SERVER_SENT not in request.headers.get("Accept", ""):
        return await _page(telling.hub, after, query.limit, wish, sight)

    bell = request.app[PEOPLE].bell
    follower = telling.hub.follow(after, wish=wish, sight=sight, who=principal.id)
    refused = partial(until_refused, bell, lambda: telling.still(principal, token))
    return await (by_socket if is_socket else as_server_sent)(request, follower, refused)


@routes.post("/api/v1/events/tickets", permission=PERMISSION, answer=TicketMade, status=201)
async def make_ticket(request: web.Request) -> TicketMade:
    """Give a ticket that opens one stream, once and soon."""
    return TicketMade(
        ticket=request.app[TELLING].tickets.give((request[PRINCIPAL], token_of(request))), expires_in=LIFE
    )


@routes.get("/api/v1/events/schema", permission=PUBLIC, answer=dict[str, Any])
async def event_schema(request: web.Request) -> dict[str, Any]:
    """Give the JSON Schema that every event fits, with all types and their fields."""
    return json_schema()


async def _signed_in(request: web.Request, ticket: str | None) -> tuple[Principal, str]:
    """Who asks and by which token; or to whom the ticket was given. Raises Refusal."""
    found: Principal | None = request.get(PRINCIPAL)
    token = token_of(request)
    if found is None and ticket is not None:
        found, token = request.app[TELLING].tickets.take(ticket) or (None, "")
        if found is not None and not await request.app[TELLING].still(found, token):
            found = None  # who got it has other rights by now, or none
    if found is None:
        raise Refusal(
            401, "unauthorized", "sign in first, or use a ticket that is new: POST /api/v1/events/tickets"
        )
    if not found.may(PERMISSION):
        raise Refusal(403, "forbidden", f"this needs the permission {PERMISSION}")
    return found, token


async def _after(hub: Hub, given: str | None) -> int:
    if given is None:
        return await hub.newest()
    if not given.isascii() or not given.isdigit() or len(given) > 19:
        raise Refusal(
            422,
            "invalid_query",
            "after: must be the cursor of an event",
            mistakes=[Mistake("/query/after", "must be the cursor of an event")],
        )
    await hub.check(int(given))
    return int(given)


async def _page(hub: Hub, after: int, limit: int, wish: Wish, sight: Sight) -> web.Response:
    """What EventsShown says, of what is encoded already."""
    found: list[Told] = []
    for _ in range(MOST_READ):
        page = await hub.read(after)
        found += [each for each in page.events if wish.wants(each) and sight.allows(each)]
        after = page.upto
        if len(found) >= limit or page.is_last:
            break
    if len(found) > limit:
        after = found[limit - 1].cursor
    shown = b",".join(each.text(personal=sight.personal) for each in found[:limit])
    body = b'{"items":[%b],"next":"%d"}' % (shown, after)
    return web.Response(body=body, content_type="application/json", headers={"Cache-Control": "no-store"})
