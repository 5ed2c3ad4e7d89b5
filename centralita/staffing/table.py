"""Tables of `centralita staff` for people at a terminal, and the same as data."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from centralita.terminal import print_fitting

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from centralita.staffing.staffing import Need
    from routing.staffing.plan import Target
    from routing.staffing.service import Service

_WIDE = ("erlangs", "agents", "SL", "ASA", "occ.", "lost")
_NARROW = ("agents", "SL", "lost")


def print_needs(needs: Sequence[Need], target: Target) -> None:
    """A line for each half-hour; Erlang C, Erlang A and the simulation side by side."""
    print_fitting(_table(needs, target, _WIDE), _table(needs, target, _NARROW))


def _table(needs: Sequence[Need], target: Target, wanted: Sequence[str]) -> Table:
    is_played = any(each.simulated for each in needs)
    has_queues = any(each.half_hour.queue for each in needs)
    models = {"C": "cyan", "A": "magenta"} | ({"sim.": "green"} if is_played else {})
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in (*(("queue",) if has_queues else ()), "start"):
        table.add_column(name, no_wrap=True)
    for name in ("calls", *(("erlangs",) if "erlangs" in wanted else ())):
        table.add_column(name, justify="right", no_wrap=True)
    for model, colour in models.items():
        for name in _of(model, wanted):
            heading = Text(f"{model}\n{name}", justify="right", style=colour)
            table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("roster", justify="right", no_wrap=True, style="bold")
    for each in needs:
        row = [Text(each.half_hour.queue)] if has_queues else []
        row += [Text(str(each.half_hour.start)), Text(f"{each.half_hour.calls:g}")]
        row += [Text(f"{each.half_hour.load.erlangs:.1f}")] if "erlangs" in wanted else []
        for model, service in zip(models, (each.erlang_c, each.erlang_a, each.simulated), strict=False):
            if service is not None:
                cells = _cells(service, target)
                row += [cells[name] for name in _of(model, wanted)]
        row.append(Text(str(target.rostered(each.best.agents))))
        table.add_row(*row)
    return table


def _of(model: str, wanted: Sequence[str]) -> list[str]:
    """By Erlang C nobody is ever lost."""
    return [name for name in wanted if name != "erlangs" and (model != "C" or name != "lost")]


def _cells(service: Service, target: Target) -> dict[str, Text]:
    missed = "red" if service.service_level < target.share else "green"
    hard = "yellow" if service.occupancy > 0.9 else ""
    return {
        "agents": Text(str(service.agents), style="bold"),
        "SL": Text(f"{service.service_level:.0%}", style=missed),
        "ASA": Text(f"{service.asa:.0f} s"),
        "occ.": Text(f"{service.occupancy:.0%}", style=hard),
        "lost": Text(f"{service.abandoned:.1%}"),
    }


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
