"""Tables of `centralita simulate` for people at a terminal, and the same as data."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from routing.settings import RoutingConfig
    from routing.simulation.figures import Figures, Tally, Work

WIDE = 200
"""Columns where the output goes to a file or another program."""
_COLUMNS = (
    "calls",
    "answered",
    "in time",
    "ASA",
    "nine of ten",
    "longest",
    "abandoned",
    "elsewhere",
    "handle",
)
_LISTED = 40
"""Agents who are all listed; of more, the least and the most busy."""
_ENDS = 10


def print_figures(figures: Figures, centre: RoutingConfig, promised: Mapping[str, float]) -> None:
    """Queues, clients if there are any, agents. `promised`: the share of each queue that should be in time."""
    terminal = Console()
    console = Console(width=terminal.width if terminal.is_terminal else WIDE, highlight=False)
    queues = figures.queues()
    rows = dict(queues)
    if len(rows) > 1:
        rows["all"] = figures.whole()
    busy = {name: f"{each:.1%}" for name, each in _occupancy(figures, centre).items()}
    console.print(_lines("queue", rows, promised, busy))
    clients = figures.groups()
    if clients.keys() - {""}:
        console.print()
        console.print(_lines("client", clients, {}, {}))
    console.print()
    crew = figures.crew()
    console.print(f"{len(figures.agents)} agents, busy {crew.occupancy:.1%} of their time", style="bold")
    console.print(_agents(figures.agents))


def _occupancy(figures: Figures, centre: RoutingConfig) -> dict[str, float]:
    """How busy the agents of each queue were, whatever queue kept them so."""
    return {
        queue: figures.crew([name for name, each in centre.agents.items() if queue in each.queues]).occupancy
        for queue in centre.queues
    }


def _lines(
    heading: str, rows: Mapping[str, Tally], promised: Mapping[str, float], busy: Mapping[str, str]
) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(heading, no_wrap=True)
    for name in (*_COLUMNS, *(("agents busy",) if busy else ())):
        table.add_column(name, justify="right", no_wrap=True)
    for name, tally in rows.items():
        elsewhere = tally.offered - tally.answered - tally.left["abandoned"]
        kept = tally.service_level >= promised.get(name, 0.0)
        style = ("green" if kept else "red") if name in promised else ""
        table.add_row(
            Text(name),
            str(tally.offered),
            str(tally.answered),
            Text(f"{tally.service_level:.1%}", style=style),
            f"{tally.asa:.1f} s",
            f"{tally.wait(0.9):.0f} s",
            f"{tally.longest:.0f} s",
            f"{tally.abandoned:.1%}",
            f"{elsewhere}",
            f"{tally.handle:.0f} s",
            *((busy.get(name, ""),) if busy else ()),
        )
    return table


def _agents(agents: Mapping[str, Work]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("agent", no_wrap=True)
    for name in ("calls", "busy"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, work in _listed(agents):
        table.add_row(Text(name), str(work.calls), f"{work.occupancy:.1%}")
    return table


def _listed(agents: Mapping[str, Work]) -> Iterable[tuple[str, Work]]:
    if len(agents) <= _LISTED:
        return agents.items()
    ordered = sorted(agents.items(), key=lambda each: -each[1].occupancy)
    return [*ordered[:_ENDS], *ordered[-_ENDS:]]


def as_data(figures: Figures, centre: RoutingConfig) -> dict[str, object]:
    """What `--json` prints."""
    busy = _occupancy(figures, centre)
    return {
        "calls": _tally(figures.whole()),
        "queues": {
            name: {**_tally(each), "occupancy": round(busy[name], 6)}
            for name, each in figures.queues().items()
        },
        "clients": {name: _tally(each) for name, each in figures.groups().items() if name},
        "occupancy": round(figures.crew().occupancy, 6),
        "agents": {
            name: {
                "calls": each.calls,
                "busy": round(each.busy, 3),
                "staffed": round(each.staffed, 3),
                "occupancy": round(each.occupancy, 6),
            }
            for name, each in figures.agents.items()
        },
    }


def _tally(tally: Tally) -> dict[str, object]:
    nine_of_ten = tally.wait(0.9)
    return {
        "offered": tally.offered,
        "answered": tally.answered,
        "service_level": round(tally.service_level, 6),
        "asa": round(tally.asa, 3),
        "wait_90": nine_of_ten if isfinite(nine_of_ten) else None,
        "longest_wait": round(tally.longest, 3),
        "waited": tally.waited,
        "abandoned": round(tally.abandoned, 6),
        "left": dict(sorted(tally.left.items())),
        "handle": round(tally.handle, 3),
    }
