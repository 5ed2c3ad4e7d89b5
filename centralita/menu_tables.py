"""Tables of the menu commands for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
