"""What `centralita simulate` is to play: a file or a rate, with the agents of a folder or with plain ones."""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from base.document import suggest
from base.errors import DocumentError
from routing.config import read_config
from routing.settings import ServiceLevel
from routing.simulation.calls_file import CallsFile, is_calls_file
from routing.simulation.chance import Lengths
from routing.simulation.scenario import Scenario, plain_centre, with_agents
from routing.staffing.forecast import HALF_HOUR, HalfHour, Moment, read_forecast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from routing.settings import RoutingConfig
    from routing.simulation.day import Day

PLAIN = "calls"
"""The queue of calls that name none."""


@dataclass(frozen=True, slots=True)
class Play:
    """Days to be played."""

    days: Iterator[Day]
    calls: float
    """How many to expect, in all days."""
    centre: RoutingConfig


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for. Times in seconds."""

    config: Path | None = None
    agents: int | None = None
    strategy: str = "longest-idle"
    promise: ServiceLevel | None = None
    seed: int = 1
    handle: float | None = None
    variation: float = 1.0
    patience: float = inf
    ring: float = 0.0
    days: int = 1

    def of_file(self, path: Path) -> Play:
        """A file of calls or a forecast. Raises DocumentError with every fault."""
        if is_calls_file(path):
            return self._of_calls(path)
        return self._of_forecast(read_forecast(path, patience=self.patience), str(path))

    def of_rate(self, calls: float, opening: float, closing: float) -> Play:
        """So many calls in each half-hour of the opening hours. `handle` must be given."""
        half_hours, at = [], opening
        while at < closing:
            length = min(HALF_HOUR, closing - at)
            part = calls * length / HALF_HOUR
            half_hours.append(HalfHour(Moment("", at), length, part, self.handle or 0.0, self.patience))
            at += HALF_HOUR
        return self._of_forecast(half_hours, "--calls")

    def _of_forecast(self, half_hours: list[HalfHour], source: str) -> Play:
        planned = [each.agents for each in half_hours if each.agents is not None]
        most = max(planned) if len(planned) == len(half_hours) else None
        scenario = self._scenario([each.queue or PLAIN for each in half_hours], most)
        queues = scenario.centre.queues
        for each in half_hours:
            if self.config is not None and each.queue not in queues and (each.queue or len(queues) > 1):
                raise DocumentError(
                    f'{source}: {each.start}: no queue is called "{each.queue}" ({suggest(each.queue, queues)})'
                )
        calls = sum(each.calls for each in half_hours) * self.days
        return Play(scenario.forecast(half_hours, self.days), calls, scenario.centre)

    def _of_calls(self, path: Path) -> Play:
        scenario = None if self.config is None else self._scenario((), None)
        known = None if scenario is None else scenario.centre.queues.keys()
        summary = CallsFile(path, handle=None if self.handle is None else float, queues=known).look()
        scenario = scenario or self._scenario(summary.queues, None)
        centre = scenario.centre
        chance = random.Random(f"{self.seed} callers")
        lengths = Lengths(self.handle, self.variation) if self.handle is not None else None
        file = CallsFile(
            path,
            handle=None if lengths is None else lambda: lengths.draw(chance),
            patience=_draws(self.patience, chance),
            queues=known,
            skills=centre.skills.keys(),
        )
        return Play(scenario.calls(file.days()), summary.calls, centre)

    def _scenario(self, queues: Iterable[str], agents: int | None) -> Scenario:
        if self.config is not None:
            centre = read_config(self.config).routing
            if self.agents is not None:
                centre = with_agents(centre, self.agents)
        else:
            count = self.agents if self.agents is not None else agents
            if count is None:
                raise DocumentError(
                    "say who is there: --agents, --config, or a column agents in the forecast"
                )
            promise = self.promise or ServiceLevel()
            centre = plain_centre(dict.fromkeys(queues), count, strategy=self.strategy, promise=promise)
        shortest = min(each.ring_timeout for each in centre.queues.values())
        if self.ring >= shortest:
            raise DocumentError(f"--ring: phones ring for {shortest:g} s, so nobody would ever answer")
        within = {} if self.promise is None else dict.fromkeys(centre.queues, self.promise.within)
        return Scenario(centre, str(self.seed), self.variation, self.ring, within)


def _draws(mean: float, chance: random.Random) -> Callable[[], float]:
    return (lambda: inf) if mean == inf else lambda: chance.expovariate(1.0 / mean)
