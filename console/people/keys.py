"""API keys over HTTP: made, shown once, listed, revoked."""

from __future__ import annotations

import asyncio
from datetime import datetime  # noqa: TC003 - pydantic reads it
from typing import Annotated

from aiohttp import web
from pydantic import AwareDatetime, Field

from console.access import PRINCIPAL
from console.api.model import Line, Model, Name
from console.api.paging import Page, Paged, after, page
from console.api.routes import Routes
from console.audit import tells_of
from console.keys import OPENING, PEOPLE
from console.people.shown import KeyShown, key_of
from console.problem import Refusal

routes = Routes("people")


class KeyAsked(Model):
    """What a program is to have."""

    name: Line
    """Which program has it."""
    permissions: Annotated[tuple[Line, ...], Field(min_length=1, max_length=100)]
    """No more than one's own."""
    clients: Annotated[tuple[Line, ...], Field(max_length=200)] | None = None
    """The client companies whose data it sees; one's own unless given."""
    until: AwareDatetime | None = None
    """When it ends by itself; never unless given."""


class KeyMade(KeyShown):
    """A new key."""

    key: str
    """The whole of it, for `Authorization: Bearer`. It is shown this once."""


@routes.get("/api/v1/keys", permission="keys:write", answer=Page[KeyShown])
async def list_keys(request: web.Request, query: Paged) -> object:
    """List API keys, those revoked too, by id."""
    key = after(query, str)
    found = await asyncio.to_thread(
        request.app[PEOPLE].keys.all, after=key[0] if key else "", limit=query.limit + 1
    )
    return page([key_of(each) for each in found], query, lambda each: (each.id,))


@routes.post("/api/v1/keys", permission="keys:write", answer=KeyMade, status=201, problems={"bad_key": 422})
async def make_key(request: web.Request, body: KeyAsked) -> KeyMade:
    """Make an API key."""
    strange = sorted(set(body.clients or ()) - set(request.app[OPENING].clients()))
    if strange:
        raise Refusal(422, "bad_key", f"clients: no client company is called {strange[0]}")
    door, until = request.app[PEOPLE], body.until
    token, made = await asyncio.to_thread(
        door.keys.make,
        request[PRINCIPAL],
        body.name,
        body.permissions,
        clients=body.clients,
        until=_unix(until),
        now=door.now(),
    )
    tells_of(request, key=made.id)
    return KeyMade(**key_of(made).model_dump(), key=token)


@routes.delete("/api/v1/keys/{key}", permission="keys:write", answer=KeyShown, problems={"unknown_key": 404})
async def revoke_key(request: web.Request, key: Name) -> KeyShown:
    """Let a key open nothing any more."""
    door = request.app[PEOPLE]
    return key_of(await asyncio.to_thread(door.keys.revoke, key, now=door.now()))


def _unix(until: datetime | None) -> float | None:
    return None if until is None else until.timestamp()
