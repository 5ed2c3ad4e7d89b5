"""Tables of `centralita simulate` for people at a terminal, and the same as data."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from centralita.terminal import print_fitting
from routing.simulation.figures import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from routing.settings import RoutingConfig
    from routing.simulation.figures import Figures, Work

_NARROW = ("calls", "in time", "ASA", "longest", "abandoned", "agents busy")
_LISTED = 40
"""Agents who are all listed; of more, the least and the most busy."""
_ENDS = 10


def print_figures(figures: Figures, centre: RoutingConfig, promised: Mapping[str, float]) -> None:
    """Queues, clients if there are any, agents. `promised`: the share of each queue that should be in time."""
    rows = _queues(figures, centre)
    if len(rows) > 1:
        rows["all"] = figures.whole()
    busy = _occupancy(figures, centre)
    print_fitting(*_lines("queue", rows, promised, busy))
    clients = figures.groups()
    if clients.keys() - {""}:
        Console().print()
        print_fitting(*_lines("client", clients, {}, {}))
    console = Console(highlight=False)
    console.print(
        f"\n{len(figures.agents)} agents, busy {figures.crew().occupancy:.1%} of their time", style="bold"
    )
    console.print(_agents(figures.agents))


def _occupancy(figures: Figures, centre: RoutingConfig) -> dict[str, float]:
    """How busy the agents of each queue were, whatever queue kept them so."""
    return {
        queue: figures.crew([name for name, each in centre.agents.items() if queue in each.queues]).occupancy
        for queue in centre.queues
    }


def _queues(figures: Figures, centre: RoutingConfig) -> dict[str, Tally]:
    """All queues in the order of the file, those nobody called too."""
    return {name: Tally() for name in centre.queues} | figures.queues()


def _lines(
    heading: str, rows: Mapping[str, Tally], promised: Mapping[str, float], busy: Mapping[str, float]
) -> tuple[Table, Table]:
    """The wide form and the narrow one."""
    shown = {name: _cells(name, tally, promised, busy) for name, tally in rows.items()}
    columns = list(next(iter(shown.values())))
    return _table(heading, shown, columns), _table(
        heading, shown, [each for each in columns if each in _NARROW]
    )


def _table(heading: str, shown: Mapping[str, Mapping[str, Text]], columns: Sequence[str]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(heading, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    for name, cells in shown.items():
        table.add_row(Text(name), *(cells[column] for column in columns))
    return table


def _cells(
    name: str, tally: Tally, promised: Mapping[str, float], busy: Mapping[str, float]
) -> dict[str, Text]:
    kept = tally.service_level >= promised.get(name, 0.0)
    cells = {
        "calls": Text(str(tally.offered)),
        "answered": Text(str(tally.answered)),
        "in time": Text(
            f"{tally.service_level:.1%}", style=("green" if kept else "red") if name in promised else ""
        ),
        "ASA": Text(f"{tally.asa:.1f} s"),
        "nine of ten": Text(f"{tally.wait(0.9):.0f} s"),
        "longest": Text(f"{tally.longest:.0f} s"),
        "abandoned": Text(f"{tally.abandoned:.1%}"),
        "elsewhere": Text(str(tally.offered - tally.answered - tally.left["abandoned"])),
        "handle": Text(f"{tally.handle:.0f} s"),
    }
    if busy:
        cells["agents busy"] = Text(f"{busy[name]:.1%}" if name in busy else "")
    return cells


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
            for name, each in _queues(figures, centre).items()
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
