"""The writer's thread: takes what waits and commits it in groups; while the database is away, to the outage's journal.

What it says is done (`Mark.tell`) is committed to the database or stands in the journal, synchronised with the disk.
While neither can be had, the queue grows to its limit, and only then are the newest events dropped and counted.
A fault that nobody foresaw is told like a database that is away; what the thread had in hand then it takes up again.
"""

from __future__ import annotations

import contextlib
import itertools
import time
import traceback
from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, TypeVar

from records.errors import StoreUnavailable
from records.event import LedgerEvent
from records.ledger.entry import FAULTS, ready
from records.ledger.queue import Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from records.event import Committed
    from records.ledger.entry import Entry
    from records.ledger.queue import Queue
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
        self._batch: list[LedgerEvent | Mark] = []
        """What is out of the queue; a fault leaves it here."""
        self._pieces: deque[Sequence[Entry]] | None = None
        """What of it is kept nowhere yet; None until it was made ready."""
        self._delay = _RETRY_FIRST
        self._next_try = 0.0

    def run(self) -> None:
        """Until the queue is closed and empty, or its time is up."""
        goes_on = True
        while goes_on:
            try:
                goes_on = self._round()
            except Exception as fault:  # noqa: BLE001 - whatever it is, calls go on and want to be written
                self._faulted(fault)
                is_done = self._queue.close_by is not None and not self._queue.items and not self._batch
                goes_on = not is_done and not self._is_over()

    @property
    def taken(self) -> int:
        """Events that are out of the queue and nowhere else yet."""
        pieces = self._pieces
        if pieces is None:
            return sum(isinstance(each, LedgerEvent) for each in self._batch)
        return sum(map(len, pieces))

    def give_up(self) -> tuple[int, list[Mark]]:
        """At the end: how many events were not kept, and who waits for them."""
        taken, marks = self.taken, [each for each in self._batch if isinstance(each, Mark)]
        self._batch, self._pieces = [], None
        return taken, marks

    def _round(self) -> bool:
        """Keep what comes next. False at the end."""
        if not self._batch:
            if not self._pause():
                self._next_try = 0.0  # one last time: what is left there waits for the next start
                self._catch_up()
                return False
            self._batch = self._take()
        if self._pieces is None:
            entries = self._prepared(self._batch)
            self._pieces = deque([entries] if entries else [])
        if not self._keep(self._pieces):
            return False
        batch, self._batch, self._pieces = self._batch, [], None
        for each in batch:
            if isinstance(each, Mark):
                each.tell()
        self._catch_up()
        return True

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
        return [items.popleft() for _ in range(min(len(items), BATCH_LIMIT))]

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

    def _keep(self, pieces: deque[Sequence[Entry]]) -> bool:
        """Keep these for good, here or there, as long as it takes, and take them out. False when it was given up."""
        patient_until = time.monotonic() + self._grace
        while pieces:
            if self._spill.is_empty:
                outcome = self._commit(pieces[0]) if self._is_past_torn() else _Outcome.AWAY
                if outcome is not _Outcome.AWAY:
                    whole = pieces.popleft()
                    pieces.extendleft(reversed(_halves(whole) if outcome is _Outcome.FAULTY else ()))
                    continue
                if time.monotonic() < patient_until and not self._is_over():
                    self._sleep()
                    continue
            rest = list(itertools.chain.from_iterable(pieces))
            if self._put_aside(rest):
                pieces.clear()
                break
            if self._is_over():
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
            is_kept = self._was_kept(len(entries))
        except StoreUnavailable as problem:
            self._failed(str(problem))
            return _Outcome.AWAY
        told: list[Committed] = []
        began = time.monotonic()
        try:
            if not is_kept:
                told = self._store.write(entries, place=place, wanted=self._wanted())
                self.tally.committing = time.monotonic() - began
                self.tally.written += len(entries)
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
        self._tell(told)
        return _Outcome.DONE

    def _was_kept(self, count: int) -> bool:
        """Whether the answer to our last COMMIT was lost, and the commit was not: so many are written then.

        Raises StoreUnavailable.
        """
        found = self._store.was_kept()
        if found:
            self.tally.written += count
        self._tell(self._store.unheard())
        return found

    def _tell(self, told: list[Committed]) -> None:
        """Outside of all that is tried again: what fails there must bring nothing into the tables twice."""
        for contact, off_by in self._store.unbalanced().items():
            self.tally.unbalanced += 1
            with contextlib.suppress(Exception):
                self._unbalanced(contact, off_by)
        if told:
            with contextlib.suppress(Exception):
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

    def _is_past_torn(self) -> bool:
        """See to it that what stands in the journal without having been acknowledged is never read from there too."""
        if (place := self._spill.torn) is None:
            return True
        try:
            self._store.skip(place)
        except StoreUnavailable as problem:
            self._failed(str(problem))
            return False
        self._spill.leave()
        return True

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
        self._tell(self._store.unheard())
        doubt = self._spill.doubt(read)
        kept = doubt.events if doubt is not None and doubt.head == self._store.head() else 0
        found = self._spill.entries(read)
        if there := list(itertools.islice(found, kept)):
            self._store.skip(there[-1].place)
            self._spill.done(len(there))
            self.tally.written += len(there)
        return list(itertools.islice(found, BATCH_LIMIT))

    def _bring(self, batch: Sequence[Spilled]) -> bool:
        if not batch:
            self._spill.clear()
            self._well()
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
            self._tell_changed()

    def _faulted(self, fault: Exception) -> None:
        """The kind and the place only: its text may quote an event."""
        self._queue.is_idle = False
        place = traceback.extract_tb(fault.__traceback__)[-1]
        self._failed(f"the writer failed: {type(fault).__name__} at {place.filename}:{place.lineno}")
        self._sleep()

    def _tell_changed(self) -> None:
        with contextlib.suppress(Exception):  # a log that is closed stops nothing
            self._changed()

    def _well(self) -> None:
        self._delay, self._next_try = _RETRY_FIRST, 0.0
        if self._spill.is_empty and self.tally.problem is not None:
            self.tally.problem = None
            self._tell_changed()

    def _full(self, problem: str | None) -> None:
        was, self.tally.full = self.tally.full, problem
        if (was is None) != (problem is None):
            self._tell_changed()

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
