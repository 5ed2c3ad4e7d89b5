"""Tests in real time that failed while the machine was crowded are run once more by themselves.

Their sounds and timers share the machine with other lanes, and one of thousands may come too late by no fault of ours.
A fault of ours fails again when it is alone. A test that passes then is named all the same, and counted apart: see
docs/decisions/0014-a-second-chance-alone.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.side_by_side import Check, Lane

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tools.side_by_side import Runner

AT_MOST = 5
"""More failed tests than this are a fault, whatever they would do alone."""
TESTS_FAILED = 1
"""How pytest leaves when tests failed and nothing worse happened: it read all files, and came to its end."""
ALONE = "tests that failed in the crowd, alone"


@dataclass(frozen=True, slots=True)
class Crowded:
    """A lane of one pytest whose tests get a second chance, and the folder where it notes which of them failed."""

    lane: Lane
    notes: Path

    @classmethod
    def of(cls, name: str, title: str, pytest: Sequence[str], notes: Path) -> Crowded:
        """The lane of this pytest."""
        return cls(Lane(name, [Check(title, noting(pytest, notes))]), notes)

    def fallen(self) -> list[str]:
        """The tests that failed and nothing else; none where anything worse happened, such as a file that is broken."""
        if self.lane.statuses.get(self.lane.checks[0].title) != TESTS_FAILED:
            return []
        failed = noted(self.notes)
        return failed if all("::" in each for each in failed) else []


def noting(pytest: Sequence[str], notes: Path) -> tuple[str, ...]:
    """The command of a pytest that notes in this folder which tests failed."""
    return (*pytest, "-o", f"cache_dir={notes}")


def noted(notes: Path) -> list[str]:
    """What pytest noted to have failed: names of tests, and of files (without `::`) that it could not read."""
    try:
        failed = json.loads((notes / "v/cache/lastfailed").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return sorted(failed)


def give(crowded: Sequence[Crowded], runner: Runner, pytest: Sequence[str], notes: Path) -> list[str]:
    """Run the fallen tests of these lanes alone; what was said of those that pass, which their lanes then forget.

    A lane whose fallen tests have all passed is as one that has not failed.
    """
    failed = [each for each in crowded if each.lane.failed]
    fallen = {each.notes: each.fallen() for each in failed}
    tests = [test for several in fallen.values() for test in several]
    if not tests or not all(fallen.values()) or len(tests) > AT_MOST:
        return []
    alone = Lane("alone", [Check(ALONE, noting((*pytest, *tests), notes))])
    runner.run([alone])
    again = set(noted(notes))
    if alone.statuses.get(ALONE) != (TESTS_FAILED if again else 0) or alone.counts["passed"] < len(
        tests
    ) - len(again):
        return []
    return [line for each in failed for line in _forgive(each.lane, fallen[each.notes], again)]


def _forgive(lane: Lane, fallen: Sequence[str], again: set[str]) -> list[str]:
    unsteady = [test for test in fallen if test not in again]
    forgiven = [line for line in lane.broken_tests if any(_tells_of(line, test) for test in unsteady)]
    for line in forgiven:
        lane.broken_tests.remove(line)
        lane.counts["error" if line.startswith("ERROR ") else "failed"] -= 1
    lane.counts["unsteady"] += len(unsteady)
    if len(unsteady) == len(fallen):
        lane.failed.clear()
    return forgiven


def _tells_of(line: str, test: str) -> bool:
    told = line.split(" ", 1)[1]
    return told == test or told.startswith(f"{test} - ")
