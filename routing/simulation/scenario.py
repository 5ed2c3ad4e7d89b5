"""Who is there and what comes, made ready to be played: a centre of plain agents or a real one, in days."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

from routing.settings import AgentSettings, QueueSettings, RoutingConfig, ServiceLevel
from routing.simulation.chance import Lengths, Stretch
from routing.simulation.day import Day
from routing.simulation.staffed import shifts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from routing.simulation.calls import Call
    from routing.staffing.forecast import HalfHour

_HALF_HOUR = 1800.0


def plain_centre(
    queues: Iterable[str],
    agents: int,
    *,
    strategy: str = "longest-idle",
    promise: ServiceLevel | None = None,
) -> RoutingConfig:
    """Queues that all agents serve alike."""
    level = promise or ServiceLevel()
    lines = {each: QueueSettings(each, each, strategy=strategy, service_level=level) for each in queues}
    width = len(str(agents))
    names = [f"a{number:0{width}d}" for number in range(1, agents + 1)]
    return RoutingConfig(lines, {each: AgentSettings(each, queues=tuple(lines)) for each in names})


def with_agents(centre: RoutingConfig, count: int) -> RoutingConfig:
    """The same centre with so many agents: the first of them, or as many again of each in turn."""
    names = list(centre.agents)
    found: dict[str, AgentSettings] = {}
    for number in range(count):
        again, place = divmod(number, len(names))
        name = names[place] + (f"_{again + 1}" if again else "")
        found[name] = replace(centre.agents[names[place]], id=name)
    return replace(centre, agents=found)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A centre, and how its people behave."""

    centre: RoutingConfig
    seed: str
    variation: float = 1.0
    """Of handle times: deviation by mean."""
    ring: float = 0.0
    within: Mapping[str, float] = field(default_factory=dict)
    """By queue; where it is not given, what the queue has promised."""

    def forecast(self, half_hours: Sequence[HalfHour], times: int) -> Iterator[Day]:
        """Each day of a forecast so many times."""
        ordered = sorted(half_hours, key=lambda each: (each.start.day, each.start.at))
        for day, group in groupby(ordered, key=lambda each: each.start.day):
            part = list(group)
            stretches = tuple(self._stretch(each) for each in part)
            first, last = stretches[0].start, max(each.end for each in stretches)
            crew = list(self.centre.agents)
            planned = [min(each.agents, len(crew)) for each in part if each.agents is not None]
            there = shifts(part, planned, crew, first) if len(planned) == len(part) else ()
            made = self._day(day, first, last, stretches=stretches)
            for number in range(times):
                yield replace(made, seed=f"{made.seed} {number}", shifts=tuple(there))

    def calls(self, days: Iterable[tuple[str, list[Call]]]) -> Iterator[Day]:
        """Days of calls that really came."""
        for day, calls in days:
            opening = calls[0].at // _HALF_HOUR * _HALF_HOUR
            closing = (calls[-1].at // _HALF_HOUR + 1.0) * _HALF_HOUR
            yield self._day(day, opening, closing, calls=tuple(calls))

    def _stretch(self, each: HalfHour) -> Stretch:
        queue = each.queue or next(iter(self.centre.queues))
        end = each.start.at + each.length
        handle = Lengths(each.handle, self.variation)
        return Stretch(each.start.at, end, each.calls, queue, handle, each.patience)

    def _day(
        self,
        day: str,
        opening: float,
        closing: float,
        *,
        calls: tuple[Call, ...] = (),
        stretches: tuple[Stretch, ...] = (),
    ) -> Day:
        within = {name: each.service_level.within for name, each in self.centre.queues.items()}
        return Day(
            self.centre,
            f"{self.seed} {day}",
            calls,
            stretches,
            within=within | dict(self.within),
            ring=self.ring,
            opening=opening,
            closing=closing,
        )
