"""Customers over HTTP: found by number and reference, changed, merged; notes of them and of contacts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from aiohttp import web
from pydantic import Field

from console.acts import Deed
from console.api.model import Line, Name
from console.api.paging import Page, Paged, after, page
from console.api.routes import Routes
from console.api.scope import scope, sees, who_acts
from console.audit import tells_of
from console.callbacks.promises import known_client
from console.cases.cases import NoteAsked, Text, narrowed
from console.cases.shown import (
    CustomerFileShown,
    CustomerShown,
    NoteShown,
    customer_file_shown,
    customer_shown,
    note_shown,
)
from console.keys import CASES, LEDGER
from console.problem import Refusal
from records.cases.visits import visit
from records.errors import ContactNotFound

if TYPE_CHECKING:
    from records.cases.customer import Customer, CustomerFile

routes = Routes("customers")
PROBLEMS = {
    "unknown_customer": 404,
    "changed_meanwhile": 409,
    "customer_taken": 409,
    "not_mergeable": 409,
    "contact_not_found": 404,
}
_Several = Annotated[tuple[Line, ...], Field(max_length=50)]


class CustomersAsked(Paged):
    """Which customers."""

    find: Line | None = None
    """By this number, reference or id."""
    client: Line | None = None


class CustomerFields(Deed):
    """What may be said of one."""

    name: Line | None = None
    notes: Text | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] | None = None


class CustomerAsked(CustomerFields):
    """What is sent to add one."""

    client: Line
    numbers: _Several = ()
    references: _Several = ()


class CustomerChange(CustomerFields):
    """What is sent to change one: what is given, null empties it; lists are given whole."""

    version: int
    numbers: _Several | None = None
    references: _Several | None = None


class MergeAsked(Deed):
    """What is sent to make two customers one."""

    gone: Line
    """Of whom all goes over, and who then is only another name for the one that stays."""


@routes.get("/api/v1/customers", permission="cases:read", answer=Page[CustomerShown])
async def list_customers(request: web.Request, query: CustomersAsked) -> Mapping[str, object]:
    """List customers, or find one by number, reference or id."""
    desk, clients = request.app[CASES], narrowed(request, query.client)
    rows: list[Customer]
    if query.find is not None:
        wanted = desk.in_e164(query.find) or query.find
        rows = await desk.ask(desk.customers.find, wanted, clients=clients)
        if not rows and wanted != query.find:
            rows = await desk.ask(desk.customers.find, query.find, clients=clients)
    else:
        last = after(query, str)
        behind = last[0] if last is not None else None
        rows = await desk.ask(desk.customers.page, clients=clients, after=behind, limit=query.limit + 1)
    return page([customer_shown(each) for each in rows], query, lambda each: (each["id"],))


@routes.get(
    "/api/v1/customers/{customer}", permission="cases:read", answer=CustomerFileShown, problems=PROBLEMS
)
async def one_customer(request: web.Request, customer: Name) -> Mapping[str, object]:
    """Show one with contacts, cases, notes and what was done."""
    desk = request.app[CASES]
    found = await _seen(request, customer)
    notes = await desk.ask(desk.finder.notes, customer=found.customer.id, clients=scope(request))
    return customer_file_shown(found, notes)


@routes.post("/api/v1/customers", permission="cases:write", answer=CustomerShown, status=201,
             problems={**PROBLEMS, "unknown_client": 404})  # fmt: skip
async def add_customer(request: web.Request, body: CustomerAsked) -> Mapping[str, object]:
    """Add one."""
    desk, by = request.app[CASES], who_acts(request, body.by)
    known_client(request, body.client)
    personal = {"name": body.name, "notes": body.notes, "language": body.language}
    numbers = _numbers(request, body.numbers)
    made: Customer = await desk.do(
        desk.customers.add, body.client, by, numbers=numbers, references=body.references, **personal
    )
    tells_of(request, customer=made.id)
    return customer_shown(made)


@routes.patch(
    "/api/v1/customers/{customer}", permission="cases:write", answer=CustomerShown, problems=PROBLEMS
)
async def change_customer(request: web.Request, customer: Name, body: CustomerChange) -> Mapping[str, object]:
    """Change what is given; `version` is that of what was read."""
    desk, by = request.app[CASES], who_acts(request, body.by)
    found = await _seen(request, customer)
    given: dict[str, Any] = {
        name: getattr(body, name) for name in ("name", "notes", "language") if name in body.model_fields_set
    }
    numbers = _numbers(request, body.numbers) if body.numbers is not None else None
    changed: Customer = await desk.do(
        desk.customers.edit,
        found.customer.id,
        body.version,
        by,
        numbers=numbers,
        references=body.references,
        **given,
    )
    return customer_shown(changed)


@routes.post(
    "/api/v1/customers/{customer}/merge", permission="cases:write", answer=CustomerShown, problems=PROBLEMS
)
async def merge_customers(request: web.Request, customer: Name, body: MergeAsked) -> Mapping[str, object]:
    """Make two one: this customer gets all that the other had."""
    by, found = who_acts(request, body.by), await _seen(request, customer)
    gone = await _seen(request, body.gone)
    return customer_shown(await request.app[CASES].merge(found.customer.id, gone.customer.id, by))


@routes.post("/api/v1/customers/{customer}/notes", permission="cases:write", answer=NoteShown, status=201,
             problems=PROBLEMS)  # fmt: skip
async def note_on_customer(request: web.Request, customer: Name, body: NoteAsked) -> Mapping[str, object]:
    """Write something down of a customer."""
    desk, by = request.app[CASES], who_acts(request, body.by)
    found = (await _seen(request, customer)).customer
    return note_shown(await desk.do(desk.notes.on_customer, found.id, found.client, body.text, by))


@routes.get(
    "/api/v1/contacts/{contact}/notes", permission="cases:read", answer=list[NoteShown], problems=PROBLEMS
)
async def notes_of_contact(request: web.Request, contact: Name) -> list[Mapping[str, object]]:
    """List what was written of a contact."""
    desk = request.app[CASES]
    await _contact(request, contact)
    return [
        note_shown(each)
        for each in await desk.ask(desk.finder.notes, contact=contact, clients=scope(request))
    ]


@routes.post("/api/v1/contacts/{contact}/notes", permission="cases:write", answer=NoteShown, status=201,
             problems=PROBLEMS)  # fmt: skip
async def note_on_contact(request: web.Request, contact: Name, body: NoteAsked) -> Mapping[str, object]:
    """Write something down of a contact, also while it is in progress."""
    by = who_acts(request, body.by)
    await _contact(request, contact)
    return note_shown(await request.app[CASES].note_on_contact(by, body.text, contact))


async def _seen(request: web.Request, customer: str) -> CustomerFile:
    """A customer that the asker may see. Raises CustomerNotFound."""
    desk = request.app[CASES]
    found: CustomerFile = await desk.ask(desk.customers.get, customer, clients=scope(request))
    return found


async def _contact(request: web.Request, contact: str) -> None:
    """Raises ContactNotFound for one that is not there, or not to be seen."""
    desk = request.app[CASES]
    await request.app[LEDGER].flush()
    found = await desk.ask(visit, desk.database, contact)
    if found is None or not sees(request, found.client):
        raise ContactNotFound(f"no contact {contact!r}")


def _numbers(request: web.Request, numbers: tuple[str, ...]) -> list[str]:
    found = {each: request.app[CASES].in_e164(each) for each in numbers}
    wrong = [each for each, number in found.items() if number is None]
    if wrong:
        raise Refusal(422, "invalid_body", f"no telephone numbers: {', '.join(wrong)}")
    return [number for number in found.values() if number is not None]
