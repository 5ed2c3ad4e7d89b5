"""A case as it is read: the row, what may be changed of it, and how its due moments are worked out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from records.cases.states import CaseState, ClockState
from records.cases.terms import Term
from records.moments import unix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records.cases.history import Entry

CASE, COMPLAINT, MESSAGE = "case", "complaint", "message"
KINDS = (CASE, COMPLAINT, MESSAGE)


class Urgency(IntEnum):
    """How soon somebody should begin."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    URGENT = 3

    @property
    def word(self) -> str:
        """As people write it."""
        return self.name.lower()


URGENCIES = {each.word: each for each in Urgency}


@dataclass(frozen=True, slots=True)
class Case:
    """One case. Times are Unix seconds."""

    id: str
    """Nine digits that can be said; the last one checks the others."""
    kind: str
    """`message` is a spoken one that a caller left."""
    client: str
    customer: str | None
    reason: str | None
    title: str | None
    owner: str | None
    team: str | None
    language: str | None
    reference: str | None
    """What the caller was told, or the client company's own name for it."""
    tracking: str | None
    """The tracking number of the call in which it was opened."""
    urgency: Urgency
    state: CaseState
    opened_at: float
    opened_by: str
    changed_at: float
    closed_at: float | None
    due_at: float | None
    follow_up_at: float | None
    follow_up_note: str | None
    reopened: int
    """How often."""
    clock: ClockState | None
    """How a complaint stands towards its statutory term."""
    term: Term | None
    """Such as `15 working days`."""
    received_at: float | None
    answer_by: float | None
    """The end of the term."""
    warn_at: float | None
    answered_at: float | None
    days_left: int | None
    """When the clock is paused: days that are left."""
    version: int
    """To be sent with a change: who changes what somebody else has changed meanwhile is refused (409)."""

    def is_late(self, now: float) -> bool:
        """Whether it should have been done by now."""
        due = self.answer_by if self.clock is ClockState.RUNNING else self.due_at
        return self.clock is ClockState.MISSED or (self.closed_at is None and due is not None and due < now)


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote."""

    id: str
    client: str
    contact: str | None
    case_id: str | None
    customer: str | None
    at: float
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with all that belongs to it."""

    case: Case
    contacts: tuple[str, ...]
    notes: tuple[Note, ...]
    history: tuple[Entry, ...]


_TIMES = (
    "opened_at", "changed_at", "closed_at", "due_at", "follow_up_at", "received_at", "answer_by", "warn_at",
    "answered_at",
)  # fmt: skip
_SAME = (
    "id", "kind", "client", "customer", "reason", "title", "owner", "team", "language", "reference", "tracking",
    "opened_by", "follow_up_note", "reopened", "days_left", "version",
)  # fmt: skip


def shaped(row: Mapping[str, Any]) -> Case:
    """A row as a value."""
    values: dict[str, Any] = {name: row[name] for name in _SAME}
    values |= {name: unix(row[name]) for name in _TIMES}
    return Case(
        **values,
        urgency=Urgency(row["urgency"]),
        state=CaseState(row["state"]),
        clock=ClockState(row["clock"]) if row["clock"] is not None else None,
        term=Term.read(row["term"]) if row["term"] is not None else None,
    )


def note_shaped(row: Mapping[str, Any]) -> Note:
    """Likewise."""
    return Note(**{**row, "at": unix(row["at"])})


def next_look(row: Mapping[str, Any]) -> int | None:
    """When a case wants to be looked at again: the first of what has not been told yet; None: never by itself."""
    if CaseState(row["state"]) in (CaseState.CLOSED, CaseState.RESOLVED):
        return None
    found = [
        None if row["due_told"] else row["due_at"],
        None if row["follow_up_told"] else row["follow_up_at"],
    ]
    if row["clock"] == ClockState.RUNNING.value:
        found += [row["warn_at"], row["answer_by"]]
    return min((each for each in found if each is not None), default=None)
