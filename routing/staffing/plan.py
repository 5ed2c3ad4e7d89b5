"""How many agents meet a target, and how many must be on the roster for it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from routing.staffing.service import impatient, patient

if TYPE_CHECKING:
    from collections.abc import Callable

    from routing.staffing.service import Load, Service

MOST_AGENTS = 1_000_000
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Target:
    """What is promised."""

    share: float = 0.8
    """Of all callers, answered within:"""
    within: float = 20.0
    """Seconds."""
    occupancy: float = 1.0
    """The highest share of their time in which agents may have a call."""
    shrinkage: float = 0.0
    """Share of paid time in which agents are not there: breaks, training, illness."""

    def is_met(self, service: Service) -> bool:
        """Whether figures keep the promise."""
        return service.service_level >= self.share and service.occupancy <= self.occupancy

    def rostered(self, agents: int) -> int:
        """How many to plan so that so many are there."""
        return ceil(agents / (1.0 - self.shrinkage) - _ROUNDING)


def needed_by_erlang_a(load: Load, target: Target) -> Service:
    """The fewest agents that meet the target, and what they give, with callers who hang up."""
    return _fewest(lambda agents: impatient(load, agents, target.within), target)


def needed_by_erlang_c(load: Load, target: Target) -> Service:
    """The fewest agents that meet the target, and what they give, if callers held for ever."""
    return _fewest(lambda agents: patient(load, agents, target.within), target)


def _fewest(figures: Callable[[int], Service], target: Target) -> Service:
    """By doubling, then halving: more agents never serve worse and are never busier.

    Raises ValueError when a million agents are not enough.
    """
    most = 1
    while not target.is_met(found := figures(most)):
        if most >= MOST_AGENTS:
            raise ValueError(f"no number of agents up to {MOST_AGENTS} meets this target")
        most = min(2 * most, MOST_AGENTS)
    best, low, high = found, most // 2, most
    while high - low > 1:
        middle = (low + high) // 2
        tried = figures(middle)
        if target.is_met(tried):
            best, high = tried, middle
        else:
            low = middle
    return best
