"""What tables have in common at a terminal: no lines, whole or the narrow form where it is small, moments in UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from records.moments import utc

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ANY = 1000
"""Columns that no table needs."""


def minute(unix: float | None) -> str:
    """Unix seconds to the minute, in UTC."""
    return utc(unix)[:16]


def plain_table(*columns: str) -> Table:
    """A table without lines."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        table.add_column(name, no_wrap=True)
    return table


def print_table(table: Table) -> None:
    """A table, a line each and whole, whatever the width of the terminal."""
    console = Console()
    console.width = max(console.width, _needed(console, table))
    console.print(table)


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows of text as such a table; what people wrote is no markup."""
    table = plain_table(*columns)
    for row in rows:
        table.add_row(*map(Text, row))
    print_table(table)


def print_fitting(wide: Table, narrow: Table) -> None:
    """The wide form of a table where the terminal has room for it, or the output goes elsewhere.

    The narrow one is whole even where the terminal is narrower: nobody can copy an id that was cut.
    """
    terminal = Console(highlight=False)
    table = wide if not terminal.is_terminal or _needed(terminal, wide) <= terminal.width else narrow
    terminal.width = max(terminal.width, _needed(terminal, table))
    terminal.print(table)


def _needed(terminal: Console, table: Table) -> int:
    return terminal.measure(table, options=terminal.options.update(width=_ANY)).maximum
