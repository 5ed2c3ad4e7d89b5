"""Callbacks and the do-not-call list over HTTP: what was promised, by when, what came of it; and what people do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from aiohttp import web
from pydantic import Field

from base.document import suggest
from base.errors import CentralitaError
from console.acts import Act, Line, read_act, read_until, who
from console.keys import CALLBACKS, OPENING, WORK
from console.problem import Refusal
from routing.callbacks.callback import Wish
from routing.callbacks.do_not_call import ALL
from routing.callbacks.states import OPEN_STATES
from routing.callbacks.written import to_json

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from routing.callbacks.callback import Callback
    from routing.callbacks.do_not_call import Listed

routes = web.RouteTableDef()


class Asked(Act):
    """What is sent to promise a callback, such as the follow-up of a case: not before `at`, not after `until`."""

    number: Line
    client: Line
    queue: Line
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] | None = None
    priority: Annotated[int, Field(ge=-100, le=100)] = 0
    requires: dict[Line, Annotated[int, Field(ge=0, le=5)]] = Field(default_factory=dict)
    at: Line | None = None
    agent: Line | None = None
    case: Line | None = None
    contact: Line | None = None


class ListedNumber(Act):
    """What is sent to put a number on the do-not-call list."""

    client: str = ALL


def shown(callback: Callback) -> dict[str, object]:
    """A callback as JSON."""
    return {
        **to_json(callback),
        "is_open": callback.state in OPEN_STATES,
        "is_late": callback.is_late,
    }


def _known_client(request: web.Request, client: str) -> None:
    """A name that is written wrong must not slip past a client company's hours and lists. Raises Refusal."""
    known = request.app[OPENING].clients()
    if client not in known:
        raise Refusal(404, "unknown_client", f"no client is called {client}; {suggest(client, known)}")


@routes.get("/api/v1/callbacks")
async def list_callbacks(request: web.Request) -> web.Response:
    """All that are kept, the latest first; `?open=1` those in which something is to be done."""
    found = reversed(request.app[CALLBACKS].book.all())
    only = request.query.get("open", "") not in ("", "0")
    return web.json_response(
        {"callbacks": [shown(each) for each in found if not only or each.state in OPEN_STATES]}
    )


@routes.get("/api/v1/callbacks/{reference}")
async def one_callback(request: web.Request) -> web.Response:
    """One by its reference."""
    try:
        found = request.app[CALLBACKS].book.find(request.match_info["reference"])
    except CentralitaError as error:
        raise _refusal(error) from None
    return web.json_response(shown(found))


@routes.post("/api/v1/callbacks")
async def promise(request: web.Request) -> web.Response:
    """Promise one."""
    asked = await read_act(Asked, request)
    if asked.agent is not None and not request.app[CALLBACKS].knows(asked.agent):
        raise Refusal(404, "unknown_agent", f"no agent is called {asked.agent}")
    desk = request.app[OPENING]
    _known_client(request, asked.client)
    queue = request.app[WORK].routing().queues.get(asked.queue)
    if queue is not None and not queue.takes(asked.client):
        words = f"{asked.queue} is a queue of {', '.join(queue.clients)}, not of {asked.client}"
        raise Refusal(409, "foreign_queue", words)
    zone, now = desk.zone(), desk.board.now()
    earliest = read_until(asked.at, zone, now=now, name="at")
    latest = read_until(asked.until, zone, now=now)
    wish = Wish(
        client=asked.client,
        queue=asked.queue,
        number=asked.number,
        by=asked.by,
        language=asked.language,
        requires=tuple(sorted(asked.requires.items())),
        priority=asked.priority,
        contact=asked.contact or "",
        earliest=earliest.timestamp() if earliest is not None else None,
        latest=latest.timestamp() if latest is not None else None,
        agent=asked.agent,
        case=asked.case,
        note=asked.reason,
    )
    return web.json_response(shown(await _done(request.app[CALLBACKS].promise(wish))), status=201)


@routes.post("/api/v1/callbacks/{reference}/retry")
async def hurry(request: web.Request) -> web.Response:
    """Try it as soon as an agent is free, or again after its end."""
    act = await read_act(Act, request)
    work = request.app[CALLBACKS].hurry(request.match_info["reference"], act.by)
    return web.json_response(shown(await _done(work)))


@routes.delete("/api/v1/callbacks/{reference}")
async def cancel(request: web.Request) -> web.Response:
    """Do not call."""
    work = request.app[CALLBACKS].cancel(request.match_info["reference"], who(request))
    return web.json_response(shown(await _done(work)))


async def _done(work: Awaitable[Callback]) -> Callback:
    try:
        return await work
    except CentralitaError as error:
        raise _refusal(error) from None


def _refusal(error: CentralitaError) -> Refusal:
    return Refusal(error.status, error.code, str(error))


# --- the do-not-call list ---


@routes.get("/api/v1/do-not-call")
async def list_numbers(request: web.Request) -> web.Response:
    """What people have put on it, and what the file says."""
    never = request.app[CALLBACKS].book.admission.rules.do_not_call
    written = (
        {"number": number, "client": client or None, "by": None, "since": None, "reason": ""}
        for client, numbers in never.written().items()
        for number in sorted(numbers)
    )
    return web.json_response({"numbers": [*map(_listed, never.added()), *written]})


@routes.put("/api/v1/do-not-call/{number}")
async def list_number(request: web.Request) -> web.Response:
    """Never call a number: for a client company, or for any."""
    act = await read_act(ListedNumber, request)
    if act.client != ALL:
        _known_client(request, act.client)
    try:
        listed = await request.app[CALLBACKS].list_number(
            request.match_info["number"], act.client, act.by, act.reason
        )
    except CentralitaError as error:
        raise _refusal(error) from None
    return web.json_response(_listed(listed))


@routes.delete("/api/v1/do-not-call/{number}")
async def unlist_number(request: web.Request) -> web.Response:
    """It may be called again."""
    number, client = request.match_info["number"], request.query.get("client", ALL)
    try:
        removed = await request.app[CALLBACKS].unlist_number(number, client, who(request))
    except CentralitaError as error:
        raise _refusal(error) from None
    if removed is None:
        detail = f"{number} is not on the list that people keep; what stands in do_not_call.yaml is taken out there"
        raise Refusal(404, "unknown_number", detail)
    return web.json_response(_listed(removed))


def _listed(listed: Listed) -> dict[str, object]:
    return {
        "number": listed.number,
        "client": listed.client or None,
        "by": listed.by,
        "since": listed.since,
        "reason": listed.reason,
    }
