"""Kills processes that keep records, again and again, at random moments, and looks whether a promise was broken.

    python -m tools.kill_nine [--lives 200] [--nodes 20] [--on sqlite postgresql]

Lives are processes that append the events of fifty calls a second, every second one as fast as it can; nodes are whole
nodes under fifty real calls a second. All of one kind have one database. Ends with 1 if anything is missing.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from centralita.state import DATABASE
from records.database import Database
from tests.e2e import power_cuts
from tests.e2e.centre import make_centre
from tests.e2e.outages import timelines
from tests.kit.appender import open_ledger
from tests.kit.databases import BOTH, POSTGRESQL, Cluster
from tests.kit.short_lives import RATE, inspect, live_and_die

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Row(NamedTuple):
    """What came of one kind of lives on one database."""

    what: str
    database: str
    lives: int
    contacts: int
    events: int
    interrupted: int
    faults: list[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill, and tell in a table."""
    parser = argparse.ArgumentParser(prog="python -m tools.kill_nine", description=__doc__)
    parser.add_argument("--lives", type=int, default=200, help="processes on each database")
    parser.add_argument("--nodes", type=int, default=20, help="whole nodes on each database")
    parser.add_argument("--on", nargs="+", choices=BOTH, default=BOTH, help="databases")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args(arguments)
    console, rows = Console(), list[Row]()
    console.print(f"seed {options.seed}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="centralita-kill-")))
        cluster = stack.enter_context(Cluster()) if POSTGRESQL in options.on else None
        progress = stack.enter_context(Progress(console=console))
        for kind in options.on:
            for name, count, run in (
                ("processes", options.lives, _processes),
                ("nodes", options.nodes, _nodes),
            ):
                if not count:
                    continue
                task = progress.add_task(f"{name} on {kind}", total=count)
                url = cluster.make(migrated=False) if cluster is not None and kind == POSTGRESQL else None
                place = folder / f"{name}-{kind}"
                place.mkdir()
                chance = random.Random(options.seed)
                rows.append(run(kind, url, place, count, chance, partial(progress.advance, task)))
    console.print(_table(rows))
    for row in rows:
        console.print(*row.faults[:20], sep="\n")
    return 1 if any(row.faults for row in rows) else 0


def _processes(
    kind: str, url: str | None, folder: Path, count: int, chance: random.Random, done: Callable[[], object]
) -> Row:
    database = Database.of(url or folder / "ledger.sqlite")
    lives = []
    with closing(database):
        for number in range(count):
            rate = RATE if number % 2 else None
            lives.append(live_and_die(database, folder, f"life{number}", chance, rate=rate))
            done()
        ledger = open_ledger(database, folder)
        ledger.start()
        ledger.close()
        found = inspect(database, folder, lives)
    return Row("processes", kind, count, found.contacts, found.events, found.interrupted, found.faults)


def _nodes(
    kind: str, url: str | None, folder: Path, count: int, chance: random.Random, done: Callable[[], object]
) -> Row:
    server, shown = make_centre(folder / "node"), power_cuts.Shown()
    if url is not None:
        server.environment[DATABASE] = url
    with closing(server):
        for number in range(count):
            power_cuts.live_and_die(server, folder / f"life{number}", chance, shown)
            done()
        faults = power_cuts.faults(server, shown)
        stored = timelines(server)
    interrupted = sum(each.contact.outcome == "interrupted" for each in stored)
    events = sum(len(each.events) for each in stored)
    return Row("whole nodes", kind, count, len(stored), events, interrupted, faults)


def _table(rows: Sequence[Row]) -> Table:
    table = Table(title="killed at random moments under 50 calls a second")
    for heading in ("what", "database", "killed", "contacts", "events", "interrupted", "faults"):
        table.add_column(heading, justify="left" if heading in ("what", "database") else "right")
    for row in rows:
        numbers = (row.lives, row.contacts, row.events, row.interrupted, len(row.faults))
        table.add_row(row.what, row.database, *(f"{each:,}" for each in numbers))
    return table


if __name__ == "__main__":
    sys.exit(main())
