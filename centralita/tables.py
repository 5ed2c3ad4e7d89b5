"""Tables for people at a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.table import Table

from records import ladder, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from records.reader import ContactRow, ContactTimeline
    from records.timeline import TimelineRow

_STYLES = {"caller": "cyan", "routing": "magenta", timeline.HOUSE: "default"}


def _clock(ts: float | None) -> str:
    return "" if ts is None else datetime.fromtimestamp(ts, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _length(seconds: float | None) -> str:
    return "" if seconds is None else f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def contact_table(rows: Iterable[ContactRow]) -> Table:
    """Contacts, a line each. Times are UTC."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in (
        "contact",
        "began (UTC)",
        "client",
        "from",
        "to",
        "lang",
        "queue",
        "agents",
        "waited",
        "talked",
        "length",
        "outcome",
    ):
        table.add_column(name, no_wrap=name in ("contact", "began (UTC)"))
    for row in rows:
        table.add_row(
            row.id,
            _clock(row.started_at),
            row.client or "",
            row.ani or "",
            row.dnis or "",
            row.language or "",
            row.queue or "",
            row.agents,
            _length(row.waited) if row.queue else "",
            _length(row.talked) if row.agents else "",
            _length(row.length),
            row.outcome or "in progress",
        )
    return table


def timeline_line(row: TimelineRow) -> str:
    """One event as a line of markup."""
    style = _STYLES.get(row.who, "green")
    return f"[dim]{row.offset:8.3f}[/dim]  [{style}]{row.who:<14}[/{style}]  {_escaped(row.what)}"


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")


def print_timeline(console: Console, found: ContactTimeline) -> None:
    """A contact: what is known of it, what happened, and its SIP ladder."""
    contact = found.contact
    console.print(f"[bold]contact {contact.id}[/bold]  {_clock(contact.started_at)} UTC", highlight=False)
    facts = {
        "client": contact.client,
        "from": contact.ani,
        "to": contact.dnis,
        "language": contact.language,
        "outcome": contact.outcome or "in progress",
        "ended by": contact.ended_by,
    }
    console.print(
        "  ".join(f"{name}: {value}" for name, value in facts.items() if value), highlight=False, markup=False
    )
    console.print()
    for row in timeline.rows(found):
        console.print(timeline_line(row), highlight=False, soft_wrap=True)
    console.print()
    for line in ladder.draw(found):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
