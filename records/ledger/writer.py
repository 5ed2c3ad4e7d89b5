"""The writer's thread: takes what waits and commits it in groups; while the database is away, to the outage's journal.

What it says is done (`Mark.tell`) is committed to the database or stands in the journal, synchronised with the disk.
While neither can be had, the queue grows to its limit, and only then are the newest events dropped and counted.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, TypeVar

from records.errors import StoreUnavailable
from records.event import LedgerEvent
from records.ledger.entry import FAULTS, ready

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from records.event import Committed
    from records.ledger.entry import Entry
    from records.ledger.spill import Place, Spill, Spilled
    from records.ledger.store import Store

BATCH_LIMIT = 1_000
"""Events in one transaction."""

GRACE = 1.0
"""Seconds for which events wait in memory when the database does not take them, before they go to the journal."""

_RETRY_FIRST, _RETRY_LONGEST = 0.05, 1.0


class _Outcome(Enum):
    """How a transaction went."""

    DONE = auto()
    AWAY = auto()
    """The database takes nothing now."""
    FAULTY = auto()
    """It finds fault with one of the events."""


@dataclass(frozen=True, slots=True)
class Mark:
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


@dataclass(slots=True)
class Tally:
    """What the writer counts; read by other threads at any moment."""

    written: int = 0
    refused: int = 0
    retries: int = 0
    masked: int = 0
    unbalanced: int = 0
    committing: float = 0.0
    """Seconds that the last transaction took."""
    problem: str | None = None
    full: str | None = None
    """Why the journal cannot be written either."""


@dataclass(slots=True)
class Queue:
    """What waits for the writer; any thread appends."""

    items: deque[LedgerEvent | Mark] = field(default_factory=deque)
    wake: threading.Event = field(default_factory=threading.Event)
    is_idle: bool = False
    close_by: float | None = None
    """The moment (monotonic) up to which a writer that is to stop goes on trying."""


class Writer:
    """What runs in the thread."""

    def __init__(
        self,
        store: Store,
        spill: Spill,
        queue: Queue,
        *,
        gather: float,
        grace: float,
        changed: Callable[[], None],
        committed: Callable[[list[Committed]], None],
        unbalanced: Callable[[str, float], None],
        wanted: Callable[[], bool],
    ) -> None:
        """`changed` is told when the database falls out or is well again, `committed` what is kept for good.

        `unbalanced` is told each contact whose segments do not add up to its length, and how many seconds it is off.
        """
        self._store, self._spill, self._queue = store, spill, queue
        self._gather, self._grace = gather, grace
        self._changed, self._committed, self._wanted = changed, committed, wanted
        self._unbalanced = unbalanced
        self.tally = Tally()
        self.taken = 0
        """Events that are out of the queue and nowhere else yet."""
        self.left: list[Mark] = []
        """Who waits for events that were given up at the end."""
        self._delay = _RETRY_FIRST
        self._next_try = 0.0

    def run(self) -> None:
        """Until the queue is closed and empty, or its time is up."""
        while self._pause():
            batch = self._take()
            entries = self._prepared(batch)
            if not self._keep(entries):
                self.left = [each for each in batch if isinstance(each, Mark)]
                return
            self.taken = 0
            for each in batch:
                if isinstance(each, Mark):
                    each.tell()
            self._catch_up()
        self._next_try = 0.0  # one last time: what is left there waits for the next start
        self._catch_up()

    def take_in(self) -> None:
        """Before the first event: what an earlier life put aside goes into the tables. Raises StoreUnavailable."""
        while not self._spill.is_empty:
            self._next_try = 0.0
            self._catch_up()
            if self.tally.problem is not None:
                raise StoreUnavailable(self.tally.problem)

    # --- the queue ---

    def _pause(self) -> bool:
        """Wait for something to write, then a little longer for more of it. False at the end."""
        queue = self._queue
        queue.wake.clear()
        if not queue.items:
            queue.is_idle = True
            while not queue.items and queue.close_by is None:
                if not queue.wake.wait(self._until_next_try()):
                    self._catch_up()
                queue.wake.clear()
            queue.is_idle = False
        if (
            queue.close_by is None
            and len(queue.items) < BATCH_LIMIT
            and not isinstance(queue.items[-1], Mark)
        ):
            queue.wake.wait(self._gather)
        return bool(queue.items)

    def _take(self) -> list[LedgerEvent | Mark]:
        items = self._queue.items
        count = min(len(items), BATCH_LIMIT)
        self.taken = count
        return [items.popleft() for _ in range(count)]

    def _prepared(self, batch: Sequence[LedgerEvent | Mark]) -> list[Entry]:
        entries = []
        for each in batch:
            if isinstance(each, LedgerEvent):
                try:
                    entry, masked = ready(each, self._store.node)
                except FAULTS:
                    self.tally.refused += 1
                    continue
                entries.append(entry)
                self.tally.masked += masked
        return entries

    # --- keeping ---

    def _keep(self, entries: Sequence[Entry]) -> bool:
        """Keep these for good, here or there, as long as it takes. False when it was given up."""
        patient_until = time.monotonic() + self._grace
        pieces = deque([entries] if entries else [])
        while pieces:
            if self._spill.is_empty:
                outcome = self._commit(pieces[0])
                if outcome is not _Outcome.AWAY:
                    whole = pieces.popleft()
                    pieces.extendleft(reversed(_halves(whole) if outcome is _Outcome.FAULTY else ()))
                    continue
                if time.monotonic() < patient_until and not self._is_over():
                    self._sleep()
                    continue
            rest = list(itertools.chain.from_iterable(pieces))
            if self._put_aside(rest):
                break
            if self._is_over():
                self.taken = len(rest)
                return False
            self._sleep()
            self._catch_up()
        return True

    def _commit(
        self, entries: Sequence[Entry], place: Place | None = None, *, is_last_try: bool = False
    ) -> _Outcome:
        """Commit these. A single one that the database will not take twice is counted, and left out as if it were done.

        Once may be no fault of its own: another node may have made the same person's key a moment before.
        """
        try:
            if self._store.was_kept():
                # The answer to our COMMIT was lost, the commit was not; nobody is told of these events at once.
                self.tally.written += len(entries)
            else:
                self._write(entries, place)
        except StoreUnavailable as problem:
            self._failed(str(problem))
            return _Outcome.AWAY
        except Exception:  # noqa: BLE001 - whatever a driver finds wrong with a row
            if len(entries) > 1:
                return _Outcome.FAULTY
            if not is_last_try:
                return self._commit(entries, place, is_last_try=True)
            self.tally.refused += 1
        self._well()
        return _Outcome.DONE

    def _write(self, entries: Sequence[Entry], place: Place | None = None) -> None:
        began = time.monotonic()
        told = self._store.write(entries, place=place, wanted=self._wanted())
        self.tally.committing = time.monotonic() - began
        self.tally.written += len(entries)
        for contact, off_by in self._store.unbalanced().items():
            self.tally.unbalanced += 1
            self._unbalanced(contact, off_by)
        if told:
            self._committed(told)

    def _put_aside(self, entries: Sequence[Entry]) -> bool:
        try:
            self._spill.append(entries, self._store.doubt)
        except OSError as problem:
            self._full(f"{problem.strerror or problem}")
            return False
        self._store.forget_doubt()  # it stands in the journal now
        self._full(None)
        return True

    # --- the journal of an outage ---

    def _catch_up(self) -> None:
        """Bring what the journal holds into the tables, as far as the database lets us."""
        while not self._spill.is_empty and time.monotonic() >= self._next_try:
            try:
                batch = self._unread()
                if not self._bring(batch):
                    return
            except (StoreUnavailable, OSError) as problem:
                self._failed(str(problem))
                return

    def _unread(self) -> list[Spilled]:
        """The first of what the tables do not have. Raises StoreUnavailable, OSError."""
        read = self._store.read_place()
        doubt = self._spill.doubt(read)
        kept = doubt.events if doubt is not None and doubt.head == self._store.head() else 0
        found = self._spill.entries(read)
        if there := list(itertools.islice(found, kept)):
            self._store.skip(there[-1].place)
            self._spill.done(len(there))
        return list(itertools.islice(found, BATCH_LIMIT))

    def _bring(self, batch: Sequence[Spilled]) -> bool:
        if not batch:
            self._spill.clear()
            return False
        self._store.forget_doubt()  # what became of the last one, the place that was read tells already
        outcome = self._commit([each.entry for each in batch], batch[-1].place)
        if outcome is _Outcome.FAULTY:
            return all(self._bring(half) for half in _halves(batch))
        if outcome is _Outcome.AWAY:
            return False
        if len(batch) == 1:
            self._store.skip(batch[0].place)  # it may have been left out
        self._spill.done(len(batch))
        self._well()
        return True

    # --- how it goes ---

    def _failed(self, problem: str) -> None:
        self.tally.retries += 1
        self._next_try = time.monotonic() + self._delay
        was, self.tally.problem = self.tally.problem, problem
        if was is None:
            self._changed()

    def _well(self) -> None:
        self._delay, self._next_try = _RETRY_FIRST, 0.0
        if self._spill.is_empty and self.tally.problem is not None:
            self.tally.problem = None
            self._changed()

    def _full(self, problem: str | None) -> None:
        was, self.tally.full = self.tally.full, problem
        if (was is None) != (problem is None):
            self._changed()

    def _sleep(self) -> None:
        time.sleep(self._delay)
        self._delay = min(self._delay * 2, _RETRY_LONGEST)

    def _until_next_try(self) -> float | None:
        return None if self._spill.is_empty else max(0.01, self._next_try - time.monotonic())

    def _is_over(self) -> bool:
        close_by = self._queue.close_by
        return close_by is not None and time.monotonic() >= close_by


_T = TypeVar("_T")


def _halves(batch: Sequence[_T]) -> tuple[Sequence[_T], Sequence[_T]]:
    return batch[: len(batch) // 2], batch[len(batch) // 2 :]
