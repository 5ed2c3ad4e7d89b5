"""Contacts for people at a terminal: listed, and one with all that happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from centralita.terminal import plain_table, print_rows
from records.moments import utc
from records.timeline import ladder, timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rich.table import Table

    from records.reader import ContactRow, ContactTimeline, NotedEvent
    from records.timeline.timeline import TimelineRow

_STYLES = {"caller": "cyan", "routing": "magenta", timeline.HOUSE: "default"}


def _length(seconds: float | None) -> str:
    return "" if seconds is None else f"{int(seconds // 60)}:{int(seconds % 60):02d}"


NARROW = 150
"""Columns of a terminal below which only the essential is shown."""


def print_contacts(rows: Iterable[ContactRow]) -> None:
    """Contacts, a line each; the whole of each where the terminal is wide or the output goes elsewhere."""
    terminal = Console()
    wide = not terminal.is_terminal or terminal.width >= NARROW
    table = contact_table(rows, wide=wide)
    Console(width=max(terminal.width, 200 if wide else 100)).print(table)


def contact_table(rows: Iterable[ContactRow], *, wide: bool) -> Table:
    """Contacts, a line each. Times are UTC."""
    cells = _WIDE if wide else _NARROW
    table = plain_table(*cells)
    for row in rows:
        table.add_row(*(show(row) for show in cells.values()))
    return table


def print_noted(rows: Iterable[NotedEvent], columns: Sequence[str]) -> None:
    """Events of one type, a line each, with these values of theirs. Times are UTC."""
    print_rows(
        ("noted (UTC)", "client", "language", *columns, "contact"),
        (
            (
                utc(row.ts),
                row.client or "",
                row.language or "",
                *(str(row.data.get(name, "")) for name in columns),
                row.contact,
            )
            for row in rows
        ),
    )


_NARROW: dict[str, Callable[[ContactRow], str]] = {
    "contact": lambda row: row.id,
    "began (UTC)": lambda row: utc(row.started_at),
    "client": lambda row: row.client or "",
    "from": lambda row: row.ani or "",
    "to": lambda row: row.dnis or "",
    "outcome": lambda row: row.outcome or "in progress",
}
_WIDE: dict[str, Callable[[ContactRow], str]] = {
    **_NARROW,
    "length": lambda row: _length(row.length),
    "lang": lambda row: row.language or "",
    "queue": lambda row: row.queue or "",
    "agents": lambda row: row.agents,
    "waited": lambda row: _length(row.waited) if row.queue else "",
    "talked": lambda row: _length(row.talked) if row.agents else "",
}


def timeline_line(row: TimelineRow) -> str:
    """One event as a line of markup."""
    style = _STYLES.get(row.who, "green")
    return f"[dim]{row.offset:8.3f}[/dim]  [{style}]{row.who:<14}[/{style}]  {_escaped(row.what)}"


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")


def print_timeline(console: Console, found: ContactTimeline) -> None:
    """A contact: what is known of it, and what happened."""
    contact = found.contact
    console.print(f"[bold]contact {contact.id}[/bold]  {utc(contact.started_at)} UTC", highlight=False)
    facts = {
        "client": contact.client,
        "from": contact.ani,
        "to": contact.dnis,
        "language": contact.language,
        "outcome": contact.outcome or "in progress",
        "ended by": contact.ended_by,
    }
    console.print(
        "  ".join(f"{name}: {value}" for name, value in facts.items() if value),
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    console.print()
    console.print("[dim] seconds  who             what[/dim]")
    for row in timeline.rows(found):
        console.print(timeline_line(row), highlight=False, soft_wrap=True)


def print_ladder(console: Console, found: ContactTimeline) -> None:
    """A contact's SIP messages as arrows."""
    console.print()
    for line in ladder.draw(found):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
