"""Callbacks over HTTP: what was promised, by when, what came of it; and what people do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from aiohttp import web
from pydantic import Field

from base.document import suggest
from console.acts import Act, Deed, read_until
from console.api.model import Line, Name
from console.api.paging import Page, Paged, listed
from console.api.routes import Routes
from console.api.scope import sees, sees_agent, sees_all, sees_queue, who_acts
from console.callbacks.shown import CallbackShown, shown
from console.cases.own import own_contact
from console.keys import CALLBACKS, OPENING, WORK
from console.problem import Refusal
from routing.callbacks.callback import CallbackRefused, Refused, UnknownCallback, Wish
from routing.callbacks.states import OPEN_STATES

if TYPE_CHECKING:
    from routing.callbacks.callback import Callback

routes = Routes("callbacks")
_PROBLEMS = {"unknown_callback": 404, "callback_refused": 409, "not_kept": 503}


class CallbacksAsked(Paged):
    """Which callbacks."""

    open: bool = False
    """Only those in which something is to be done yet."""
    client: Line | None = None


class Asked(Act):
    """What is sent to promise a callback, such as the follow-up of a case: not before `at`, not after `until`."""

    number: Line
    client: Line
    queue: Line
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] | None = None
    priority: Annotated[int, Field(ge=-100, le=100)] = 0
    requires: dict[Line, Annotated[int, Field(ge=0, le=5)]] = Field(default_factory=dict)
    """Skills that the agent must have, with the least proficiency."""
    at: Line | None = None
    """Not before: "2026-11-24 10:00", "18:30" or "2h", by the centre's clock."""
    agent: Line | None = None
    """Whose customer it is: asked first."""
    case: Line | None = None
    contact: Line | None = None
    """The contact that it follows."""


class Cancelling(Deed):
    """The query of what is cancelled."""


def known_client(request: web.Request, client: str) -> None:
    """A name that is written wrong must not slip past a client company's hours and lists. Raises Refusal."""
    known = [each for each in request.app[OPENING].clients() if sees(request, each)]
    if client not in known:
        raise Refusal(404, "unknown_client", f"no client is called {client}; {suggest(client, known)}")


def may_wait_in(request: web.Request, queue: str, client: str) -> bool:
    """Whether the callers of a client company may be led to a queue; False as well where there is none.

    Raises Refusal for a queue that the asker sees and that is others'.
    """
    settings = request.app[WORK].routing().queues.get(queue)
    if settings is None or settings.takes(client):
        return settings is not None
    if sees_queue(request, queue):
        words = f"{queue} is a queue of {', '.join(settings.clients)}, not of {client}"
        raise Refusal(409, "foreign_queue", words)
    return False


def _found(request: web.Request, reference: str) -> Callback:
    """One that the asker may see. Raises UnknownCallback."""
    found = request.app[CALLBACKS].book.find(reference)
    if not sees(request, found.wish.client):
        raise UnknownCallback(f"there is no callback {reference}")
    return found


@routes.get("/api/v1/callbacks", permission="callbacks:read", answer=Page[CallbackShown])
async def list_callbacks(request: web.Request, query: CallbacksAsked) -> Mapping[str, object]:
    """List all that are kept, the latest first."""
    found = [
        each
        for each in reversed(request.app[CALLBACKS].book.all())
        if (not query.open or each.state in OPEN_STATES)
        and query.client in (None, each.wish.client)
        and sees(request, each.wish.client)
    ]
    return listed([shown(each) for each in found], query, lambda each: str(each["id"]))


@routes.get(
    "/api/v1/callbacks/{reference}", permission="callbacks:read", answer=CallbackShown, problems=_PROBLEMS
)
async def one_callback(request: web.Request, reference: Name) -> Mapping[str, object]:
    """Show one by its reference."""
    return shown(_found(request, reference))


@routes.post(
    "/api/v1/callbacks",
    permission="callbacks:direct",
    answer=CallbackShown,
    status=201,
    problems={
        **_PROBLEMS,
        "unknown_client": 404,
        "unknown_agent": 404,
        "contact_not_found": 404,
        "foreign_queue": 409,
    },
)
async def promise(request: web.Request, body: Asked) -> Mapping[str, object]:
    """Promise one."""
    agent = body.agent
    if agent is not None and not (request.app[CALLBACKS].knows(agent) and sees_agent(request, agent)):
        raise Refusal(404, "unknown_agent", f"no agent is called {body.agent}")
    desk, by = request.app[OPENING], who_acts(request, body.by)
    known_client(request, body.client)
    if not may_wait_in(request, body.queue, body.client):
        raise CallbackRefused(Refused.UNKNOWN_QUEUE, f"no queue is called {body.queue}")
    if body.contact is not None and not sees_all(request):
        await own_contact(request, body.contact, body.client)
    zone, now = desk.zone(), desk.board.now()
    earliest = read_until(body.at, zone, now=now, pointer="/body/at")
    latest = read_until(body.until, zone, now=now)
    wish = Wish(
        client=body.client,
        queue=body.queue,
        number=body.number,
        by=by,
        language=body.language,
        requires=tuple(sorted(body.requires.items())),
        priority=body.priority,
        contact=body.contact or "",
        earliest=earliest.timestamp() if earliest is not None else None,
        latest=latest.timestamp() if latest is not None else None,
        agent=body.agent,
        case=body.case,
        note=body.reason,
    )
    try:
        return shown(await request.app[CALLBACKS].promise(wish))
    except CallbackRefused as error:
        if error.standing is None or sees(request, error.standing.wish.client):
            raise
        # The text would name what was promised in the name of another client company.
        raise CallbackRefused(Refused.STANDING, f"{body.number} is to be called back already") from None


@routes.post(
    "/api/v1/callbacks/{reference}/retry",
    permission="callbacks:direct",
    answer=CallbackShown,
    problems=_PROBLEMS,
)
async def hurry(request: web.Request, reference: Name, body: Deed) -> Mapping[str, object]:
    """Try it as soon as an agent is free, or again after its end."""
    by = who_acts(request, body.by)
    _found(request, reference)
    return shown(await request.app[CALLBACKS].hurry(reference, by))


@routes.delete(
    "/api/v1/callbacks/{reference}", permission="callbacks:direct", answer=CallbackShown, problems=_PROBLEMS
)
async def cancel(request: web.Request, reference: Name, query: Cancelling) -> Mapping[str, object]:
    """Do not call."""
    by = who_acts(request, query.by)
    _found(request, reference)
    return shown(await request.app[CALLBACKS].cancel(reference, by))
