"""CPU of the media plane per call-second (prompt playing, RTP coming in) beside a bare recv+send loop.

Both run in turn under the same packet generator; the ratio is taken pair by pair. Prints one JSON line.
Needs a C compiler. `--calls` and `--rounds` change the size; the whole takes about half a minute.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "bench" / "bare_loop"
BASE = 21000
PEER = 20900
WARM_UP = 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """One subject under load: its CPU microseconds per call-second and how its packets left."""

    cpu_us: float
    answered: float
    interval_p99_ms: float


def main() -> None:
    """Measure and print, or be the subject that is measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--window", type=float, default=3.0)
    parser.add_argument("--be-plane", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.be_plane:
        be_plane(options.calls)
    else:
        print(json.dumps(measure(options.calls, options.rounds, options.window)))


def measure(calls: int, rounds: int, window: float) -> dict[str, object]:
    """Run the subjects in turn, so that a noisy neighbour meets all of them alike."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("bare_loop", "generator"):
            subprocess.run(["cc", "-O2", "-o", f"{folder}/{name}", SOURCES / f"{name}.c"], check=True)
        bare = [f"{folder}/bare_loop"]
        tail = [str(BASE), str(calls), str(PEER)]
        subjects = {
            "plane": [sys.executable, __file__, "--be-plane", "--calls", str(calls)],
            "tick": [*bare, "tick", *tail],
            "epoll": [*bare, "epoll", *tail],
        }
        runs: dict[str, list[Run]] = {name: [] for name in subjects}
        for _ in range(rounds):
            for name, command in subjects.items():
                runs[name].append(under_load(command, f"{folder}/generator", calls, window))
    return {
        "bench": "media",
        "calls": calls,
        "ratio_to_bare_tick": spread(ratios(runs["plane"], runs["tick"])),
        "ratio_to_bare_epoll": spread(ratios(runs["plane"], runs["epoll"])),
        "cpu_us_per_call_second": {
            n: round(statistics.median(r.cpu_us for r in rs)) for n, rs in runs.items()
        },
        "interval_error_p99_ms": round(statistics.median(r.interval_p99_ms for r in runs["plane"]), 2),
        "packets_back": round(min(r.answered for r in runs["plane"]), 4),
        "kb_per_port": memory_per_port(),
        "machine": {"cores": os.cpu_count(), "kernel": os.uname().release},
    }


def ratios(ours: list[Run], bare: list[Run]) -> list[float]:
    """Compare runs that stood next to each other."""
    return [a.cpu_us / b.cpu_us for a, b in zip(ours, bare, strict=True)]


def spread(values: list[float]) -> dict[str, float]:
    """Tell the least, the middle and the greatest."""
    middle = statistics.median(values)
    return {"min": round(min(values), 3), "median": round(middle, 3), "max": round(max(values), 3)}


def under_load(command: list[str], generator: str, calls: int, window: float) -> Run:
    """Start a subject, load it, and take its CPU time over the window."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as subject:
        assert subject.stdout is not None
        subject.stdout.readline()
        arguments = [generator, str(BASE), str(calls), str(PEER), str(WARM_UP + window + 0.3)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as load:
            time.sleep(WARM_UP)
            before, began = cpu_ns(subject.pid), time.monotonic()
            time.sleep(window)
            used, lasted = cpu_ns(subject.pid) - before, time.monotonic() - began
            told = load.communicate()[0].split()
        subject.kill()
    return Run(
        cpu_us=used / 1000 / calls / lasted,
        answered=int(told[1]) / int(told[0]),
        interval_p99_ms=int(told[3]) / 1000,
    )


def cpu_ns(process: int) -> int:
    """Sum the time that all threads of a process have run."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def be_plane(calls: int) -> None:
    """Play a looping ten-second tone on each port until killed."""
    sys.path.insert(0, str(ROOT))
    from media.codec import Codec
    from media.connection import plain
    from media.plane import Plane

    plane = Plane(address="127.0.0.1", ports=range(BASE, BASE + 2 * calls))
    clip = plane.load_clip(tone(10.0))
    for index in range(calls):
        port = plane.open_port()
        port.connect(plain(("127.0.0.1", PEER + index % 4), Codec.PCMU, event_payload=101))
        port.play([clip], loop=True)
    print("ready", flush=True)
    sys.stdin.read()


def tone(seconds: float) -> bytes:
    """Make a 440 Hz tone."""
    samples = (int(8000 * math.sin(2 * math.pi * 440 * i / 8000)) for i in range(int(8000 * seconds)))
    return b"".join(struct.pack("<h", sample) for sample in samples)


def memory_per_port() -> float:
    """Resident growth by opening and playing a thousand ports, in kB each."""
    sys.path.insert(0, str(ROOT))
    from media.codec import Codec
    from media.connection import plain
    from media.plane import Plane

    plane = Plane(address="127.0.0.1", ports=range(BASE, BASE + 4000))
    clip = plane.load_clip(tone(0.1))
    count, ports = 400, []
    before = resident_kb()
    for _ in range(count):
        port = plane.open_port()
        port.connect(plain(("127.0.0.1", PEER), Codec.PCMU, event_payload=101))
        port.play([clip], loop=True)
        ports.append(port)
    time.sleep(0.2)
    grown = resident_kb() - before
    plane.close()
    return round(grown / count, 2)


def resident_kb() -> int:
    """Read the resident size of this process."""
    line = Path("/proc/self/statm").read_text()
    return int(line.split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


if __name__ == "__main__":
    main()
