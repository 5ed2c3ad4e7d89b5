"""A process of its own that keeps the records of calls until it is killed, and tells what was acknowledged to it.

    python tests/kit/appender.py DATABASE FOLDER LIFE [CALLS A SECOND]

In FOLDER are the journal of outages and the master key.

Each line on stdout is a count: so many of the events of `stream(LIFE)` are committed. The events come in an order that
the test knows, so that a count says exactly which ones. Without a rate it appends as fast as it can.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from records import Ledger
from records.database import Database
from records.ledger.ledger import GATHER
from records.personal.master_key import open_master_key
from tests.records.calls import whole_call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from records import LedgerEvent
    from records.personal.master_key import MasterKey

EVERY = 3
"""Steps from one call to the next: each step, every call in progress makes one event."""
MOST_WAITING = 500


def steps(life: str) -> Iterator[list[LedgerEvent]]:
    """What happens at once, in one life of the process: a new call now and then, and the next event of each."""
    calls: list[Iterator[LedgerEvent]] = []
    for step in itertools.count():
        if step % EVERY == 0:
            calls.append(iter(whole_call(f"{life}-{step // EVERY:06d}")))
        happened = [(call, next(call, None)) for call in calls]
        calls = [call for call, event in happened if event is not None]
        yield [event for _, event in happened if event is not None]


def stream(life: str) -> Iterator[LedgerEvent]:
    """The events of one life, in their order, without end."""
    return itertools.chain.from_iterable(steps(life))


class Appender:
    """Appends without waiting for the disk, and asks all the time what is committed."""

    def __init__(self, ledger: Ledger, rate: float | None) -> None:
        """`rate`: calls a second."""
        self._ledger = ledger
        self._pause = 1 / (rate * EVERY) if rate else 0.0
        self._appended = self._acknowledged = 0
        self._flushing: asyncio.Task[None] | None = None

    async def run(self, life: str) -> None:
        """Until killed."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        for events in steps(life):
            for event in events:
                self._ledger.append(event)
            self._appended += len(events)
            if self._flushing is None or self._flushing.done():
                self._flushing = asyncio.create_task(self._acknowledge())
            due += self._pause
            await asyncio.sleep(due - loop.time() if self._pause else 0)
            if not self._pause and self._appended - self._acknowledged > MOST_WAITING:
                await self._flushing

    async def _acknowledge(self) -> None:
        count = self._appended
        await self._ledger.flush()
        self._acknowledged = count
        os.write(1, f"{count}\n".encode())


def open_ledger(database: Database, folder: Path, *, gather: float = GATHER) -> Ledger:
    """The ledger of all lives, not yet started."""
    return Ledger(database, spill=folder / "spill", master=master_key(folder), gather=gather)


def master_key(folder: Path) -> MasterKey:
    """What all lives seal with."""
    file = folder / "records.key"
    return open_master_key(file, may_make=not file.exists())


def main(where: str, folder: str, life: str, rate: str | None = None) -> None:
    database = Database.of(where if "://" in where else Path(where))
    ledger = open_ledger(database, Path(folder), gather=0.002)
    ledger.start()
    asyncio.run(Appender(ledger, float(rate) if rate else None).run(life))


if __name__ == "__main__":
    main(*sys.argv[1:])
