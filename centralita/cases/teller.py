"""Tells the ledger of what was done to cases and customers, and notes that it has been told."""

from __future__ import annotations

import asyncio
import contextlib
from time import time
from typing import TYPE_CHECKING

import structlog

from base.errors import CentralitaError
from base.io.background import Background
from records.cases.history import mark_told, untold
from records.event import NODE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from calls.events import Record
    from records.cases.history import Entry
    from records.database import Database

log = structlog.get_logger()

_PATIENCE = 5.0
"""Seconds until it is tried again where the database is away."""
GRACE = 60.0
"""Seconds after which nobody tells any more what has not been told: it was left by a crash, here or of another node."""


class Teller:
    """One task. What it could not note as told before a crash is told again at the next start, under its number."""

    def __init__(
        self,
        database: Database,
        record: Record,
        flush: Callable[[], Awaitable[None]],
        *,
        clock: Callable[[], float] = time,
        grace: float = GRACE,
    ) -> None:
        """`flush` returns once the ledger has what was recorded until now; `clock` tells Unix time."""
        self._clock = clock
        self._grace = grace
        self._database = database
        self._record = record
        self._flush = flush
        self._told: list[int] = []
        self._wake = asyncio.Event()
        self._background = Background(self._run, "cases told")

    def __call__(self, entries: Collection[Entry]) -> None:
        """Tell these, in order."""
        for each in entries:
            self._record(each.contact or NODE, None, each.type, each.told())
            self._told.append(each.id)
        if entries:
            self._wake.set()

    def start(self) -> None:
        """Begin with what an earlier run has left."""
        self._background.begin()

    async def close(self) -> None:
        """Note what was told until now, unless the database is away."""
        await self._background.close()
        with contextlib.suppress(CentralitaError):
            await self._note()

    async def _run(self) -> None:
        while True:
            try:
                left = await asyncio.to_thread(untold, self._database, self._clock() - self._grace)
                known = set(self._told)
                self([each for each in left if each.id not in known])
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(GRACE):
                        await self._wake.wait()
                self._wake.clear()
                await self._note()
            except CentralitaError as error:
                log.warning("cases_not_told", code=error.code)
                self._wake.set()
                await asyncio.sleep(_PATIENCE)

    async def _note(self) -> None:
        told = list(self._told)
        if told:
            await self._flush()
            await asyncio.to_thread(mark_told, self._database, told)
            del self._told[: len(told)]
