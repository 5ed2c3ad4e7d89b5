"""One day to be played, as a value that can go to another process, and what it told."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from routing.simulation.chance import Lots, arrivals
from routing.simulation.engine import Simulation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from routing.settings import RoutingConfig
    from routing.simulation.calls import Call
    from routing.simulation.chance import Chance, Stretch
    from routing.simulation.engine import Shift
    from routing.simulation.figures import Figures


@dataclass(frozen=True, slots=True)
class Day:
    """Calls that are known, or by chance in stretches; who is there."""

    centre: RoutingConfig
    seed: str
    """What the day's chance begins with."""
    calls: tuple[Call, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    shifts: tuple[Shift, ...] = ()
    within: Mapping[str, float] = field(default_factory=dict)
    ring: float = 0.0
    opening: float = 0.0
    closing: float | None = None
    slices: tuple[tuple[float, float], ...] = ()
    """Parts of the day of which the busy time is wanted."""


@dataclass(slots=True)
class Played:
    """What a day told."""

    figures: Figures
    busy: list[float]
    """Seconds of agents with a call in each slice."""


def play(day: Day, chance: Chance, lots: Chance) -> Played:
    """Play it. `lots` are drawn apart, so that another strategy meets the same calls."""
    spans: list[tuple[float, float]] | None = [] if day.slices else None
    simulation = Simulation(
        day.centre,
        within=day.within,
        ring=day.ring,
        shifts=day.shifts,
        opening=day.opening,
        closing=day.closing,
        spans=spans,
        ids=Lots(lots),
    )
    figures = simulation.run(day.calls or arrivals(day.stretches, chance))
    return Played(figures, _busy(spans or (), day.slices))


def _busy(spans: Iterable[tuple[float, float]], slices: Sequence[tuple[float, float]]) -> list[float]:
    """How much of the spans lies in each slice; slices do not overlap and are in order."""
    ends = [end for _, end in slices]
    busy = [0.0] * len(slices)
    for since, until in spans:
        place = bisect_right(ends, since)
        while place < len(slices) and slices[place][0] < until:
            busy[place] += min(until, ends[place]) - max(since, slices[place][0])
            place += 1
    return busy
