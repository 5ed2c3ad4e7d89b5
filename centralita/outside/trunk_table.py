"""Trunks for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from centralita.terminal import plain_table, print_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.table import Table


def print_trunks(trunks: Iterable[Mapping[str, object]]) -> None:
    """Trunks, a line each and whole."""
    print_table(trunk_table(trunks))


def trunk_table(trunks: Iterable[Mapping[str, object]]) -> Table:
    """Trunks as the API gives them."""
    table = plain_table(
        "trunk", "host", "state", "channels", "calls", "refused", "registered", "round trip", "why"
    )
    for trunk in trunks:
        channels, trip = trunk["channels"], trunk["round_trip"]
        used = (channels["in_use"], channels["most"]) if isinstance(channels, dict) else (0, None)
        table.add_row(
            str(trunk["name"]),
            str(trunk["host"] or ""),
            "up" if trunk["up"] else "down" if trunk["host"] else "incoming",
            f"{used[0]}/{used[1]}" if used[1] is not None else str(used[0]),
            str(trunk["calls"]),
            str(trunk["refused"]),
            "" if trunk["registered"] is None else "yes" if trunk["registered"] else "no",
            f"{trip * 1000:.0f} ms" if isinstance(trip, float) else "",
            str(trunk["why"]) if trunk["host"] else "",
        )
    return table
