"""Calls by chance: Poisson arrivals at the rate of each stretch of the day, handle times and patience to a mean."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import merge
from math import inf, log, sqrt
from typing import TYPE_CHECKING, Protocol

from base.ids import SequenceIds
from routing.simulation.calls import Call
from routing.skills import NONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from routing.skills import Requirements


class Chance(Protocol):
    """Where random numbers come from: random.Random, made and seeded by whoever may use it."""

    def expovariate(self, lambd: float) -> float:
        """Exponential, by rate."""

    def lognormvariate(self, mu: float, sigma: float) -> float:
        """The exponential of a normal one, by that one's mean and deviation."""

    def getrandbits(self, k: int) -> int:
        """A number of so many bits."""


class Lots(SequenceIds):
    """Identifiers by number, and lots drawn by chance: they decide where a strategy says `random`."""

    def __init__(self, chance: Chance) -> None:
        """Draw from there."""
        super().__init__()
        self._chance = chance

    def number(self, bits: int = 32) -> int:
        """Draw a lot."""
        return self._chance.getrandbits(bits)


@dataclass(frozen=True, slots=True)
class Lengths:
    """Handle times: exponential, or with another deviation lognormal (as real ones are), or all the same."""

    mean: float
    variation: float = 1.0
    """Deviation by mean; 1 is exponential, 0 is always the mean."""

    def draw(self, chance: Chance) -> float:
        """One of them."""
        if self.variation == 1.0:
            return chance.expovariate(1.0 / self.mean)
        if self.variation == 0.0:
            return self.mean
        spread = log(1.0 + self.variation * self.variation)
        return chance.lognormvariate(log(self.mean) - spread / 2.0, sqrt(spread))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the day in which calls of a kind come at one rate."""

    start: float
    """Seconds since midnight."""
    end: float
    calls: float
    """How many are expected in all of it."""
    queue: str
    handle: Lengths
    patience: float = inf
    """Mean."""
    group: str = ""
    requires: Requirements = NONE

    def arrivals(self, chance: Chance) -> Iterator[Call]:
        """The calls of one such stretch."""
        if self.calls <= 0.0:
            return
        rate = self.calls / (self.end - self.start)
        leaving = 1.0 / self.patience if self.patience > 0.0 else inf
        at = self.start + chance.expovariate(rate)
        while at < self.end:
            patience = inf
            if leaving > 0.0:
                patience = chance.expovariate(leaving) if leaving < inf else 0.0
            handle = self.handle.draw(chance)
            yield Call(at, self.queue, handle, patience, self.group, 0, self.requires)
            at += chance.expovariate(rate)


def arrivals(stretches: Iterable[Stretch], chance: Chance) -> Iterator[Call]:
    """The calls of a day in order of their coming."""
    kinds: dict[tuple[str, str, Requirements], list[Stretch]] = {}
    for each in stretches:
        kinds.setdefault((each.queue, each.group, each.requires), []).append(each)
    return merge(*(_in_turn(each, chance) for each in kinds.values()))


def _in_turn(stretches: list[Stretch], chance: Chance) -> Iterator[Call]:
    for each in sorted(stretches, key=lambda stretch: stretch.start):
        yield from each.arrivals(chance)
