"""Runs lanes of checks beside each other, shows all they say line by line, and sums up their tests at the end."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SUMMARY = re.compile(r"=* ?\d+ \w+(, \d+ \w+)* in [\d.]+s( \(.+\))? ?=*")
COUNT = re.compile(r"(\d+) (failed|passed|skipped|deselected|xfailed|xpassed|warnings?|errors?)")


@dataclass(frozen=True, slots=True)
class Check:
    """One program that says by its exit code whether all is well."""

    title: str
    command: tuple[str, ...]


@dataclass(slots=True)
class Lane:
    """Checks that run one after the other. A patient lane gives way to the others, whose calls run in real time."""

    name: str
    checks: Sequence[Check]
    is_patient: bool = False
    failed: list[str] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    """How the program of each check left, by its title."""
    broken_tests: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


class Runner:
    """Runs lanes in one folder and prints for all of them."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        """`environment` is added to ours."""
        self._folder = folder
        self._environment = {**os.environ, **environment}
        self._printing = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def run(self, lanes: Sequence[Lane]) -> None:
        """All lanes at once, to their ends: each check runs, whatever became of those before."""
        alone = len(lanes) == 1
        threads = [
            threading.Thread(target=self._follow, args=(each, "" if alone else f"{each.name}: "), daemon=True)
            for each in lanes
        ]
        for each in threads:
            each.start()
        try:
            for each in threads:
                while each.is_alive():
                    each.join(1.0)
        except BaseException:
            self._stop()
            raise

    def _stop(self) -> None:
        self._stopped = True
        for each in list(self._running):
            each.terminate()

    def _follow(self, lane: Lane, prefix: str) -> None:
        for check in lane.checks:
            if self._stopped:
                return
            self._print(f"{prefix}==> {check.title}")
            began = time.monotonic()
            lane.failed.append(check.title)  # until it has passed, even should this thread fall
            if is_well := self._passes(lane, check, prefix):
                lane.failed.pop()
            verdict = "well" if is_well else "FAILED"
            self._print(f"{prefix}<== {check.title}: {verdict}, {time.monotonic() - began:.1f} s")

    def _passes(self, lane: Lane, check: Check, prefix: str) -> bool:
        try:
            process = self._begin(("nice", "-n", "19", *check.command) if lane.is_patient else check.command)
        except OSError as error:
            self._print(f"{prefix}{error}")
            return False
        with process:
            self._running.add(process)
            assert process.stdout is not None
            for line in process.stdout:
                said = line.rstrip("\n")
                self._print(prefix + said if said else "")
                take(lane, said)
        self._running.discard(process)
        lane.statuses[check.title] = process.returncode
        return process.returncode == 0

    def _begin(self, command: Sequence[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

    def _print(self, line: str) -> None:
        with self._printing:
            print(line, flush=True)


def take(lane: Lane, line: str) -> None:
    """Keep what pytest says of its tests."""
    if line.startswith(("FAILED ", "ERROR ")):
        lane.broken_tests.append(line)
    elif found := SUMMARY.fullmatch(line):
        for number, what in COUNT.findall(found[0]):
            lane.counts[what.removesuffix("s") if what.startswith("error") else what] += int(number)


def summary(lanes: Sequence[Lane], seconds: float) -> str:
    """What pytest would say had it run all tests of all lanes."""
    counts = sum((each.counts for each in lanes), Counter[str]())
    told = ", ".join(f"{counts[what]} {what}" for what in sorted(counts) if counts[what]) or "no tests ran"
    minutes, rest = divmod(round(seconds), 60)
    line = f" {told} in {seconds:.2f}s ({minutes // 60}:{minutes % 60:02}:{rest:02}) "
    return line.center(80, "=")
