"""A process of its own that appends whole calls until it is killed, telling on stdout how many events are committed.

The events come in an order that the test knows, so a count says exactly which ones were acknowledged.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from records import Ledger
from tests.records.calls import whole_call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from records import LedgerEvent

AT_ONCE = 4
"""Calls whose events are interleaved."""
MOST_WAITING = 500


def stream(life: str) -> Iterator[LedgerEvent]:
    """The events of one life of the process: groups of calls in progress together, without end."""
    for group in itertools.count():
        calls = [whole_call(f"{life}-{group:06d}-{number}") for number in range(AT_ONCE)]
        yield from itertools.chain.from_iterable(zip(*calls, strict=True))


async def append_for_ever(path: Path, life: str) -> None:
    """Append without waiting, and flush all the time."""
    ledger = Ledger(path, gather=0.002)
    ledger.start()
    appended = acknowledged = 0

    async def acknowledge() -> None:
        nonlocal acknowledged
        count = appended
        await ledger.flush()
        acknowledged = count
        os.write(1, f"{count}\n".encode())

    flushing: asyncio.Task[None] | None = None
    for event in stream(life):
        ledger.append(event)
        appended += 1
        if flushing is None or flushing.done():
            flushing = asyncio.create_task(acknowledge())
        if appended % 5 == 0:
            await asyncio.sleep(0)
        if appended - acknowledged > MOST_WAITING:
            await flushing


if __name__ == "__main__":
    asyncio.run(append_for_ever(Path(sys.argv[1]), sys.argv[2]))
