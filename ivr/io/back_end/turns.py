"""One at a time for each card, some for each number: failures are known before the next attempt is let through."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ivr.errors import StillAtWork

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class _Turn:
    __slots__ = ("lock", "wanted_by")

    def __init__(self, width: int) -> None:
        self.lock = asyncio.Semaphore(width)
        self.wanted_by = 0


class Turns:
    """Whose turn it is, by name; a name costs nothing while nobody wants it."""

    __slots__ = ("_turns",)

    def __init__(self) -> None:
        """Nobody's."""
        self._turns: dict[str, _Turn] = {}

    @asynccontextmanager
    async def of(self, name: str, *, within: float, width: int = 1) -> AsyncIterator[None]:
        """Wait for the turn, one of `width` at once, then hold it.

        Raises StillAtWork when it does not come within so many seconds.
        """
        turn = self._turns.setdefault(name, _Turn(width))
        turn.wanted_by += 1
        try:
            try:
                async with asyncio.timeout(within):
                    await turn.lock.acquire()
            except TimeoutError:
                raise StillAtWork("another attempt with this card or number takes too long") from None
            try:
                yield
            finally:
                turn.lock.release()
        finally:
            turn.wanted_by -= 1
            if not turn.wanted_by:
                del self._turns[name]
