"""Cases and complaints over HTTP: listed, opened, changed, moved, noted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from aiohttp import web
from pydantic import AfterValidator, Field

from console.acts import Deed
from console.api.model import Line, Model, Name
from console.api.paging import Page, Paged, after, page
from console.api.routes import Routes
from console.api.scope import scope, who_acts
from console.audit import tells_of
from console.callbacks.promises import known_client
from console.cases.own import own_contact
from console.cases.owner import refuse_unknown_owner
from console.cases.shown import (
    CaseFileShown,
    CaseShown,
    Clock,
    Kind,
    NoteShown,
    State,
    UrgencyWord,
    case_shown,
    file_shown,
    note_shown,
)
from console.keys import CASES
from console.problem import Refusal
from records.cases.case import COMPLAINT, URGENCIES, Case
from records.cases.finding import OPEN, Wanted
from records.cases.states import CaseState, ClockState

routes = Routes("cases")
PROBLEMS = {
    "unknown_case": 404,
    "case_ambiguous": 409,
    "changed_meanwhile": 409,
    "not_in_this_state": 409,
    "unknown_customer": 404,
    "no_term": 409,
    "contact_not_found": 404,
}
_OWNED = {**PROBLEMS, "unknown_owner": 404}
MOST_TEXT = 10_000


def written(value: str) -> str:
    """Text of several lines. Raises ValueError for what no screen shows and no database keeps."""
    if not all(each.isprintable() or each in "\n\t" for each in value) or not value.strip():
        raise ValueError("must be text that says something, without control characters")
    return value


Text = Annotated[str, Field(min_length=1, max_length=MOST_TEXT), AfterValidator(written)]
Moment = Annotated[float, Field(ge=0, lt=4e9, allow_inf_nan=False)]
"""Unix seconds."""


class CasesAsked(Paged):
    """Which cases."""

    client: Line | None = None
    state: State | None = None
    open: bool = False
    """Only those in which something is to be done."""
    kind: Kind | None = None
    owner: Line | None = None
    team: Line | None = None
    customer: Line | None = None
    reason: Line | None = None
    unowned: bool = False
    """Only those that are nobody's and no team's, such as messages that were just left."""
    late: bool = False


class ComplaintsAsked(Model):
    """Which complaints."""

    client: Line | None = None
    clock: Clock | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class CaseFields(Model):
    """What may be said of a case."""

    customer: Line | None = None
    reason: Line | None = None
    title: Line | None = None
    owner: Line | None = None
    team: Line | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] | None = None
    reference: Line | None = None
    urgency: UrgencyWord | None = None
    due_at: Moment | None = None
    follow_up_at: Moment | None = None
    follow_up_note: Line | None = None


class CaseAsked(CaseFields):
    """What is sent to open one."""

    by: Line | None = None
    client: Line
    kind: Kind = "case"
    number: Line | None = None
    """By which the customer is found, or made."""
    contact: Line | None = None
    """The contact that it is about."""
    received_at: Moment | None = None
    """When a complaint came in; now unless said: its term runs from then."""


class CaseChange(CaseFields):
    """What is sent to change one: what is given, null empties it."""

    by: Line | None = None
    version: int


class CaseMove(Deed):
    """What is sent to bring one into another state."""

    to: State
    version: int | None = None
    """Of what was read; moved whatever it is by now unless given."""


class NoteAsked(Deed):
    """What is sent to write something down."""

    text: Text
    contact: Line | None = None
    """The contact in which it was learned."""


class LinkAsked(Deed):
    """What is sent to say that a contact was about a case."""

    contact: Line


@routes.get("/api/v1/cases", permission="cases:read", answer=Page[CaseShown])
async def list_cases(request: web.Request, query: CasesAsked) -> Mapping[str, object]:
    """List cases, the newest first."""
    desk = request.app[CASES]
    states: tuple[CaseState, ...] = (CaseState(query.state),) if query.state is not None else ()
    wanted = Wanted(
        clients=narrowed(request, query.client),
        states=states or (tuple(OPEN.states) if query.open else ()),
        kind=query.kind,
        owner=query.owner,
        team=query.team,
        customer=query.customer,
        reason=query.reason,
        without_owner=query.unowned,
        late_at=desk.clock() if query.late else None,
    )
    rows = await desk.ask(desk.finder.cases, wanted, after=after(query, float, str), limit=query.limit + 1)
    found = page(rows, query, lambda each: (each.opened_at, each.id))
    return {**found, "items": [case_shown(each, desk.clock()) for each in rows[: query.limit]]}


@routes.get("/api/v1/complaints", permission="cases:read", answer=list[CaseShown])
async def list_complaints(request: web.Request, query: ComplaintsAsked) -> list[Mapping[str, object]]:
    """List complaints, those first whose statutory term ends first."""
    desk = request.app[CASES]
    clock = ClockState(query.clock) if query.clock is not None else None
    wanted = Wanted(clients=narrowed(request, query.client), clock=clock)
    rows = await desk.ask(desk.finder.complaints, wanted, limit=query.limit)
    return [case_shown(each, desk.clock()) for each in rows]


@routes.get("/api/v1/cases/{case}", permission="cases:read", answer=CaseFileShown, problems=PROBLEMS)
async def one_case(request: web.Request, case: Name) -> Mapping[str, object]:
    """Show one by its number, the reference that the caller was told, or the tracking number of the call."""
    desk = request.app[CASES]
    found = await desk.ask(desk.finder.case, case, clients=scope(request))
    return file_shown(found, desk.clock())


@routes.post("/api/v1/cases", permission="cases:write", answer=CaseShown, status=201,
             problems={**_OWNED, "unknown_client": 404})  # fmt: skip
async def open_case(request: web.Request, body: CaseAsked) -> Mapping[str, object]:
    """Open one. A complaint needs the terms of its client company."""
    desk, by = request.app[CASES], who_acts(request, body.by)
    known_client(request, body.client)
    fields = _fields(body, body.model_fields_set)
    if body.number is not None:
        fields["number"] = _number(request, body.number)
    if body.received_at is not None:
        if body.kind != COMPLAINT or body.received_at > desk.clock():
            raise Refusal(422, "invalid_body", "received_at is of complaints, and not in the future")
        fields["received"] = body.received_at
    await _own_customer(request, body.customer, body.client)
    await refuse_unknown_owner(request, body.owner)
    if body.contact is not None:
        await own_contact(request, body.contact, body.client)
    found = await desk.open(body.client, by, kind=body.kind, contact=body.contact, **fields)
    tells_of(request, case=found.id)
    return case_shown(found, desk.clock())


@routes.patch("/api/v1/cases/{case}", permission="cases:write", answer=CaseShown, problems=_OWNED)
async def change_case(request: web.Request, case: Name, body: CaseChange) -> Mapping[str, object]:
    """Change what is given; `version` is that of what was read."""
    desk, by = request.app[CASES], who_acts(request, body.by)
    found = await _seen(request, case)
    given = _fields(body, body.model_fields_set)
    if "urgency" in given and body.urgency is None:
        raise Refusal(422, "invalid_body", "a case has an urgency: low, normal, high or urgent")
    await _own_customer(request, body.customer, found.client)
    if body.owner != found.owner:  # who has left since may keep it
        await refuse_unknown_owner(request, body.owner)
    return case_shown(await desk.edit(found.id, body.version, by, **given), desk.clock())


@routes.post("/api/v1/cases/{case}/state", permission="cases:write", answer=CaseShown, problems=PROBLEMS)
async def move_case(request: web.Request, case: Name, body: CaseMove) -> Mapping[str, object]:
    """Bring it into another state: begun, waiting, resolved, closed, reopened."""
    desk, by = request.app[CASES], who_acts(request, body.by)
    found = await _seen(request, case)
    moved = await desk.move(found.id, CaseState(body.to), by, version=body.version)
    return case_shown(moved, desk.clock())


@routes.post(
    "/api/v1/cases/{case}/notes", permission="cases:write", answer=NoteShown, status=201, problems=PROBLEMS
)
async def note_on_case(request: web.Request, case: Name, body: NoteAsked) -> Mapping[str, object]:
    """Write something down. Notes are not changed: who erred writes another."""
    by, found = who_acts(request, body.by), await _seen(request, case)
    if body.contact is not None:
        await own_contact(request, body.contact, found.client)
    return note_shown(await request.app[CASES].note(by, body.text, case=found.id, contact=body.contact))


@routes.post("/api/v1/cases/{case}/contacts", permission="cases:write", answer=CaseShown, problems=PROBLEMS)
async def link_case(request: web.Request, case: Name, body: LinkAsked) -> Mapping[str, object]:
    """Say that a contact was about it."""
    desk, by = request.app[CASES], who_acts(request, body.by)
    found = await _seen(request, case)
    await own_contact(request, body.contact, found.client)
    linked: Case = await desk.do(desk.cases.link, found.id, body.contact, by)
    return case_shown(linked, desk.clock())


def narrowed(request: web.Request, client: str | None) -> frozenset[str] | None:
    """The client companies whose data is asked for and may be seen; None: any."""
    seen = scope(request)
    if client is None:
        return seen
    return frozenset({client}) if seen is None or client in seen else frozenset()


def _fields(body: CaseFields, given: set[str]) -> dict[str, Any]:
    """What was given, as the stores take it."""
    found = {name: getattr(body, name) for name in CaseFields.model_fields if name in given}
    if found.get("urgency") is not None:
        found["urgency"] = URGENCIES[found["urgency"]]
    elif "urgency" in found and not isinstance(body, CaseChange):
        del found["urgency"]
    return found


def _number(request: web.Request, number: str) -> str:
    found = request.app[CASES].in_e164(number)
    if found is None:
        raise Refusal(422, "invalid_body", f"{number} is no telephone number")
    return found


async def _seen(request: web.Request, case: str) -> Case:
    """A case that the asker may see. Raises CaseNotFound."""
    desk = request.app[CASES]
    return (await desk.ask(desk.finder.case, case, clients=scope(request))).case


async def _own_customer(request: web.Request, customer: str | None, client: str) -> None:
    """A case's customer is of the same client company. Raises CustomerNotFound."""
    if customer is not None:
        desk = request.app[CASES]
        await desk.ask(desk.customers.get, customer, clients=frozenset({client}))
