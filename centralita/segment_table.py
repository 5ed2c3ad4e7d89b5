"""A contact's segments as a table for the terminal, with their sums and whether these add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from records.moments import MICROSECONDS
from records.timeline.wording import duration
from records.views.sums import OFF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from records.views.fields import Column, Row
    from records.views.whole import WholeContact

_SUMS = {
    "in menus": "in_menu",
    "waited": "waited",
    "rang": "rang",
    "talked": "talked",
    "held": "held",
    "wrapped up": "wrapped",
}


def print_segments(console: Console, whole: WholeContact) -> None:
    """Who did what from when to when; the customer's segments partition the contact."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    for name in (" seconds", "lasted", "party", "what", "queue"):
        table.add_column(name, no_wrap=True, justify="right" if name in (" seconds", "lasted") else "left")
    phones = {leg["id"]: leg["account"] for leg in whole.legs}
    for row in whole.segments:
        table.add_row(*_cells(row, whole.contact["started_at"], phones))
    console.print()
    console.print(table)
    console.print(_sums(whole.contact), highlight=False, markup=False, soft_wrap=True)
    if whole.contact["checked"] == OFF:
        console.print(
            f"[bold red]the sums are off by {whole.contact['off_by']} s[/bold red]: what events tell and what the node "
            "measured do not agree",
            highlight=False,
        )


def _cells(row: Row, began: Column, phones: Mapping[Column, Column]) -> tuple[str, str, str, str, str]:
    after = (_whole(row["began_at"]) - _whole(began)) / MICROSECONDS
    lasted = "…" if row["seconds"] is None else f"{float(row['seconds']):.3f}"
    party, kind = _party(row, phones.get(row["leg"])), str(row["kind"]).replace("_", " ")
    return f"{after:8.3f}", lasted, party, kind, str(row["queue"] or "")


def _party(row: Row, phone: Column) -> str:
    if row["party"] == "customer":
        return "customer"
    if row["agent"]:
        return f"agent {row['agent']}"
    return f"phone {phone}" if phone else "party"


def _sums(row: Row) -> str:
    parts = [f"{words} {duration(row[name])}" for words, name in _SUMS.items() if row[name]]
    if row["length"] is not None:
        parts.append(f"length {duration(row['length'])}")
    if row["checked"] is not None:
        parts.append(f"sums {row['checked']}")
    return "  ".join(parts)


def _whole(value: Column) -> int:
    return value if isinstance(value, int) else 0
