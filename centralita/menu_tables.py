"""Tables of the menu commands for people at a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ivr.content import SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WIDE = 200
"""Columns where the output goes to a file or another program."""


def print_table(names: Sequence[str], rows: Iterable[Sequence[str]], *, folded: str = "") -> None:
    """Rows of text; the column `folded` takes the room that is left, the others are never cut."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in names:
        table.add_column(name, no_wrap=name != folded, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    terminal = Console()
    Console(width=terminal.width if terminal.is_terminal else WIDE, highlight=False).print(table)


def print_history(publications: Iterable[Mapping[str, Any]]) -> None:
    """Publications, a line each; times are UTC."""
    rows = []
    for each in publications:
        told = (
            each["state"] if each["state"] != "pending" else f"pending, from {_clock(each['effective_at'])}"
        )
        notes = " ".join(filter(None, (each["note"], each["reason"])))
        rows.append((_clock(each["at"]), each["who"], each["kind"], each["version"][:SHOWN], told, notes))
    print_table(("when (UTC)", "who", "kind", "version", "state", "note"), rows, folded="note")


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
