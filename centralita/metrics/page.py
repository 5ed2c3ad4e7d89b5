"""The page that Prometheus reads: looked up on the event loop, written in a thread."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from centralita.metrics.happened import Happened
from centralita.metrics.loop_lag import LoopLag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client import Metric

disable_created_metrics()  # type: ignore[no-untyped-call]  # one more line for each figure, which nobody reads


class Present(Protocol):
    """What is in use now, looked up on the event loop in a moment."""

    def families(self) -> Iterable[Metric]:
        """Every family, complete."""


class MetricsPage:
    """All figures of a node."""

    def __init__(self) -> None:
        """A registry of its own: two nodes in one process do not mix."""
        self._counted = CollectorRegistry()
        self.happened = Happened(self._counted)
        self.lag = LoopLag(self._counted)
        ProcessCollector(registry=self._counted)
        PlatformCollector(registry=self._counted)
        GCCollector(registry=self._counted)
        self._present: list[Present] = []

    def add(self, *present: Present) -> None:
        """Ask these too."""
        self._present += present

    async def text(self) -> bytes:
        """The page in Prometheus' text format."""
        found = [family for present in self._present for family in present.families()]
        return await asyncio.to_thread(self._written, found)

    def _written(self, found: list[Metric]) -> bytes:
        return generate_latest(_Found(found)) + generate_latest(self._counted)


class _Found(Collector):
    """Families that were looked up already, as what writes the page wants them."""

    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    def collect(self) -> list[Metric]:
        return self._found
