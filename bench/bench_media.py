"""CPU of the media plane per leg and second beside a bare recv+send loop, for each kind of work.

All subjects run in turn under the same packet generator; a ratio compares runs that stood next to each other. Prints
one JSON line. Needs a C compiler. `--legs`, `--rounds`, `--window` and `--work` change size and choice; the whole takes
about three minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from media_subjects import BASE, PEER, SUBJECTS, Subject, protected_stream

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "bench" / "bare_loop"
WARM_UP = 1.0
BARE = {"relay": "epoll"}
"""The loop a kind of work is compared with: by the clock, or (relays) as packets come."""


@dataclass(frozen=True, slots=True)
class Run:
    """One subject under load: its CPU microseconds per leg and second, and how its packets left."""

    cpu_us: float
    answered: float
    interval_p99_ms: float
    delay_p99_ms: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--legs", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--window", type=float, default=3.0)
    parser.add_argument("--work", nargs="*", choices=list(SUBJECTS), default=list(SUBJECTS))
    parser.add_argument("--ports", type=int, default=10_000, help="how many to open, play and close")
    options = parser.parse_args()
    told = {
        "bench": "media",
        "legs": options.legs,
        **measure(options.legs, options.rounds, options.window, options.work),
        "ports_come_and_go": come_and_go(options.ports),
        "machine": {"cores": os.cpu_count(), "kernel": os.uname().release},
    }
    print(json.dumps(told))


def measure(legs: int, rounds: int, window: float, work: list[str]) -> dict[str, object]:
    """Run the subjects in turn, so that a noisy neighbour meets all of them alike."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("bare_loop", "generator"):
            subprocess.run(["cc", "-O2", "-o", f"{folder}/{name}", SOURCES / f"{name}.c"], check=True)
        stream = Path(folder, "stream")
        stream.write_bytes(protected_stream(int(50 * (WARM_UP + window + 2))))
        tail = [str(BASE), str(legs), str(PEER)]
        bare = {kind: [f"{folder}/bare_loop", kind, *tail] for kind in ("tick", "epoll")}
        plane = {
            name: [sys.executable, str(ROOT / "bench/media_subjects.py"), name, str(legs)] for name in work
        }
        generator = [f"{folder}/generator", *tail, str(WARM_UP + window + 0.3)]
        runs: dict[str, list[Run]] = {name: [] for name in (*bare, *plane)}
        for _ in range(rounds):
            for name, command in {**bare, **plane}.items():
                load = [*generator, str(stream)] if name.startswith("srtp") else generator
                runs[name].append(under_load(command, load, legs, window))
    return {
        "bare_cpu_us": {kind: round(statistics.median(r.cpu_us for r in runs[kind])) for kind in bare},
        "work": {name: summary(runs[name], runs[BARE.get(name, "tick")]) for name in plane},
    }


def summary(ours: list[Run], bare: list[Run]) -> dict[str, object]:
    """Compare runs that stood next to each other."""
    ratios = [a.cpu_us / b.cpu_us for a, b in zip(ours, bare, strict=True)]
    return {
        "ratio": {
            "min": round(min(ratios), 3),
            "median": round(statistics.median(ratios), 3),
            "max": round(max(ratios), 3),
        },
        "cpu_us": round(statistics.median(r.cpu_us for r in ours)),
        "packets_back": round(min(r.answered for r in ours), 4),
        "interval_error_p99_ms": round(statistics.median(r.interval_p99_ms for r in ours), 2),
        "delay_p99_ms": round(statistics.median(r.delay_p99_ms for r in ours), 2),
    }


def under_load(command: list[str], generator: list[str], legs: int, window: float) -> Run:
    """Start a subject, load it, and take its CPU time over the window."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as subject:
        assert subject.stdout is not None
        subject.stdout.readline()
        with subprocess.Popen(generator, stdout=subprocess.PIPE, text=True) as load:
            time.sleep(WARM_UP)
            before, began = cpu_ns(subject.pid), time.monotonic()
            time.sleep(window)
            used, lasted = cpu_ns(subject.pid) - before, time.monotonic() - began
            told = [int(each) for each in load.communicate()[0].split()]
        subject.kill()
    return Run(
        cpu_us=used / 1000 / legs / lasted,
        answered=told[1] / told[0],
        interval_p99_ms=told[3] / 1000,
        delay_p99_ms=told[5] / 1000,
    )


def cpu_ns(process: int) -> int:
    """Sum the time that all threads of a process have run."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def come_and_go(count: int) -> dict[str, float]:
    """Open, play and close so many ports, some at a time; the memory held before, at most, and after, in MB."""
    subject = Subject(200)
    clip = subject.plane.load_clip(b"\1\0" * 8000)
    few(subject, clip)
    before, most, began = resident_mb(), 0.0, time.monotonic()
    for _ in range(count // subject.count):
        few(subject, clip)
        most = max(most, resident_mb())
    took = time.monotonic() - began
    return {
        "ports": count,
        "per_second": round(count / took),
        "before_mb": round(before, 2),
        "most_mb": round(most, 2),
        "after_mb": round(resident_mb(), 2),
    }


def few(subject: Subject, clip: object) -> None:
    """Open, play and close the ports there are."""
    ports = subject.open()
    for port in ports:
        port.play([clip], loop=True)  # type: ignore[list-item]
    for port in ports:
        port.close()
    while subject.plane.counters().open:
        time.sleep(0.005)


def resident_mb() -> float:
    """Memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
