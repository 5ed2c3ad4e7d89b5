"""Measures how loaded this process is, ten times a second, and tells overload control."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from sip.protection.overload import Overload

INTERVAL = 0.1
_CPU_OVER = 1.0
"""Seconds over which the processor's share is taken: less would be all noise."""


class LoadProbe:
    """A timer that sees how late it is called, what waits unread, and what the loop's thread costs."""

    __slots__ = ("_cpu", "_cpu_at", "_cpu_used", "_due", "_handle", "_late", "_loop", "_overload", "_unread")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        overload: Overload,
        unread: Callable[[], float],
        late: Callable[[], float],
    ) -> None:
        """Begin to measure.

        `unread` gives the used share of the fullest receive buffer, `late` how long what has been read has waited.
        """
        self._loop = loop
        self._overload = overload
        self._unread = unread
        self._late = late
        self._cpu = 0.0
        self._cpu_at, self._cpu_used = loop.time(), time.thread_time()
        self._arm()

    def close(self) -> None:
        """Measure no more."""
        self._handle.cancel()

    def _arm(self) -> None:
        self._due = self._loop.time() + INTERVAL
        self._handle = self._loop.call_at(self._due, self._look)

    def _look(self) -> None:
        now = self._loop.time()
        passed = now - self._cpu_at
        if passed >= _CPU_OVER:
            used = time.thread_time()
            self._cpu = (used - self._cpu_used) / passed
            self._cpu_at, self._cpu_used = now, used
        lag = max(0.0, now - self._due, self._late())
        self._overload.measure(lag=lag, unread=self._unread(), cpu=self._cpu, now=now)
        self._arm()
