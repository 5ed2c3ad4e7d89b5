"""How many agents each half-hour of a forecast needs: by Erlang C, by Erlang A and by playing it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from routing.simulation.staffed import Staffed
from routing.staffing.plan import needed_by_erlang_a, needed_by_erlang_c

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from routing.simulation.day import Day, Played
    from routing.staffing.forecast import HalfHour
    from routing.staffing.plan import Target
    from routing.staffing.service import Service

_CALLS = 60_000
"""As many are played to compare one plan with the next: some seconds for each."""
_FEWEST_DAYS, _MOST_DAYS = 8, 200


@dataclass(frozen=True, slots=True)
class Need:
    """One half-hour of one queue."""

    half_hour: HalfHour
    erlang_c: Service
    erlang_a: Service
    simulated: Service | None

    @property
    def best(self) -> Service:
        """What to plan by: the simulation where there is one."""
        return self.simulated or self.erlang_a


@dataclass(frozen=True, slots=True)
class Playing:
    """How a forecast is played."""

    seed: str
    variation: float = 1.0
    ring: float = 0.0
    days: int | None = None
    """How often each day is played; unless given, the oftener the fewer calls there are."""


def needs(
    half_hours: Sequence[HalfHour],
    target: Target,
    playing: Playing | None,
    play: Callable[[list[Day]], list[Played]],
) -> list[Need]:
    """All half-hours; each queue and day by itself, with agents of its own. Without `playing` by formulas alone."""
    found: list[Need] = []
    ordered = sorted(half_hours, key=lambda each: (each.queue, each.start.day, each.start.at))
    parts = [
        (key, list(group)) for key, group in groupby(ordered, key=lambda each: (each.queue, each.start.day))
    ]
    for (queue, day), part in parts:
        by_c = [needed_by_erlang_c(each.load, target) for each in part]
        by_a = [needed_by_erlang_a(each.load, target) for each in part]
        simulated: list[Service | None] = [None] * len(part)
        if playing is not None:
            days = playing.days or _days(part, _CALLS // len(parts))
            seed = f"{playing.seed} {queue} {day}"
            staffed = Staffed(part, target, days, seed, playing.variation, playing.ring)
            simulated[:] = staffed.fewest([each.agents for each in by_a], play)
        found += map(Need, part, by_c, by_a, simulated)
    return found


def _days(part: Sequence[HalfHour], calls: int) -> int:
    """How many days bring so many calls, within reason."""
    of_one = sum(each.calls for each in part)
    return min(_MOST_DAYS, max(_FEWEST_DAYS, round(calls / max(of_one, 1.0))))
