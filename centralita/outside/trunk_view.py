"""Trunks as the API gives them, and as a table for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from calls.lines import Lines
    from centralita.outside.gateway import Gateway
    from centralita.outside.trunks import Trunks

_ANY = 1000
"""Columns that no table needs."""


def shown_trunks(trunks: Trunks, lines: Lines) -> list[dict[str, object]]:
    """All trunks as JSON."""
    return [_shown(gateway, lines) for gateway in trunks.all()]


def _shown(gateway: Gateway, lines: Lines) -> dict[str, object]:
    settings, health = gateway.settings, gateway.health
    served, refused = lines.counts(gateway.name)
    registration = settings.registration
    return {
        "name": gateway.name,
        "host": settings.host,
        "up": health.is_up,
        "why": health.why,
        "downs": gateway.downs,
        "channels": {"in_use": lines.in_use(gateway.name), "most": settings.channels},
        "calls": served,
        "refused": refused,
        "registered": gateway.is_registered if registration is not None else None,
        "expires": gateway.granted if gateway.is_registered else None,
        "round_trip": gateway.round_trip,
        "servers": [
            {
                "transport": hop.transport,
                "address": hop.address[0],
                "port": hop.address[1],
                "answers": hop not in gateway.silent if hop in gateway.asked else None,
            }
            for hop in gateway.hops
        ],
    }


def print_trunks(trunks: Iterable[Mapping[str, object]]) -> None:
    """Trunks, a line each and whole, whatever the width of the terminal."""
    table = trunk_table(trunks)
    console = Console()
    needed = console.measure(table, options=console.options.update(width=_ANY)).maximum
    Console(width=max(console.width, needed)).print(table)


def trunk_table(trunks: Iterable[Mapping[str, object]]) -> Table:
    """Trunks as the API gives them."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("trunk", "host", "state", "channels", "calls", "refused", "registered", "round trip", "why"):
        table.add_column(name)
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
