"""The daily run of a node's keeper: what is kept too long is deleted, a while after the start and then each day."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from base.errors import CentralitaError
from base.io.background import Background

if TYPE_CHECKING:
    from records.retention.keeping import Keeping

log = structlog.get_logger()

DAILY = 86_400.0
FIRST = 300.0
"""Seconds after a start until the first run: calls that were cut off call again just then."""
AGAIN = 3_600.0
"""Seconds after a run that failed."""


class DailyKeeping:
    """The daily run of a node. What it leaves undone, the next one does."""

    def __init__(self, keeping: Keeping) -> None:
        """Nothing is deleted before `begin`."""
        self.keeping = keeping
        self._background = Background(self._run, "retention")

    def begin(self) -> None:
        """From now on."""
        self._background.begin()

    async def close(self) -> None:
        """No more: a batch that is under way is whole, or not begun."""
        await self._background.close()

    async def _run(self) -> None:
        pause = FIRST
        while True:
            await asyncio.sleep(pause)
            pause = await self._once()

    async def _once(self) -> float:
        """One run; how long to wait for the next."""
        try:
            for each in await self.keeping.run():
                if not each.is_empty:
                    log.info(
                        "retention_applied",
                        client=each.client,
                        contacts=each.contacts,
                        recordings=each.recordings,
                        messages=each.messages,
                        held=each.held,
                        failed=each.failed,
                    )
        except (CentralitaError, OSError) as error:
            log.error("retention_failed", error=str(error))
            return AGAIN
        return DAILY
