"""The do-not-call list over HTTP: what people have put on it, and what the file says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from console.acts import Deed
from console.api.model import Line, Model, Name, Note
from console.api.paging import Page, Paged, listed
from console.api.routes import Routes
from console.api.scope import sees, who_acts
from console.callbacks.promises import known_client
from console.keys import CALLBACKS
from console.problem import Refusal
from routing.callbacks.do_not_call import ALL

if TYPE_CHECKING:
    from routing.callbacks.do_not_call import Listed

routes = Routes("callbacks")


class NumberShown(Model):
    """A number that is never called."""

    number: str
    client: str | None
    """In whose name; null: in anybody's."""
    by: str | None
    """Null where it stands in config/do_not_call.yaml."""
    since: float | None
    """Unix seconds."""
    reason: str


class Listing(Deed):
    """What is sent to put a number on the list."""

    client: Line | None = None
    """In the name of this client company alone; of any unless given."""
    reason: Note = ""


class Unlisting(Deed):
    """The query of what is taken off."""

    client: Line | None = None


@routes.get("/api/v1/do-not-call", permission="callbacks:read", answer=Page[NumberShown])
async def list_numbers(request: web.Request, query: Paged) -> Mapping[str, object]:
    """List what people have put on it, then what the file says."""
    never = request.app[CALLBACKS].book.admission.rules.do_not_call
    written: list[Mapping[str, object]] = [
        {"number": number, "client": client or None, "by": None, "since": None, "reason": ""}
        for client, numbers in never.written().items()
        for number in sorted(numbers)
    ]
    every = [*map(_listed, never.added()), *written]
    found = [each for each in every if sees(request, _client(each))]
    return listed(found, query, lambda each: f"{each['number']} {each['client']} {each['since']}")


@routes.put(
    "/api/v1/do-not-call/{number}",
    permission="callbacks:direct",
    answer=NumberShown,
    problems={"unknown_client": 404, "callback_refused": 409, "not_kept": 503},
)
async def list_number(request: web.Request, number: Name, body: Listing) -> Mapping[str, object]:
    """Never call a number from now on: for a client company, or for any; open callbacks to it are given up."""
    by = who_acts(request, body.by)
    _refuse_foreign(request, body.client)
    client = body.client or ALL
    return _listed(await request.app[CALLBACKS].list_number(number, client, by, body.reason))


@routes.delete(
    "/api/v1/do-not-call/{number}",
    permission="callbacks:direct",
    answer=NumberShown,
    problems={"unknown_client": 404, "unknown_number": 404, "not_kept": 503},
)
async def unlist_number(request: web.Request, number: Name, query: Unlisting) -> Mapping[str, object]:
    """Take a number off the list: it may be called again."""
    by = who_acts(request, query.by)
    _refuse_foreign(request, query.client)
    removed = await request.app[CALLBACKS].unlist_number(number, query.client or ALL, by)
    if removed is None:
        detail = f"{number} is not on the list that people keep; what stands in do_not_call.yaml is taken out there"
        raise Refusal(404, "unknown_number", detail)
    return _listed(removed)


def _refuse_foreign(request: web.Request, client: str | None) -> None:
    """Raises Refusal for a client company that is not there, and for who may not speak for all of them."""
    if client is not None:
        known_client(request, client)
    elif not sees(request, None):
        raise Refusal(403, "forbidden", "client: say in whose name; you do not decide for all companies")


def _client(shown: Mapping[str, object]) -> str | None:
    return str(shown["client"]) if shown["client"] is not None else None


def _listed(listed: Listed) -> dict[str, object]:
    return {
        "number": listed.number,
        "client": listed.client or None,
        "by": listed.by,
        "since": listed.since,
        "reason": listed.reason,
    }
