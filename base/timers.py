"""Deadlines of a sans-IO core: one heap, cancelled lazily, so that setting and cancelling cost a few dict steps."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

K = TypeVar("K", bound="Hashable")

_SLACK = 64
"""Stale heap entries tolerated before the heap is rebuilt; keeps the heap no larger than twice what is live."""


class Timers(Generic[K]):
    """At most one deadline for each key; setting a key again moves it."""

    __slots__ = ("_heap", "_live", "_turn")

    def __init__(self) -> None:
        """Begin empty."""
        self._heap: list[tuple[float, int, K]] = []
        self._live: dict[K, tuple[float, int]] = {}
        self._turn = 0

    def __len__(self) -> int:
        """How many deadlines are set."""
        return len(self._live)

    def __contains__(self, key: K) -> bool:
        """Whether the key has a deadline."""
        return key in self._live

    def set(self, key: K, at: float) -> None:
        """Set or move the key's deadline to `at` (same clock as `now` elsewhere)."""
        self._turn += 1
        self._live[key] = (at, self._turn)
        heappush(self._heap, (at, self._turn, key))
        if len(self._heap) > 2 * len(self._live) + _SLACK:
            self._heap = [(when, turn, each) for each, (when, turn) in self._live.items()]
            heapify(self._heap)

    def cancel(self, key: K) -> None:
        """Forget the key's deadline, if it has one."""
        self._live.pop(key, None)

    def deadline(self, key: K) -> float | None:
        """When the key is due, or None."""
        found = self._live.get(key)
        return found[0] if found else None

    def next(self) -> float | None:
        """The earliest deadline, or None when nothing is set."""
        heap, live = self._heap, self._live
        while heap:
            at, turn, key = heap[0]
            current = live.get(key)
            if current is not None and current[1] == turn:
                return at
            heappop(heap)
        return None

    def pop_due(self, now: float) -> K | None:
        """Take the earliest key that is due, or None; call until None."""
        at = self.next()
        if at is None or at > now:
            return None
        key = heappop(self._heap)[2]
        del self._live[key]
        return key
