"""Webhooks and their dead letters as tables for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from centralita.terminal import print_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def print_webhooks(found: Iterable[Mapping[str, Any]]) -> None:
    """A line each."""
    table = Table("id", "url", "types", "clients", "stands", "delivered", "failed", "dead")
    for each in found:
        table.add_row(
            each["id"],
            each["url"],
            ", ".join(each["types"]) or "all",
            "all" if each["clients"] is None else ", ".join(each["clients"]),
            _standing(each),
            str(each["delivered"]),
            str(each["failed"]),
            str(each["dead"]),
        )
    print_table(table)


def print_webhook(found: Mapping[str, Any]) -> None:
    """A line for each thing that is known."""
    table = Table(show_header=False)
    for name, value in found.items():
        shown = ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
        table.add_row(name, shown)
    print_table(table)


def print_dead(found: Iterable[Mapping[str, Any]]) -> None:
    """A line each."""
    table = Table("id", "events", "after", "tries", "failure", "first try", "given up")
    for each in found:
        table.add_row(
            str(each["id"]),
            str(each["events"]),
            each["after"],
            str(each["tries"]),
            each["failure"],
            each["first_try"][:19],
            each["died_at"][:19],
        )
    print_table(table)


def _standing(found: Mapping[str, Any]) -> str:
    if found["paused"] is not None:
        return f"[red]paused[/]: {found['paused']}"
    if found["failure"] is not None:
        return f"[yellow]fails[/]: {found['failure']}"
    return "[green]well[/]"
