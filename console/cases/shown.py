"""Customers, cases and the rest as the interface shows them. Times are Unix seconds."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

from console.api.model import Model, model_of
from records.cases.case import Case
from records.cases.customer import Customer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records.cases.case import CaseFile, Note
    from records.cases.customer import CustomerFile
    from records.cases.history import Entry

State = Literal["open", "in_progress", "waiting_customer", "waiting_client", "resolved", "closed", "reopened"]
Kind = Literal["case", "complaint", "message"]
Clock = Literal["running", "paused", "met", "missed"]
UrgencyWord = Literal["low", "normal", "high", "urgent"]


if TYPE_CHECKING:
    CaseShown = Case
    CustomerShown = Customer
else:
    CaseShown = model_of(
        Case,
        "CaseShown",
        kind=Kind,
        urgency=UrgencyWord,
        state=State,
        clock=Clock | None,
        term=str | None,
        is_late=bool,
    )
    CustomerShown = model_of(Customer, "CustomerShown")


class NoteShown(Model):
    """What somebody wrote."""

    id: str
    client: str
    contact: str | None
    case: str | None
    customer: str | None
    at: float
    by: str
    text: str


class EntryShown(Model):
    """One thing that was done."""

    at: float
    by: str
    type: str
    contact: str | None
    data: dict[str, Any]


class CaseFileShown(Model):
    """A case with all that belongs to it."""

    case: CaseShown
    contacts: tuple[str, ...]
    notes: tuple[NoteShown, ...]
    history: tuple[EntryShown, ...]


class CustomerFileShown(Model):
    """A customer with all that belongs to him or her."""

    customer: CustomerShown
    contacts: tuple[str, ...]
    cases: tuple[str, ...]
    notes: tuple[NoteShown, ...]
    history: tuple[EntryShown, ...]


def case_shown(case: Case, now: float) -> Mapping[str, object]:
    """A case as JSON."""
    return {
        **asdict(case),
        "urgency": case.urgency.word,
        "state": case.state.value,
        "clock": case.clock.value if case.clock is not None else None,
        "term": case.term.words if case.term is not None else None,
        "is_late": case.is_late(now),
    }


def file_shown(found: CaseFile, now: float) -> Mapping[str, object]:
    """With all that belongs to it."""
    return {
        "case": case_shown(found.case, now),
        "contacts": found.contacts,
        "notes": [note_shown(each) for each in found.notes],
        "history": [entry_shown(each) for each in found.history],
    }


def note_shown(note: Note) -> Mapping[str, object]:
    """A note as JSON."""
    shown = asdict(note)
    shown["case"] = shown.pop("case_id")
    return shown


def entry_shown(entry: Entry) -> Mapping[str, object]:
    """One thing that was done, as JSON."""
    return {name: getattr(entry, name) for name in ("at", "by", "type", "contact", "data")}


def customer_shown(customer: Customer) -> Mapping[str, object]:
    """A customer as JSON."""
    return asdict(customer)


def customer_file_shown(found: CustomerFile, notes: list[Note]) -> Mapping[str, object]:
    """With all that belongs to him or her."""
    return {
        "customer": customer_shown(found.customer),
        "contacts": found.contacts,
        "cases": found.cases,
        "notes": [note_shown(each) for each in notes],
        "history": [entry_shown(each) for each in found.history],
    }
