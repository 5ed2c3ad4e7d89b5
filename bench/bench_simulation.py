"""Time of the simulator: a month of a centre of 50 agents, in one process; prints one JSON line.

A year is twelve times that, divided by the cores.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time

from centralita.staffing.scenarios import Wish
from centralita.staffing.simulating import play_seeded

CALLS, HANDLE, AGENTS = 114, 630.0, 50
"""In half an hour, seconds, and who takes them: a million calls a year from eight to eight, four fifths busy."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    options = parser.parse_args()
    play = Wish(agents=AGENTS, handle=HANDLE, days=options.days).of_rate(CALLS, 8 * 3600.0, 20 * 3600.0)
    each, calls = [], 0
    for day in play.days:
        begin = time.process_time()
        played = play_seeded(day)
        taken = time.process_time() - begin
        offered = played.figures.whole().offered
        calls += offered
        each.append(taken / offered * 1e6)
    print(
        json.dumps(
            {
                "bench": "simulation",
                "unit": "us of CPU per call",
                "agents": AGENTS,
                "calls": calls,
                "min": round(min(each), 1),
                "median": round(statistics.median(each), 1),
                "max": round(max(each), 1),
                "python": platform.python_version(),
                "machine": platform.machine(),
            }
        )
    )


if __name__ == "__main__":
    main()
