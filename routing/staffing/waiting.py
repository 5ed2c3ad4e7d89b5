"""The wait in store for a caller who finds every agent busy, as integrals over its density.

With callers who hang up after a time that is exponential (M/M/c+M; Palm 1957), or who never do (M/M/c), the wait x
has the density exp(callers who come and still hold - rate of all agents * x), up to a factor (Baccelli and Hebuterne
1981; Zeltyn and Mandelbaum 2005). One rule of integration does for all figures and any number of agents: the
logarithm of the density is concave, so a few equal pieces of each part of the range that matters are enough for
twelve digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp, expm1, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_POINTS = (
    (0.1834346424956498, 0.3626837833783620),
    (0.5255324099163290, 0.3137066458778873),
    (0.7966664774136267, 0.2223810344533745),
    (0.9602898564975363, 0.1012285362903763),
)
"""Gauss and Legendre's eight points: places (and their mirror images) and weights (Abramowitz and Stegun 25.4.30)."""
_PIECES = 32
_NEGLIGIBLE = 45.0
"""Logarithms below the peak at which a density no longer counts: e**-45 is beyond the sixteenth digit."""
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Waiting:
    """Figures of those who find every agent busy; seconds."""

    mass: float
    """The integral of the density times the agents' rate, less the factor exp(peak)."""
    peak: float
    """Logarithm of the density at its highest, where it is 0 for a caller who comes as an agent comes free."""
    abandoned: float
    """Share who hang up."""
    in_time: float
    """Share who are answered within the time asked for."""
    answered_wait: float
    """Mean wait of those who are answered."""


class _Density:
    """The density of the wait in store, less a factor. All rates are in events a second."""

    __slots__ = ("_calls", "_leaving", "_rate", "borders", "high", "low", "peak")

    def __init__(self, calls: float, rate: float, leaving: float) -> None:
        self._calls, self._rate, self._leaving = calls, rate, leaving
        peak_at = log(calls / rate) / leaving if leaving > 0.0 and calls > rate else 0.0
        self.peak = self.level(peak_at)
        self.low = self._edge(peak_at, 0.0)
        far = 1.0 / rate
        while self.level(peak_at + far) > self.peak - _NEGLIGIBLE:
            far *= 2.0
        self.high = self._edge(peak_at, peak_at + far)
        # Beyond the knee everybody has hung up who came before: the density falls as a plain exponential.
        knee = peak_at + _NEGLIGIBLE / leaving if leaving > 0.0 else self.high
        self.borders = {self.low, peak_at, min(knee, self.high), self.high}

    def level(self, x: float) -> float:
        """The logarithm of the density."""
        held = -expm1(-self._leaving * x) / self._leaving if self._leaving > 0.0 else x
        return self._calls * held - self._rate * x

    def _edge(self, inside: float, outside: float) -> float:
        """Where the density stops to count between its peak and a place beside it."""
        if self.level(outside) >= self.peak - _NEGLIGIBLE:
            return outside
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2.0
            if self.level(middle) >= self.peak - _NEGLIGIBLE:
                inside = middle
            else:
                outside = middle
        return outside

    def samples(self, start: float, end: float) -> Iterator[tuple[float, float]]:
        """Places between two others, and the density there times its weight in the integral."""
        half = (end - start) / _PIECES / 2.0
        for piece in range(_PIECES):
            middle = start + (2 * piece + 1) * half
            for place, weight in _POINTS:
                for x in (middle - place * half, middle + place * half):
                    yield x, weight * half * exp(self.level(x) - self.peak)


def waiting(calls: float, rate: float, leaving: float, within: float) -> Waiting:
    """Integrate. Rates in events a second: calls, answers by all agents together, one caller's hanging up.

    Raises ValueError where nobody hangs up and the agents cannot keep up: the wait grows for ever.
    """
    if leaving <= 0.0 and calls >= rate:
        raise ValueError("without hanging up there is no steady state at this load")
    density = _Density(calls, rate, leaving)
    limit = min(max(within, density.low), density.high)
    total = answered = abandoned = in_time = waited = 0.0
    for start, end in pairwise(sorted({*density.borders, limit})):
        for x, weight in density.samples(start, end):
            stayed = weight * exp(-leaving * x)
            total += weight
            answered += stayed
            abandoned += weight * -expm1(-leaving * x)
            waited += stayed * x
            if end <= limit:
                in_time += stayed
    return Waiting(
        total * rate, density.peak, abandoned / total, in_time / total, waited / (total - abandoned)
    )
