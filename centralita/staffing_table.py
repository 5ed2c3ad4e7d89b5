"""Tables of `centralita staff` for people at a terminal, and the same as data."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from centralita.staffing import Need
    from routing.staffing.plan import Target
    from routing.staffing.service import Service

WIDE = 200
"""Columns where the output goes to a file or another program."""
_HEADINGS = ("agents", "SL", "ASA", "occ.", "lost")


def print_needs(needs: Sequence[Need], target: Target) -> None:
    """A line for each half-hour; Erlang C, Erlang A and the simulation side by side."""
    is_played = any(each.simulated for each in needs)
    has_queues = any(each.half_hour.queue for each in needs)
    models = {"C": "cyan", "A": "magenta"} | ({"sim.": "green"} if is_played else {})
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in (*(("queue",) if has_queues else ()), "start"):
        table.add_column(name, no_wrap=True)
    for name in ("calls", "erlangs"):
        table.add_column(name, justify="right", no_wrap=True)
    for model, colour in models.items():
        for name in _HEADINGS if model != "C" else _HEADINGS[:-1]:
            heading = Text(f"{model}\n{name}", justify="right", style=colour)
            table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("roster", justify="right", no_wrap=True, style="bold")
    for each in needs:
        row = [Text(each.half_hour.queue)] if has_queues else []
        row += [Text(str(each.half_hour.start)), Text(f"{each.half_hour.calls:g}")]
        row += [Text(f"{each.half_hour.load.erlangs:.1f}")]
        row += _cells(each.erlang_c, target)[:-1] + _cells(each.erlang_a, target)
        if each.simulated is not None:
            row += _cells(each.simulated, target)
        row.append(Text(str(target.rostered(each.best.agents))))
        table.add_row(*row)
    terminal = Console()
    Console(width=terminal.width if terminal.is_terminal else WIDE, highlight=False).print(table)


def _cells(service: Service, target: Target) -> list[Text]:
    missed = "red" if service.service_level < target.share else "green"
    hard = "yellow" if service.occupancy > 0.9 else ""
    return [
        Text(str(service.agents), style="bold"),
        Text(f"{service.service_level:.0%}", style=missed),
        Text(f"{service.asa:.0f} s"),
        Text(f"{service.occupancy:.0%}", style=hard),
        Text(f"{service.abandoned:.1%}"),
    ]


def as_data(needs: Iterable[Need], target: Target) -> list[dict[str, object]]:
    """What `--json` prints."""
    return [
        {
            "queue": each.half_hour.queue,
            "start": str(each.half_hour.start),
            "seconds": each.half_hour.length,
            "calls": each.half_hour.calls,
            "handle": each.half_hour.handle,
            "patience": each.half_hour.patience if isfinite(each.half_hour.patience) else None,
            "erlangs": round(each.half_hour.load.erlangs, 4),
            "erlang_c": _service(each.erlang_c),
            "erlang_a": _service(each.erlang_a),
            "simulation": None if each.simulated is None else _service(each.simulated),
            "roster": target.rostered(each.best.agents),
        }
        for each in needs
    ]


def _service(service: Service) -> dict[str, float | None]:
    return {name: round(value, 6) if isfinite(value) else None for name, value in asdict(service).items()}
