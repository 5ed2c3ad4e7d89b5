"""A forecast played with agents by the half-hour: what the formulas leave out, the carry-over from one to the next.

How many agents each half-hour needs is found by playing the same days again and again (the same chance each time, so
that one plan is compared with another and not with luck) with one agent more where the promise is broken, and one less
where it is kept with ease.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from routing.settings import AgentSettings, QueueSettings, RoutingConfig
from routing.simulation.chance import Lengths, Stretch
from routing.simulation.day import Day
from routing.simulation.engine import Shift
from routing.simulation.figures import Tally
from routing.staffing.forecast import Moment
from routing.staffing.service import Service, impatient

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from routing.simulation.day import Played
    from routing.staffing.forecast import HalfHour
    from routing.staffing.plan import Target

_ROUNDS = 10
_WARM_UP = 5.0
"""Handle times after which a centre that began empty is as busy as it will be."""


@dataclass(frozen=True, slots=True)
class Staffed:
    """One queue on one day, and how it is played."""

    half_hours: Sequence[HalfHour]
    target: Target
    days: int
    """How often the day is played."""
    seed: str
    variation: float = 1.0
    """Of handle times: deviation by mean."""
    ring: float = 0.0

    def fewest(self, begin: Sequence[int], play: Callable[[list[Day]], list[Played]]) -> list[Service]:
        """The fewest agents found for each half-hour, and what they give, beginning with a plan."""
        agents, frozen = list(begin), set[int]()
        kept: list[Service] = []
        found: list[Service] = []
        for _ in range(_ROUNDS):
            found = self.figures(agents, play)
            broken = [place for place, each in enumerate(found) if not self.target.is_met(each)]
            frozen.update(broken)
            if broken:
                for place in broken:
                    agents[place] += 1
                continue
            kept = found
            easy = [
                place
                for place, each in enumerate(found)
                if place not in frozen and self._is_easy(place, each)
            ]
            if not easy:
                break
            for place in easy:
                agents[place] -= 1
        return kept or found

    def _is_easy(self, place: int, found: Service) -> bool:
        """Whether one agent less would do, as far as the formula tells."""
        if found.agents <= 1:
            return False
        load = self.half_hours[place].load
        here, less = (impatient(load, each, self.target.within) for each in (found.agents, found.agents - 1))
        lost, busier = here.service_level - less.service_level, less.occupancy - here.occupancy
        guess = replace(found, service_level=found.service_level - lost, occupancy=found.occupancy + busier)
        return self.target.is_met(guess)

    def figures(self, agents: Sequence[int], play: Callable[[list[Day]], list[Played]]) -> list[Service]:
        """What so many agents in each half-hour give."""
        day = self.day(agents)
        tallies = [Tally() for _ in self.half_hours]
        busy = [0.0] * len(self.half_hours)
        for played in play([replace(day, seed=f"{self.seed} {number}") for number in range(self.days)]):
            groups = played.figures.groups()
            for place, tally in enumerate(tallies):
                tally.add(groups.get(str(place), Tally()))
                busy[place] += played.busy[place]
        return [
            Service(
                count,
                service_level=tally.service_level,
                asa=tally.asa,
                waited=tally.waited / tally.offered if tally.offered else 0.0,
                abandoned=tally.abandoned,
                occupancy=min(1.0, worked / (count * each.length * self.days)) if count else 0.0,
            )
            for each, count, tally, worked in zip(self.half_hours, agents, tallies, busy, strict=True)
        ]

    def day(self, agents: Sequence[int]) -> Day:
        """The day with a plan."""
        crew = {
            name: AgentSettings(name, queues=("calls",))
            for name in (f"a{each}" for each in range(max(agents)))
        }
        first = self.half_hours[0]
        # The doors are no border: what came just before them is as busy as the first half-hour.
        opening = first.start.at - max(first.length, _WARM_UP * first.handle)
        before = replace(first, start=Moment(first.start.day, opening), length=first.start.at - opening)
        before = replace(before, calls=first.calls * before.length / first.length)
        parts = [("before", before), *((str(place), each) for place, each in enumerate(self.half_hours))]
        return Day(
            RoutingConfig({"calls": QueueSettings("calls")}, crew),
            self.seed,
            stretches=tuple(
                Stretch(
                    each.start.at,
                    each.start.at + each.length,
                    each.calls,
                    "calls",
                    Lengths(each.handle, self.variation),
                    each.patience,
                    name,
                )
                for name, each in parts
            ),
            shifts=tuple(shifts(self.half_hours, agents, list(crew), opening)),
            within={"calls": self.target.within},
            ring=self.ring,
            opening=opening,
            closing=self.half_hours[-1].start.at + self.half_hours[-1].length,
            slices=tuple((each.start.at, each.start.at + each.length) for each in self.half_hours),
        )


def shifts(
    half_hours: Sequence[HalfHour], agents: Sequence[int], crew: Sequence[str], opening: float
) -> list[Shift]:
    """The first so many of the crew are there in each half-hour; a gap in the table keeps who was there."""
    found = []
    before = 0
    for number, (each, count) in enumerate(zip(half_hours, agents, strict=True)):
        if number == 0:
            found += [Shift(opening, name, place < count) for place, name in enumerate(crew)]
        else:
            found += [Shift(each.start.at, name, is_on=True) for name in crew[before:count]]
            found += [Shift(each.start.at, name, is_on=False) for name in crew[count:before]]
        before = count
    return found
