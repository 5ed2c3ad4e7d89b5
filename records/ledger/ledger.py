"""The ledger: one ordered writer thread behind a bounded queue, with group commit.

The event loop only appends to a deque and never waits. What is acknowledged (`await flush()`, or counted in
`health().written`) is committed, or stands in the journal of an outage while the database is away, and survives kill -9
either way (see store, spill).
"""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from records.database import Database
from records.errors import LedgerStopped
from records.event import LedgerEvent
from records.ledger.entry import ready
from records.ledger.heads import FOLDER, Heads
from records.ledger.queue import Mark, Queue
from records.ledger.recovery import Recovery, interruptions
from records.ledger.spill import Spill
from records.ledger.store import Store
from records.ledger.writer import BATCH_LIMIT, GRACE, Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from records.event import Committed
    from records.personal.master_key import MasterKey

GATHER = 0.1
"""Seconds that the writer lets events gather before it commits them together."""

QUEUE_LIMIT = 200_000
"""Events that may wait in memory: about 100 MB, or two minutes at 100 calls a second."""

NODE_NAME = "main"
"""What a node is called unless it is given a name."""

SPILL_FOLDER = "spill"


@dataclass(frozen=True, slots=True)
class LedgerHealth:
    """How the writer is doing."""

    is_writing: bool
    """False while the database refuses; `problem` says why."""
    problem: str | None
    has_died: bool
    """Whether the writer's thread is gone: only a new start mends that."""
    journal_problem: str | None
    """Why the journal of the outage cannot be written either: events wait in memory and die with the node."""
    waiting: int
    """Events that are kept nowhere yet."""
    spilled: int
    """Events in the journal that the tables do not have yet."""
    written: int
    """Events committed to the tables."""
    lost: int
    """Dropped because the queue was full, or the ledger closed while nothing could be written."""
    refused: int
    """Events that the database would not take in any form."""
    damaged: int
    """Lines of the journal that could not be read; their file is kept aside."""
    retries: int
    masked: int
    """Card numbers found and masked: each is a mistake elsewhere."""
    unbalanced: int
    """Contacts whose segments did not add up to their length: each is a mistake elsewhere."""
    committing: float
    """Seconds that the last transaction took."""


class Ledger:
    """The records' one writer: `start` once, `append` from the loop, `flush` to be sure, `close` last."""

    def __init__(
        self,
        where: Database | Path | str,
        *,
        node: str = NODE_NAME,
        spill: Path | None = None,
        master: MasterKey | None = None,
        gather: float = GATHER,
        grace: float = GRACE,
        queue_limit: int = QUEUE_LIMIT,
        watch: Callable[[LedgerHealth], None] | None = None,
        unbalanced: Callable[[str, float], None] = lambda contact, off_by: None,
        damaged: Callable[[Path, int], None] = lambda file, lines: None,
    ) -> None:
        """Keep the ledger in this database, as this node.

        `spill`: the folder of the journal of outages; beside an SQLite file unless given. `master` seals what is
        personal. `watch` is told each time the writer falls out with the database and each time it is well again,
        `unbalanced` of each contact whose segments do not add up, and by how many seconds, `damaged` of each file of
        the journal that is kept aside because so many of its lines cannot be read. They run in the writer's thread.
        """
        database = Database.of(where)
        if spill is None:
            if database.path is None:
                raise ValueError("say where the journal of outages is: `spill`")
            spill = database.path.parent / SPILL_FOLDER
        self._store = Store(database, node, master, Heads(spill.parent / FOLDER, node))
        self._spill = Spill(spill, node, master, damaged=damaged)
        self._queue_limit = queue_limit
        self._watch = watch
        self._queue = Queue()
        self._waiting = self._queue.items
        self._lost = 0
        self._followers: list[tuple[asyncio.AbstractEventLoop, Callable[[list[Committed]], None]]] = []
        self._writer = Writer(
            self._store,
            self._spill,
            self._queue,
            gather=gather,
            grace=grace,
            changed=self._changed,
            committed=self._committed,
            unbalanced=unbalanced,
            wanted=lambda: bool(self._followers),
        )
        self._thread: threading.Thread | None = None
        self._has_died = False

    def start(self, *, now: float | None = None, tell: Callable[[str], None] | None = None) -> Recovery:
        """Open the database, take in what an outage left aside, close the contacts left open, begin to write.

        Waits for the disk: call it before the node takes calls. `now` is Unix time, `tell` hears what takes long.
        Raises StoreUnavailable, LedgerInUse, LedgerTooNew.
        """
        self._store.open(tell)
        try:
            self._spill.find(self._store.read_place())
            self._writer.take_in()
            recovery = interruptions(*self._store.left_open(), now=time.time() if now is None else now)
            for at in range(0, len(recovery.events), BATCH_LIMIT):
                batch = recovery.events[at : at + BATCH_LIMIT]
                self._store.write([ready(each, self._store.node)[0] for each in batch])
        except BaseException:
            self._spill.close()
            self._store.close()
            raise
        self._writer.tally.written += len(recovery.events)
        self._thread = threading.Thread(target=self._write, name="ledger", daemon=True)
        self._thread.start()
        return recovery

    def append(self, event: LedgerEvent) -> None:
        """Hand an event over; never waits. All events are written in the order of these calls."""
        waiting = self._waiting
        if len(waiting) >= self._queue_limit:
            self._lost += 1
            return
        waiting.append(event)
        if self._queue.is_idle:
            self._queue.wake.set()

    async def flush(self) -> None:
        """Wait until all that was appended before is kept for good.

        Raises:
            LedgerStopped: the ledger was closed before it could be.

        """
        if self._thread is None or self._queue.close_by is not None or self._has_died:
            raise LedgerStopped("the ledger is not running")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append(Mark(loop, done))
        self._queue.wake.set()
        await done

    def watch_committed(self, told: Callable[[list[Committed]], None]) -> Callable[[], None]:
        """Be told, on the running loop, of every group of events once it is in the tables; call the result to stop.

        While the database is away nothing is told; then all of it, in order.
        """
        follower = (asyncio.get_running_loop(), told)
        self._followers = [*self._followers, follower]

        def stop() -> None:
            self._followers = [each for each in self._followers if each is not follower]

        return stop

    def close(self, *, patience: float = 10.0) -> int:
        """Write what waits and stop. Blocks, and gives up after `patience` seconds in which nothing could be written.

        Returns how many events are lost by that.
        """
        thread = self._thread
        if thread is None:
            return 0
        self._queue.close_by = time.monotonic() + patience
        self._queue.wake.set()
        thread.join()
        try:
            if self._has_died:
                self._writer.run()  # what waits is kept all the same
        finally:
            self._thread = None
            self._spill.close()
            self._store.close()
        return self._abandon()

    def health(self) -> LedgerHealth:
        """How the writer is doing, at this moment."""
        tally = self._writer.tally
        problem = "the writer's thread has died: start the node anew" if self._has_died else tally.problem
        return LedgerHealth(
            is_writing=problem is None,
            problem=problem,
            has_died=self._has_died,
            journal_problem=tally.full,
            waiting=len(self._waiting) + self._writer.taken,
            spilled=self._spill.waiting,
            written=tally.written,
            lost=self._lost,
            refused=tally.refused,
            damaged=self._spill.damaged,
            retries=tally.retries,
            masked=tally.masked,
            unbalanced=tally.unbalanced,
            committing=tally.committing,
        )

    # --- in the writer's thread ---

    def _write(self) -> None:
        try:
            self._writer.run()
        except BaseException:  # an Exception it takes care of itself
            self._has_died = True
            self._changed()
            raise

    def _changed(self) -> None:
        if self._watch is not None:
            self._watch(self.health())

    def _committed(self, events: list[Committed]) -> None:
        for loop, told in self._followers:
            try:
                loop.call_soon_threadsafe(told, events)
            except RuntimeError:  # its loop is closed: nobody listens any more
                self._followers = [each for each in self._followers if each[0] is not loop]

    def _abandon(self) -> int:
        """Give up what was not written, and tell those who wait for it."""
        taken, marks = self._writer.give_up()
        waiting = [*marks, *self._waiting]
        self._waiting.clear()
        for each in waiting:
            if isinstance(each, Mark):
                each.tell(LedgerStopped("the ledger was closed before this was written"))
        left = taken + sum(isinstance(each, LedgerEvent) for each in waiting)
        self._lost += left
        return left
