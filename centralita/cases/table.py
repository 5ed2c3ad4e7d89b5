"""Cases, customers, promises and surveys as tables for people at a terminal. Times are UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from centralita.terminal import minute, plain_table, print_fitting
from records.cases.case import Urgency
from records.cases.numbering import spoken
from records.cases.states import ClockState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.table import Table

    from records.cases.case import Case, CaseFile, Note
    from records.cases.customer import Customer, CustomerFile
    from records.cases.history import Entry
    from records.cases.promised import Promise, PromiseCount
    from records.cases.surveyed import Answer, Mean
    from records.cases.undisposed import Undisposed

_URGENT = {Urgency.LOW: "dim", Urgency.NORMAL: "", Urgency.HIGH: "yellow", Urgency.URGENT: "bold red"}
_CLOCKS = {
    ClockState.RUNNING: "cyan",
    ClockState.PAUSED: "dim",
    ClockState.MET: "green",
    ClockState.MISSED: "bold red",
}

_MOMENTS = ("_at", "_by")
"""What the names of moments end with in the history."""


def _utc(at: float | None) -> str:
    return "" if at is None else f"{minute(at)} UTC"


def print_cases(cases: Sequence[Case], now: float) -> None:
    """A line each; what is late stands out."""
    rows = [
        (
            Text(spoken(each.id), "bold"),
            Text(each.kind),
            Text(each.client),
            Text(each.urgency.word, _URGENT[each.urgency]),
            Text(each.state.value),
            Text(each.owner or each.team or "nobody", "" if each.owner or each.team else "yellow"),
            Text(minute(each.opened_at)),
            Text(minute(each.due_at), "bold red" if each.is_late(now) else ""),
            Text(each.reason or ""),
            Text(each.title or ""),
        )
        for each in cases
    ]
    names = ("case", "kind", "client", "urgency", "state", "owner", "opened (UTC)", "due", "reason", "title")
    _print(names, rows, narrow=8)


def print_complaints(cases: Sequence[Case], now: float) -> None:
    """A line each, with its clock."""
    rows = [
        (
            Text(spoken(each.id), "bold"),
            Text(each.client),
            Text(each.clock.value if each.clock is not None else "", _CLOCKS.get(each.clock, "")),  # type: ignore[arg-type]
            Text(minute(each.answer_by), "bold red" if each.is_late(now) else ""),
            Text(_days(each, now)),
            Text(each.term.words if each.term is not None else ""),
            Text(minute(each.received_at)),
            Text(each.owner or each.team or "nobody"),
            Text(each.reason or ""),
        )
        for each in cases
    ]
    names = ("case", "client", "clock", "until (UTC)", "left", "term", "received", "owner", "reason")
    _print(names, rows, narrow=6)


def print_case(found: CaseFile, now: float) -> None:
    """A case with all that belongs to it."""
    console, case = Console(highlight=False), found.case
    console.print(Text.assemble(("case ", "bold"), (spoken(case.id), "bold"), f"  {case.title or ''}"))
    facts = {
        "client": case.client,
        "kind": case.kind,
        "state": case.state.value,
        "urgency": case.urgency.word,
        "owner": case.owner,
        "team": case.team,
        "reason": case.reason,
        "customer": case.customer,
        "reference": case.reference,
        "tracking": case.tracking,
        "opened": f"{_utc(case.opened_at)} by {case.opened_by}",
        "due": _utc(case.due_at),
        "follow-up": " ".join(filter(None, (_utc(case.follow_up_at), case.follow_up_note))),
        "reopened": str(case.reopened) if case.reopened else None,
        "complaint": _clock(case, now),
        "contacts": " ".join(found.contacts),
        "version": str(case.version),
    }
    for name, value in facts.items():
        if value:
            console.print(Text.assemble((f"{name:>10}  ", "dim"), value))
    _print_notes(console, found.notes)
    _print_history(console, found.history)


def print_customers(customers: Sequence[Customer]) -> None:
    """A line each."""
    rows = [
        (
            Text(each.id, "bold"),
            Text(each.client),
            Text(each.name or ""),
            Text(" ".join(each.numbers)),
            Text(" ".join(each.references)),
            Text(each.language or ""),
        )
        for each in customers
    ]
    _print(("customer", "client", "name", "numbers", "references", "lang"), rows, narrow=4)


def print_customer(found: CustomerFile, notes: Sequence[Note]) -> None:
    """A customer with all that belongs to him or her."""
    console, customer = Console(highlight=False), found.customer
    console.print(Text.assemble(("customer ", "bold"), (customer.id, "bold"), f"  {customer.name or ''}"))
    facts = {
        "client": customer.client,
        "numbers": " ".join(customer.numbers),
        "references": " ".join(customer.references),
        "language": customer.language,
        "notes": customer.notes,
        "cases": " ".join(found.cases),
        "contacts": " ".join(found.contacts[:20]),
        "version": str(customer.version),
    }
    for name, value in facts.items():
        if value:
            console.print(Text.assemble((f"{name:>10}  ", "dim"), value))
    _print_notes(console, notes)
    _print_history(console, found.history)


def print_promises(counts: Iterable[PromiseCount], promises: Sequence[Promise]) -> None:
    """How they stand, then a line each."""
    names = ("client", "queue", "promised", "kept", "late", "broken", "cancelled", "open", "overdue")
    red = ("late", "broken", "overdue")
    rows = [
        tuple(
            Text(str(getattr(each, name) or "") if name in names[:2] else str(getattr(each, name)),
                 "bold red" if name in red and getattr(each, name) else "")
            for name in names
        )
        for each in counts
    ]  # fmt: skip
    _print(names, rows, narrow=len(names))
    lines = [
        (
            Text(each.reference, "bold"),
            Text(each.result, "bold red" if each.is_broken else "green" if each.result == "kept" else ""),
            Text(each.client or ""),
            Text(each.queue or ""),
            Text(minute(each.promised_at)),
            Text(minute(each.latest)),
            Text(minute(each.ended_at)),
            Text(each.agent or ""),
            Text(each.contact or ""),
        )
        for each in promises
    ]
    columns = ("promise", "result", "client", "queue", "promised (UTC)", "until", "over", "agent", "contact")
    _print(columns, lines, narrow=7)


def print_surveys(by: str, means: Iterable[Mean], answers: Sequence[Answer]) -> None:
    """The means, then a line for each answer."""
    rows = [
        (
            Text(each.group or "", "bold"),
            Text(each.question or ""),
            Text(str(each.answers)),
            Text(f"{each.mean:.2f}"),
            Text(f"{each.share:.0%}"),
        )
        for each in means
    ]
    _print((by, "question", "answers", "mean", "content"), rows, narrow=5)
    lines = [
        (
            Text(minute(each.at)),
            Text(f"{each.score} of {each.most}" if each.most is not None else str(each.score), "bold"),
            Text(each.question or ""),
            Text(each.client or ""),
            Text(each.language or ""),
            Text(each.queue or ""),
            Text(each.agent or ""),
            Text(each.contact),
        )
        for each in answers
    ]
    _print(("at (UTC)", "score", "question", "client", "lang", "queue", "agent", "contact"), lines, narrow=7)


def print_undisposed(contacts: Sequence[Undisposed]) -> None:
    """A line each."""
    rows = [
        (
            Text(each.contact, "bold"),
            Text(minute(each.ended_at)),
            Text(each.client),
            Text(each.queue or ""),
            Text(each.agents),
            Text(f"{each.talked:.0f} s"),
        )
        for each in contacts
    ]
    _print(("contact", "ended (UTC)", "client", "queue", "agents", "talked"), rows, narrow=6)


def _print(names: Sequence[str], rows: Sequence[Sequence[Text]], *, narrow: int) -> None:
    """All columns where there is room; else the first ones."""

    def table(count: int) -> Table:
        made = plain_table(*names[:count])
        for row in rows:
            made.add_row(*row[:count])
        return made

    print_fitting(table(len(names)), table(narrow))


def _print_notes(console: Console, notes: Iterable[Note]) -> None:
    for each in notes:
        console.print()
        console.print(Text(f"{_utc(each.at)}  {each.by}", "dim"))
        console.print(Text(each.text), soft_wrap=True)


def _print_history(console: Console, history: Iterable[Entry]) -> None:
    console.print()
    for each in history:
        said = ", ".join(filter(None, (_said(name, value) for name, value in each.data.items())))
        line = Text.assemble((f"{_utc(each.at)}  ", "dim"), (f"{each.by:<12}  ", "cyan"), each.type)
        console.print(line.append(f"  {said}", "dim"), soft_wrap=True)


def _said(name: str, value: object) -> str:
    """What the history has of one thing, in words."""
    if name == "changes" and isinstance(value, dict):
        return ", ".join(
            f"{_plain(each)} {_value(each, before)} -> {_value(each, now)}"
            for each, (before, now) in value.items()
        )
    if not value:
        return ""
    return f"{_plain(name)} {_value(name, value)}"


def _plain(name: str) -> str:
    return name.removesuffix("_at").replace("_", " ")


def _value(name: str, value: object) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    if isinstance(value, int | float) and name.endswith(_MOMENTS):
        return _utc(value)
    return str(value)


def _clock(case: Case, now: float) -> str | None:
    if case.clock is None or case.term is None:
        return None
    left = _days(case, now)
    return f"{case.clock.value}, {case.term.words} until {minute(case.answer_by)} UTC {f'({left})' if left else ''}"


def _days(case: Case, now: float) -> str:
    if case.clock is ClockState.PAUSED:
        return f"{case.days_left} d"
    if case.clock is not ClockState.RUNNING or case.answer_by is None:
        return ""
    left = case.answer_by - now
    return f"{left / 86_400:.1f} d" if left > 0 else "over"
