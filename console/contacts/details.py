"""One contact in detail over HTTP: its timeline in words, its legs, its segments, and the record of it all."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from console.api.model import Model, Name, model_of_table
from console.api.paging import Page, Paged, after, listed, page
from console.api.routes import Routes
from console.contacts.contacts import PROBLEMS, found
from console.contacts.shown import LegShown
from console.keys import READER
from records.timeline.facts import Facts
from records.timeline.sentences import sentence
from records.views import tables
from records.views.detail import details

if TYPE_CHECKING:
    SegmentShown = Mapping[str, Any]
    VisitShown = Mapping[str, Any]
    ReservationShown = Mapping[str, Any]
    StepShown = Mapping[str, Any]
    WholeShown = Mapping[str, Any]
else:
    SegmentShown = model_of_table(tables.segment, "SegmentShown", "What one party did from when to when.")
    VisitShown = model_of_table(tables.queue_visit, "VisitShown", "One wait in one queue.")
    ReservationShown = model_of_table(tables.reservation, "ReservationShown", "An agent held for one wait.")
    StepShown = model_of_table(tables.menu_step, "StepShown", "One step of a menu, and what came of it.")
    WholeShown = model_of_table(tables.contact, "WholeShown", "All that is added up of a contact.")

routes = Routes("contacts")


class Moment(Model):
    """One event of a contact."""

    n: int
    """Counts from one within the contact."""
    ts: float
    offset: float
    """Seconds since the contact began."""
    leg: str | None
    type: str
    says: str
    """In words."""
    data: dict[str, Any]


class RecordShown(Model):
    """The record of a contact: sums, waits, agents held, steps of menus, segments."""

    contact: WholeShown
    visits: tuple[VisitShown, ...]
    reservations: tuple[ReservationShown, ...]
    steps: tuple[StepShown, ...]
    segments: tuple[SegmentShown, ...]


@routes.get(
    "/api/v1/contacts/{contact}/timeline",
    permission="contacts:read",
    answer=Page[Moment],
    problems=PROBLEMS,
)
async def timeline(request: web.Request, contact: Name, query: Paged) -> Mapping[str, object]:
    """Tell what happened, in order; the cursor of the last page goes on as more happens."""
    known, last = await found(request, contact), after(query, int)
    began = known.contact.started_at
    events = [each for each in known.events if last is None or each.n > last[0]]
    told = page(events[: query.limit + 1], query, lambda each: (each.n,))
    shown = [
        {
            "n": each.n,
            "ts": each.ts,
            "offset": round(each.ts - began, 6),
            "leg": each.leg,
            "type": each.type,
            "says": sentence(each.type, Facts(each.data)),
            "data": dict(each.data),
        }
        for each in events[: query.limit]
    ]
    return {**told, "items": shown}


@routes.get(
    "/api/v1/contacts/{contact}/legs", permission="contacts:read", answer=Page[LegShown], problems=PROBLEMS
)
async def legs(request: web.Request, contact: Name, query: Paged) -> Mapping[str, object]:
    """List its legs in the order in which they began."""
    return listed((await found(request, contact)).legs, query, lambda each: each.id)


@routes.get(
    "/api/v1/contacts/{contact}/segments",
    permission="contacts:read",
    answer=Page[SegmentShown],
    problems=PROBLEMS,
)
async def segments(request: web.Request, contact: Name, query: Paged) -> Mapping[str, object]:
    """List what each party did from when to when; the customer's segments add up to the length of the contact."""
    known, database = await found(request, contact), request.app[READER].database
    rows = await asyncio.to_thread(details, database, tables.segment, known.contact.id)
    return listed(rows, query, lambda each: str(each["n"]))


@routes.get(
    "/api/v1/contacts/{contact}/record", permission="contacts:read", answer=RecordShown, problems=PROBLEMS
)
async def whole_record(request: web.Request, contact: Name) -> Mapping[str, object]:
    """Show the record of a contact: sums, waits, agents held, steps of menus, segments."""
    known = await found(request, contact)

    def read() -> dict[str, object]:
        database, name = request.app[READER].database, known.contact.id
        told: dict[str, object] = {each: details(database, table, name) for each, table in _PARTS.items()}
        return {"contact": details(database, tables.contact, name)[0], **told}

    return await asyncio.to_thread(read)


_PARTS = {
    "visits": tables.queue_visit,
    "reservations": tables.reservation,
    "steps": tables.menu_step,
    "segments": tables.segment,
}
