"""The tables of queues and of those who wait, for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centralita.terminal import plain_table, print_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def print_queues(queues: Iterable[Mapping[str, object]]) -> None:
    """Queues as the API gives them."""
    table = plain_table(
        "queue",
        "name",
        "waiting",
        "longest",
        "ready",
        "logged in",
        "offered",
        "answered",
        "abandoned",
        "in time",
    )
    for queue in queues:
        day = queue["today"]
        today = day if isinstance(day, dict) else {}
        table.add_row(
            str(queue["id"]),
            str(queue["name"]),
            str(queue["waiting"]),
            _seconds(queue["longest_wait"]),
            str(queue["ready"]),
            str(queue["logged_in"]),
            str(today.get("offered", "")),
            str(today.get("answered", "")),
            str(today.get("abandoned", "")),
            _share(today.get("service_level")),
        )
    print_table(table)


def print_callers(callers: Iterable[Mapping[str, object]]) -> None:
    """Waiting callers as the API gives them."""
    table = plain_table("place", "contact", "caller", "client", "waited", "priority", "")
    for caller in callers:
        table.add_row(
            str(caller["position"]),
            str(caller["contact"]),
            str(caller["caller"] or "withheld"),
            str(caller["client"] or ""),
            _seconds(caller["waited"]),
            str(caller["priority"]),
            "rings" if caller["ringing"] else "",
        )
    print_table(table)


def _seconds(value: object) -> str:
    return f"{value:.0f} s" if isinstance(value, (int, float)) and value else ""


def _share(value: object) -> str:
    return f"{value:.0%}" if isinstance(value, (int, float)) else ""
