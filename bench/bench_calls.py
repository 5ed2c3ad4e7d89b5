"""CPU per IVR call (INVITE, answer, ACK, BYE; records on) and memory per standing call. Prints one JSON line.

.venv/bin/python bench/bench_calls.py [--rate 100] [--seconds 8] [--rounds 3] [--calls 1000]
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from load import Load, cpu_seconds, resident
from node import node


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=float, default=100, help="calls a second")
    parser.add_argument("--seconds", type=float, default=8, help="length of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", type=int, default=1000, help="standing calls for the memory figure")
    options = parser.parse_args()
    per_call, setup, failed, repeated = [], [], 0, 0
    with node() as (pid, address):
        Load(address, "ivr").run(rate=50, seconds=1, hold=0.2)  # warm
        for _ in range(options.rounds):
            before = cpu_seconds(pid)
            done = Load(address, "ivr").run(rate=options.rate, seconds=options.seconds, hold=0.0)
            time.sleep(0.3)
            per_call.append((cpu_seconds(pid) - before) / max(done.ended, 1) * 1000)
            setup += done.setup
            failed += done.placed - done.ended
            repeated += done.repeated
        memory = _memory(pid, address, options.calls)
    print(
        json.dumps(
            {
                "bench": "calls",
                "rate": options.rate,
                "cpu_ms_per_call": {name: round(pick(per_call), 3) for name, pick in _PICKS.items()},
                "setup_ms_p99": round(sorted(setup)[int(len(setup) * 0.99)] * 1000, 2),
                "failed": failed,
                "repeated_200s": repeated,
                "kB_per_standing_call": round(memory / 1000, 1),
                "machine": f"{platform.machine()}, Python {platform.python_version()}",
            }
        )
    )


_PICKS = {"min": min, "median": statistics.median, "max": max}


def _memory(pid: int, address: tuple[str, int], calls: int) -> float:
    """Bytes by which each standing call makes the process larger; a first round has made its pools."""
    first = Load(address, "ivr")
    first.hold(calls=calls // 10, rate=200)
    before = resident(pid)
    second = Load(address, "ivr")
    second.hold(calls=calls, rate=200)
    grown = resident(pid) - before
    first.finish()
    second.finish()
    return grown / calls


if __name__ == "__main__":
    main()
