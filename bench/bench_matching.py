"""Time of the best assignment of 500 waiting entries to 200 idle agents whom demands share; prints one JSON line.

`queues`: four queues, each agent in two of them at one of three levels. `shared`: eight queues, every agent in all,
each queue ranking them its own way. `skills`: four queues and five skills at three levels, sixty demands, as in
bench_routing.py. All three with 100 entries as well.
"""

from __future__ import annotations

import json
import platform
import random
import statistics
import time
from dataclasses import dataclass, field

from routing.matching import assign
from routing.queues.ranking import Ranking

AGENTS, WAITING, FEW, ROUNDS = 200, 500, 100, 200
QUEUES, SHARED, SKILLS, LEVELS = 4, 8, 5, 3


@dataclass
class Meeting:
    """One demand."""

    waiting: Ranking = field(default_factory=Ranking)
    idle: Ranking = field(default_factory=Ranking)


def queues(dice: random.Random) -> list[list[int]]:
    """Who serves each queue, the best first: by level, then by idle time."""
    served = [dice.sample(range(QUEUES), 2) for _ in range(AGENTS)]
    level = [dice.randrange(LEVELS) for _ in range(AGENTS)]
    agents = range(AGENTS)
    return [
        sorted((each for each in agents if queue in served[each]), key=lambda each: (level[each], each))
        for queue in range(QUEUES)
    ]


def shared(dice: random.Random) -> list[list[int]]:
    """Everybody, in another order for each queue."""
    return [dice.sample(range(AGENTS), AGENTS) for _ in range(SHARED)]


def skills(dice: random.Random) -> list[list[int]]:
    """By queue, skill and least proficiency: two of the queues, one skill at 3 and the next at 5."""
    idle = dice.sample(range(AGENTS), AGENTS)
    return [
        [
            each
            for each in idle
            if queue in (each % QUEUES, (each + 1) % QUEUES) and skill in (each % SKILLS, (each + 1) % SKILLS)
        ]
        for queue in range(QUEUES)
        for skill in range(SKILLS)
        for _ in range(LEVELS)
    ]


def meetings(rankings: list[list[int]], entries: int, dice: random.Random) -> list[Meeting]:
    """The demands with their agents and with entries at random."""
    made = [Meeting() for _ in rankings]
    for each, ranking in zip(made, rankings, strict=True):
        for place, agent in enumerate(ranking):
            each.idle.add(f"a{agent}", (1, float(place), agent))
    for number in range(entries):
        dice.choice(made).waiting.add(f"e{number}", (float(number), number))
    return made


def measure(rankings: list[list[int]], entries: int) -> dict[str, float]:
    """Microseconds: min, median, max."""
    demands = meetings(rankings, entries, random.Random(entries))
    taken = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        pairs = assign(demands)
        taken.append((time.perf_counter() - begin) * 1e6)
        if len(pairs) != min(entries, AGENTS):
            raise SystemExit(f"{len(pairs)} of {entries} entries were served by {AGENTS} agents")
    return {
        "min": round(min(taken)),
        "median": round(statistics.median(taken)),
        "max": round(max(taken)),
    }


def main() -> None:
    """Measure and print."""
    figures = {
        f"{kind.__name__}_{entries}": measure(kind(random.Random(1)), entries)
        for kind in (queues, shared, skills)
        for entries in (WAITING, FEW)
    }
    print(
        json.dumps(
            {
                "bench": "matching",
                "unit": "us per assignment",
                "agents": AGENTS,
                **figures,
                "python": platform.python_version(),
                "machine": platform.machine(),
            }
        )
    )


if __name__ == "__main__":
    main()
