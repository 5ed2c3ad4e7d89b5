"""The ledger: one ordered writer thread behind a bounded queue, with group commit.

The event loop only appends to a deque and never waits. What is acknowledged (`await flush()`, or counted in
`health().written`) is committed and survives kill -9 (see records.store). While the database is busy, full or
away the writer tries again and again in order, the queue grows to its limit, and only then are the newest
events dropped and counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from records.card_numbers import is_doubtful, masked
from records.errors import LedgerStopped, StoreUnavailable
from records.event import LedgerEvent
from records.ledger.recovery import Recovery, interruptions
from records.ledger.store import ENTRY_FAULTS, Entry, Store
from records.views.fields import MICROSECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from records.views.fields import Data

GATHER = 0.1
"""Seconds that the writer lets events gather before it commits them together."""

QUEUE_LIMIT = 200_000
"""Events that may wait while the database is away: about 100 MB, or two minutes at 100 calls a second."""

BATCH_LIMIT = 1_000
"""Events in one transaction."""

_RETRY_FIRST, _RETRY_LONGEST = 0.05, 1.0

_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class LedgerHealth:
    """How the writer is doing."""

    is_writing: bool
    """False while the database refuses; `problem` says why."""
    problem: str | None
    waiting: int
    """Events not yet committed."""
    written: int
    lost: int
    """Dropped because the queue was full, or the ledger closed while the database was away."""
    refused: int
    """Events that the database would not take in any form."""
    retries: int
    masked: int
    """Card numbers found and masked: each is a mistake elsewhere."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """A place in the queue that somebody waits for."""

    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]

    def tell(self, error: Exception | None = None) -> None:
        """Wake the waiter, from the writer's thread."""
        with contextlib.suppress(RuntimeError):  # its loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(self._settle, error)

    def _settle(self, error: Exception | None) -> None:
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


class Ledger:
    """The records' one writer: `start` once, `append` from the loop, `flush` to be sure, `close` last."""

    def __init__(
        self,
        path: Path,
        *,
        gather: float = GATHER,
        queue_limit: int = QUEUE_LIMIT,
        watch: Callable[[LedgerHealth], None] | None = None,
    ) -> None:
        """Keep the ledger in this SQLite file.

        `watch` is told each time the writer falls out with the database and each time it is well again. It is
        called in the writer's thread and must not raise.
        """
        self._store = Store(path)
        self._gather = gather
        self._queue_limit = queue_limit
        self._watch = watch
        self._waiting: deque[LedgerEvent | _Mark] = deque()
        self._taken = 0
        self._wake = threading.Event()
        self._idle = False
        self._close_by: float | None = None
        self._left: tuple[list[Entry], list[_Mark]] = ([], [])
        self._thread: threading.Thread | None = None
        self._problem: str | None = None
        self._written = self._lost = self._refused = self._retries = self._masked = 0

    def start(self, *, now: float | None = None) -> Recovery:
        """Open the file, close the contacts that an earlier end of the server left open, begin to write.

        Waits for the disk: call it before the node takes calls. `now` is Unix time.
        """
        self._store.open()
        try:
            recovery = interruptions(self._store.unclosed(), now=time.time() if now is None else now)
            for at in range(0, len(recovery.events), BATCH_LIMIT):
                self._store.write([self._ready(each) for each in recovery.events[at : at + BATCH_LIMIT]])
        except BaseException:
            self._store.close()
            raise
        self._written += len(recovery.events)
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()
        return recovery

    def append(self, event: LedgerEvent) -> None:
        """Hand an event over; never waits. All events are written in the order of these calls."""
        waiting = self._waiting
        if len(waiting) >= self._queue_limit:
            self._lost += 1
            return
        waiting.append(event)
        if self._idle:
            self._wake.set()

    async def flush(self) -> None:
        """Wait until all that was appended before is committed.

        Raises:
            LedgerStopped: the ledger was closed before it could be.

        """
        if self._thread is None or self._close_by is not None:
            raise LedgerStopped("the ledger is not running")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append(_Mark(loop, done))
        self._wake.set()
        await done

    def close(self, *, patience: float = 10.0) -> int:
        """Write what waits and stop. Blocks, and gives up after `patience` seconds without a database.

        Returns how many events could not be written.
        """
        thread = self._thread
        if thread is None:
            return 0
        self._close_by = time.monotonic() + patience
        self._wake.set()
        thread.join()
        self._thread = None
        self._store.close()
        return self._abandon()

    def health(self) -> LedgerHealth:
        """How the writer is doing, at this moment."""
        return LedgerHealth(
            is_writing=self._problem is None,
            problem=self._problem,
            waiting=len(self._waiting) + self._taken,
            written=self._written,
            lost=self._lost,
            refused=self._refused,
            retries=self._retries,
            masked=self._masked,
        )

    # --- the writer's thread ---

    def _run(self) -> None:
        while self._pause():
            batch = self._take()
            entries = self._prepared(batch)
            left = entries[self._write(entries) :]
            self._taken = len(left)
            if left:
                self._left = left, [each for each in batch if isinstance(each, _Mark)]
                return
            for each in batch:
                if isinstance(each, _Mark):
                    each.tell()

    def _pause(self) -> bool:
        """Wait for something to write, then a little longer for more of it. False at the end."""
        self._wake.clear()
        if not self._waiting:
            self._idle = True
            while not self._waiting and self._close_by is None:
                self._wake.wait()
                self._wake.clear()
            self._idle = False
        if (
            self._close_by is None
            and len(self._waiting) < BATCH_LIMIT
            and not isinstance(self._waiting[-1], _Mark)
        ):
            self._wake.wait(self._gather)
        return bool(self._waiting)

    def _take(self) -> list[LedgerEvent | _Mark]:
        count = min(len(self._waiting), BATCH_LIMIT)
        self._taken = count
        return [self._waiting.popleft() for _ in range(count)]

    def _write(self, entries: Sequence[Entry]) -> int:
        """Write in order, as long as it takes. How many are done with: fewer only when closed meanwhile."""
        delay = _RETRY_FIRST
        while entries:
            try:
                self._store.write(entries)
            except StoreUnavailable as problem:
                self._retries += 1
                self._tell(str(problem))
            except ENTRY_FAULTS:
                return self._write_each(entries)
            else:
                self._written += len(entries)
                self._tell(None)
                break
            if self._close_by is not None and time.monotonic() >= self._close_by:
                return 0
            time.sleep(delay)
            delay = min(delay * 2, _RETRY_LONGEST)
        return len(entries)

    def _write_each(self, entries: Sequence[Entry]) -> int:
        """The database finds fault with one of these: write each by itself. How many are done with."""
        if len(entries) == 1:
            self._refused += 1
            return 1
        done = 0
        for each in entries:
            if not self._write([each]):
                break
            done += 1
        return done

    def _tell(self, problem: str | None) -> None:
        changed = (problem is None) != (self._problem is None)
        self._problem = problem
        if changed and self._watch is not None:
            self._watch(self.health())

    def _prepared(self, batch: Sequence[LedgerEvent | _Mark]) -> list[Entry]:
        entries = []
        for each in batch:
            if isinstance(each, LedgerEvent):
                try:
                    entries.append(self._ready(each))
                except ENTRY_FAULTS:
                    self._refused += 1
        return entries

    def _ready(self, event: LedgerEvent) -> Entry:
        """Encode, and mask what looks like a card number. What JSON cannot hold is shown by class only."""
        data: Data = event.data
        try:
            encoded = _encode(data)
        except (TypeError, ValueError, RecursionError):
            data = cast("Data", _plain(event.data))
            encoded = _encode(data)
        if is_doubtful(encoded):
            cleaned, found = masked(data)
            if found:
                data = cast("Data", cleaned)
                encoded = _encode(data)
                self._masked += found
        return Entry(round(event.ts * MICROSECONDS), event.contact, event.leg, event.type, data, encoded)

    def _abandon(self) -> int:
        """Give up what was not written, and tell those who wait for it."""
        entries, marks = self._left
        waiting = [*marks, *self._waiting]
        self._waiting.clear()
        for each in waiting:
            if isinstance(each, _Mark):
                each.tell(LedgerStopped("the ledger was closed before this was written"))
        left = len(entries) + sum(isinstance(each, LedgerEvent) for each in waiting)
        self._lost += left
        self._taken = 0
        return left


def _plain(value: object, depth: int = 8) -> object:
    """The value as JSON can hold it. Unknown objects are named by class: their text could hold anything."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if depth == 0:
        return "…"
    if isinstance(value, Mapping):
        return {str(key): _plain(each, depth - 1) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each, depth - 1) for each in value]
    return f"<{type(value).__name__}>"
