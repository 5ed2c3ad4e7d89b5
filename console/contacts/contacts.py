"""Contacts over HTTP: searched, and one with all that is known of it. Reads run beside the loop, never on it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated

from aiohttp import web
from pydantic import Field

from console.api.model import Line, Name
from console.api.paging import Page, Paged, after, page
from console.api.routes import Routes
from console.api.scope import scope, sees, sees_all
from console.contacts.shown import ContactShown, TimelineShown, Why
from console.keys import LEDGER, READER
from records.errors import ContactAmbiguous, ContactNotFound
from records.reader import ContactTimeline
from records.timeline.decisions import stays
from records.views.search import Wanted

routes = Routes("contacts")

Moment = Annotated[float, Field(ge=0, lt=1e11, allow_inf_nan=False)]
"""Unix seconds."""
PROBLEMS = {"contact_not_found": 404, "contact_ambiguous": 409, "ledger_missing": 503}


class ContactsAsked(Paged):
    """Which contacts."""

    client: Line | None = None
    queue: Line | None = None
    """In which they waited."""
    agent: Line | None = None
    """Whose phone they rang."""
    number: Line | None = None
    """Of the customer or the one that was dialled, or the beginning of it."""
    outcome: Line | None = None
    language: Line | None = None
    menu: Line | None = None
    reason: Line | None = None
    disposition: Line | None = None
    since: Moment | None = None
    """Begun then or later (Unix seconds)."""
    until: Moment | None = None
    """Begun before then."""
    id: Line | None = None
    """Part of the id."""


@routes.get("/api/v1/contacts", permission="contacts:read", answer=Page[ContactShown], problems=PROBLEMS)
async def list_contacts(request: web.Request, query: ContactsAsked) -> Mapping[str, object]:
    """Search contacts, the newest first."""
    seen, last = scope(request), after(query, float, str)
    if query.client is not None:
        asked = frozenset({query.client})
        seen = asked if seen is None else seen & asked
    words = (
        "queue",
        "agent",
        "number",
        "outcome",
        "language",
        "menu",
        "reason",
        "disposition",
        "since",
        "until",
        "id",
    )
    wanted = Wanted(clients=seen, after=last, **{name: getattr(query, name) for name in words})
    await request.app[LEDGER].flush()
    rows = await asyncio.to_thread(request.app[READER].search, wanted, limit=query.limit + 1)
    return page(rows, query, lambda each: (each.started_at, each.id))


@routes.get("/api/v1/contacts/{contact}", permission="contacts:read", answer=TimelineShown, problems=PROBLEMS)
async def one_contact(request: web.Request, contact: Name) -> ContactTimeline:
    """Show one contact with its legs and events, by its id or a beginning of it that only it has."""
    return await found(request, contact)


@routes.get("/api/v1/contacts/{contact}/why", permission="contacts:read", answer=Why, problems=PROBLEMS)
async def why(request: web.Request, contact: Name) -> Mapping[str, object]:
    """Tell why it got its agents, or none: each stay in a queue with its decisions."""
    known = await found(request, contact)
    return {"contact": known.contact.id, "stays": stays(known)}


async def found(request: web.Request, contact: str) -> ContactTimeline:
    """A contact that the asker may see, with what was noted until now. Raises ContactNotFound."""
    await request.app[LEDGER].flush()
    try:
        known = await asyncio.to_thread(request.app[READER].contact, contact)
    except ContactAmbiguous:
        if sees_all(request):
            raise
        raise ContactNotFound(f"no contact {contact!r}") from None  # the text names others' contacts
    if not sees(request, known.contact.client):
        raise ContactNotFound(f"no contact {contact!r}")
    return known
