"""Drives a sans-IO core from asyncio: one armed timer, moved only when the core's next deadline becomes earlier."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Core(Protocol):
    """What the driver needs of a core."""

    def next_timeout(self) -> float | None:
        """The earliest deadline or None."""

    def handle_timeout(self, *, now: float) -> object:
        """Carry out what is due."""


class Driver:
    """Calls `handle_timeout` when due, then `after` (send output, deliver events)."""

    __slots__ = ("_after", "_at", "_core", "_handle", "_loop")

    def __init__(self, core: Core, after: Callable[[], None]) -> None:
        """Bind to the running loop."""
        self._loop = asyncio.get_running_loop()
        self._core = core
        self._after = after
        self._handle: asyncio.TimerHandle | None = None
        self._at = float("inf")

    def now(self) -> float:
        """The loop's clock, which is the core's `now`."""
        return self._loop.time()

    def rearm(self) -> None:
        """Call after anything that may have changed the core's next deadline.

        A later deadline leaves the armed timer as it is: it fires once in vain, which is cheaper than re-arming on
        every message.
        """
        due = self._core.next_timeout()
        if due is None or due >= self._at:
            return
        if self._handle is not None:
            self._handle.cancel()
        self._at = due
        self._handle = self._loop.call_at(due, self._fire)

    def _fire(self) -> None:
        self._handle = None
        self._at = float("inf")
        self._core.handle_timeout(now=self._loop.time())
        self._after()
        self.rearm()

    def close(self) -> None:
        """Disarm."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        self._at = float("inf")
