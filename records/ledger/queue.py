"""What waits for the writer of the ledger: events, and the places among them that somebody waits for."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from records.event import LedgerEvent


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
class Queue:
    """What waits for the writer; any thread appends."""

    items: deque[LedgerEvent | Mark] = field(default_factory=deque)
    wake: threading.Event = field(default_factory=threading.Event)
    is_idle: bool = False
    close_by: float | None = None
    """The moment (monotonic) up to which a writer that is to stop goes on trying."""
