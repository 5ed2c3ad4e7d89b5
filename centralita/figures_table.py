"""Figures for people at a terminal: a list of all, or a line for each client, queue, half-hour; red what is missed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.text import Text

from centralita.terminal import plain_table, print_table
from records.figures.catalogue import DEFINITIONS
from records.figures.definition import Unit

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from records.figures.behind import Page
    from records.figures.definition import Definition
    from records.figures.figures import Figure, Figures

SHOWN = (
    "contacts", "offered", "answered", "abandoned", "short_abandons", "sl_offered", "asa", "longest_wait", "handled",
    "aht", "occupancy", "adherence", "transfer_rate", "containment", "fcr", "csat", "callbacks_kept",
)  # fmt: skip
"""What a table has room for; --show names others."""


def print_list(found: Figures) -> None:
    """All figures of one line, one below the other."""
    table = plain_table("figure", "", "counted", "of", "target", "means")
    for name, figure in found.rows[0].figures.items():
        definition = DEFINITIONS[name]
        counted = "" if definition.of is None else number(definition, figure.counted)
        of = "" if definition.of is None else f"{figure.of or 0:.0f}"
        target = "" if figure.target is None else shown(definition, figure.target)
        table.add_row(name, value(figure), counted, of, target, definition.formula)
    print_table(table)


def print_lines(found: Figures) -> None:
    """A line for each client, queue, half-hour."""
    table = plain_table(
        *(group.value for group in found.by), *(DEFINITIONS[name].title for name in found.names)
    )
    for row in found.rows:
        table.add_row(*(key or "-" for key in row.key), *(value(row.figures[name]) for name in found.names))
    print_table(table)


def print_contacts(page: Page, definition: Definition, zone: ZoneInfo) -> None:
    """The contacts behind a figure."""
    has_rest = definition.of is not None and definition.unit is Unit.SHARE
    table = plain_table(
        "contact",
        f"when ({zone.key})",
        *(["seconds"] if _has_values(page) else []),
        *(["counted"] if has_rest else []),
    )
    for each in page.items:
        at = datetime.fromtimestamp(each.at, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        seconds = [f"{each.value or 0:.1f}"] if _has_values(page) else []
        counted = (
            [Text("yes", style="green") if each.counted else Text("no", style="red")] if has_rest else []
        )
        table.add_row(each.contact, at, *seconds, *counted)
    print_table(table)


def _has_values(page: Page) -> bool:
    return any(each.value is not None for each in page.items)


def value(figure: Figure) -> Text:
    """A figure as it is read, coloured where there is a target."""
    if figure.value is None:
        return Text("-", style="dim")
    style = "" if figure.target is None else "red" if figure.is_missed else "green"
    return Text(shown(DEFINITIONS[figure.name], figure.value), style=style)


def shown(definition: Definition, amount: float) -> str:
    """An amount in its unit."""
    if definition.unit is Unit.SHARE:
        return f"{100 * amount:.1f} %"
    return f"{amount:.1f} s" if definition.unit is Unit.SECONDS else f"{amount:.0f}"


def number(definition: Definition, amount: float | None) -> str:
    """What stands above the line."""
    if amount is None:
        return ""
    return (
        f"{amount:.0f} s"
        if definition.unit is Unit.SECONDS or not float(amount).is_integer()
        else f"{amount:.0f}"
    )
