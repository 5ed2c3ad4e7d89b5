"""How often something was done within a day, by name."""

from __future__ import annotations

from collections import deque

from routing.callbacks.settings import DAY

SLACK = 1000
"""Names beyond twice those of a day at which the older ones are looked for."""


class Frequency:
    """Moments (Unix seconds) of the last 24 hours; older ones are forgotten when they are met, or grow many."""

    __slots__ = ("_moments", "_sweep_at")

    def __init__(self) -> None:
        """Nothing was done."""
        self._moments: dict[str, deque[float]] = {}
        self._sweep_at = SLACK

    def __len__(self) -> int:
        """Names that are remembered."""
        return len(self._moments)

    def note(self, name: str, at: float) -> None:
        """It was done; moments may be told in any order within a day."""
        self._moments.setdefault(name, deque()).append(at)
        if len(self._moments) > self._sweep_at:
            self._moments = {
                each: moments for each, moments in self._moments.items() if max(moments) > at - DAY
            }
            self._sweep_at = 2 * len(self._moments) + SLACK

    def count(self, name: str, *, now: float) -> int:
        """How often within the last 24 hours."""
        return len(self._recent(name, now))

    def frees(self, name: str, most: int, *, now: float) -> float:
        """When it may be done again, where `most` times a day are allowed: now, or later."""
        recent = self._recent(name, now)
        return now if len(recent) < most else sorted(recent)[-most] + DAY

    def _recent(self, name: str, now: float) -> deque[float]:
        moments = self._moments.get(name)
        if moments is None:
            return deque()
        kept = deque(each for each in moments if each > now - DAY)
        if kept:
            self._moments[name] = kept
        else:
            del self._moments[name]
        return kept
