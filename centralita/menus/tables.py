"""Tables of the menu commands for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ivr.content import SHOWN
from records.moments import utc

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ivr.authoring.coverage import Coverage

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
        told = each["state"] if each["state"] != "pending" else f"pending, from {utc(each['effective_at'])}"
        notes = " ".join(filter(None, (each["note"], each["reason"])))
        rows.append((utc(each["at"]), each["who"], each["kind"], each["version"][:SHOWN], told, notes))
    print_table(("when (UTC)", "who", "kind", "version", "state", "note"), rows, folded="note")


def print_coverage(found: Coverage) -> None:
    """What callers did: the whole, then step by step."""
    shares = {
        "ended by the menus": found.ended,
        "hung up inside": found.hung_up,
        "to a person": found.to_person,
        "elsewhere": found.elsewhere,
        "unfinished": found.unfinished,
    }
    told = ", ".join(f"{name} {count}" for name, count in shares.items() if count)
    Console(highlight=False, soft_wrap=True).print(
        f"{found.menu_set}: {found.visits} visits, containment {found.containment:.1%} ({told})"
    )
    rows = []
    for each in found.steps.values():
        figures = (each.entered, each.went_on, each.to_person, each.hung_up)
        head = (each.step, *map(str, figures), f"{each.drop_off:.1%}", str(each.noinput), str(each.nomatch))
        ways = [
            f"{target} {count}" if why == "on" else f"{why} -> {target} {count}"
            for (why, target), count in each.ways.most_common()
        ]
        rows.append((*head, "; ".join(ways)))
    names = ("step", "entered", "went on", "to person", "hung up", "drop-off", "silences", "slips", "ways")
    print_table(names, rows, folded="ways")
