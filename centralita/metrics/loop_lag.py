"""How late the event loop is: a tick that should come every quarter of a second, and by how much it does not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from prometheus_client import Histogram

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

EVERY = 0.25
"""Seconds between two ticks."""
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class LoopLag:
    """Ticks from `start` to `stop`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Nothing is armed yet."""
        self._lag = Histogram(
            "centralita_event_loop_lag_seconds",
            "How much later than due the event loop came to a timer",
            buckets=BUCKETS,
            registry=registry,
        )
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Tick on the running loop."""
        loop = asyncio.get_running_loop()
        self._arm(loop)

    def stop(self) -> None:
        """Tick no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, loop: asyncio.AbstractEventLoop) -> None:
        due = loop.time() + EVERY
        self._timer = loop.call_at(due, self._tick, loop, due)

    def _tick(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self._lag.observe(max(loop.time() - due, 0.0))
        self._arm(loop)
