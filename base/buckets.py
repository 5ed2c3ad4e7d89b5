"""Token buckets by key: so much at once, and so much a second on and on; memory and time of an act are bounded."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

KEPT = 20_000
"""Keys that are remembered; of more, those that took nothing for longest are as if they never had."""
_GRAIN = 1e-9
"""Seconds that clocks and sums may be wrong by."""


class Buckets:
    """One bucket for each key. Of each only the moment is kept at which it is full again."""

    __slots__ = ("_full", "_kept", "burst", "rate")

    def __init__(self, burst: int, rate: float, *, kept: int = KEPT) -> None:
        """`burst` fit into a bucket, `rate` come back in a second."""
        self.burst, self.rate, self._kept = burst, rate, kept
        self._full: OrderedDict[Hashable, float] = OrderedDict()

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._full)

    def take(self, key: Hashable, *, now: float) -> float:
        """Take one: 0, or the seconds until there is one to take, and then nothing is taken."""
        full = max(now, self._full.get(key, now)) + 1.0 / self.rate
        over = full - now - self.burst / self.rate
        if over > _GRAIN:
            return over
        self._full[key] = full
        self._full.move_to_end(key)
        while len(self._full) > self._kept:
            self._full.popitem(last=False)
        return 0.0

    def is_empty(self, key: Hashable, *, now: float) -> bool:
        """Whether there is nothing to take."""
        return self._full.get(key, now) + 1.0 / self.rate - now - self.burst / self.rate > _GRAIN

    def give_back(self, key: Hashable) -> None:
        """What was taken is not counted."""
        if key in self._full:
            self._full[key] -= 1.0 / self.rate
