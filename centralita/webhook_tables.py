"""Webhooks and their dead letters as tables for people at a terminal. What people wrote is no markup; times are UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from centralita.terminal import plain_table, print_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def print_webhooks(found: Iterable[Mapping[str, Any]]) -> None:
    """A line each."""
    table = plain_table("id", "url", "types", "clients", "stands", "delivered", "failed", "dead")
    for each in found:
        table.add_row(
            each["id"],
            Text(each["url"]),
            Text(", ".join(each["types"]) or "all"),
            Text("all" if each["clients"] is None else ", ".join(each["clients"])),
            _standing(each),
            str(each["delivered"]),
            str(each["failed"]),
            str(each["dead"]),
        )
    print_table(table)


def print_webhook(found: Mapping[str, Any]) -> None:
    """A line for each thing that is known."""
    table = plain_table("", "")
    table.show_header = False
    for name, value in found.items():
        table.add_row(Text(name.replace("_", " "), "dim"), Text(_words(name, value)))
    print_table(table)


def print_dead(found: Iterable[Mapping[str, Any]]) -> None:
    """A line each."""
    columns = ("id", "events", "after", "tries", "failure", "first try (UTC)", "given up (UTC)")
    table = plain_table(*columns)
    for each in found:
        table.add_row(
            str(each["id"]),
            str(each["events"]),
            each["after"],
            str(each["tries"]),
            Text(each["failure"]),
            _moment(each["first_try"]),
            _moment(each["died_at"]),
        )
    print_table(table)


def _standing(found: Mapping[str, Any]) -> Text:
    if found["paused"] is not None:
        return Text.assemble(("paused", "red"), f": {found['paused']}")
    if found["failure"] is not None:
        return Text.assemble(("fails", "yellow"), f": {found['failure']}")
    return Text("well", "green")


def _words(name: str, value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "all"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "all" if name == "clients" else ""
    return f"{_moment(value)} UTC" if name.endswith(("_at", "_since", "_try")) else str(value)


def _moment(text: object) -> str:
    return str(text)[:19].replace("T", " ")
