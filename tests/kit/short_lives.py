"""Lives of processes that keep records, each ended by SIGKILL; and whether all that they were promised is there."""

from __future__ import annotations

import itertools
import os
import select
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from records.reader import Reader
from tests.kit.appender import master_key, stream
from tests.kit.chain import chain_faults

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

    from records.database import Database
    from records.reader import ContactTimeline

ROOT = Path(__file__).resolve().parents[2]
RATE = 50.0
"""Calls a second."""
START = 60.0
"""Seconds until the first acknowledgement, on a machine that has much else to do."""
LONGEST = 1.0
"""Seconds that a life lasts at most after it."""
EARLY = 0.15
"""How many of them end before: while the database is opened and what the last one left is mended."""


@dataclass(frozen=True, slots=True)
class Life:
    """One of them, and how many of its events were acknowledged."""

    name: str
    acknowledged: int


@dataclass(slots=True)
class Found:
    """What the lives left, after a last start; the lists are empty when nothing is wrong."""

    contacts: int = 0
    events: int = 0
    interrupted: int = 0
    missing: list[str] = field(default_factory=list)
    """Acknowledged and not there, or changed."""
    out_of_order: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """Links of the chain."""
    open: list[str] = field(default_factory=list)
    """Contacts, and legs of them, that have no end, or two."""

    @property
    def faults(self) -> list[str]:
        """All of them."""
        return [*self.missing, *self.out_of_order, *self.broken, *self.open]


def live_and_die(
    database: Database, folder: Path, name: str, chance: random.Random, *, rate: float | None = RATE
) -> Life:
    """Start a process, kill it at a random moment; what it had said until then."""
    where = str(database.path or database.url.render_as_string(hide_password=False))
    command = [sys.executable, str(ROOT / "tests/kit/appender.py"), where, str(folder), name]
    command += [] if rate is None else [str(rate)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        try:
            is_early = chance.random() < EARLY
            first = b"" if is_early else _line(process.stdout.fileno())
            if not is_early and not first:
                raise AssertionError(f"{name} was never acknowledged anything; it left with {process.poll()}")
            select.select([], [], [], chance.uniform(0.0, LONGEST))
        finally:  # also when the test times out: leaving the block waits for the process
            process.kill()
        counts = (first + process.stdout.read()).split()
    return Life(name, int(counts[-1]) if counts else 0)


def _line(pipe: int) -> bytes:
    said = b""
    while not said.endswith(b"\n") and select.select([pipe], [], [], START)[0]:
        more = os.read(pipe, 1000)
        if not more:
            return b""
        said += more
    return said


def inspect(database: Database, folder: Path, lives: Iterable[Life]) -> Found:
    """Hold what is stored against what was acknowledged."""
    reader = Reader(database, master_key(folder))
    stored = {row.id: reader.contact(row.id) for row in reader.contacts(limit=1_000_000)}
    found = Found(contacts=len(stored), broken=chain_faults(database))
    for timeline in stored.values():
        _look_at(timeline, found)
    for life in lives:
        counters: dict[str, int] = {}
        for event in itertools.islice(stream(life.name), life.acknowledged):
            n = counters[event.contact] = counters.get(event.contact, 0) + 1
            kept = stored[event.contact].events[n - 1 : n] if event.contact in stored else ()
            if [(each.leg, each.type, each.data) for each in kept] != [(event.leg, event.type, event.data)]:
                found.missing.append(f"event {n} of {event.contact}, {event.type}")
    return found


def _look_at(timeline: ContactTimeline, found: Found) -> None:
    contact, events = timeline.contact, timeline.events
    found.events += len(events)
    if [event.n for event in events] != list(range(1, len(events) + 1)):
        found.out_of_order.append(f"the events of {contact.id} are not numbered from 1")
    closings = [event for event in events if event.type == "contact.closed"]
    if len(closings) != 1 or contact.ended_at is None:
        found.open.append(f"{contact.id} was closed {len(closings)} times")
    found.open += [f"leg {leg.id} has no end" for leg in timeline.legs if leg.ended_at is None]
    found.interrupted += any(event.data.get("outcome") == "interrupted" for event in closings)
