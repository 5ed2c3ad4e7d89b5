"""Checks beside each other: all is shown, and what fails in any lane makes the whole fail."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tools.side_by_side import Check, Lane, Runner, summary

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

BRIEF = "2 passed, 5 deselected in 0.26s"
PYTEST = "= 2 failed, 3 passed in 1.50s ="
LONG = "== 1 failed, 40 passed, 1 skipped, 2 warnings, 1 error in 75.25s (0:01:15) =="


def says(*lines: str, status: int = 0) -> tuple[str, ...]:
    return (sys.executable, "-c", f"print(*{lines!r}, sep=chr(10)); raise SystemExit({status})")


def run(folder: Path, *lanes: Lane) -> list[Lane]:
    Runner(folder, {}).run(lanes)
    return list(lanes)


def test_each_lane_says_whose_lines_they_are(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, Lane("a", [Check("one", says("x", "", "y"))]), Lane("b", [Check("two", says("z"))]))
    lines = capfd.readouterr().out.splitlines()
    assert [each for each in lines if not each.startswith("b: ")][:4] == ["a: ==> one", "a: x", "", "a: y"]
    assert "b: z" in lines
    assert any(each.startswith("a: <== one: well, ") for each in lines)


def test_a_lane_alone_needs_no_name(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, Lane("a", [Check("one", says("x"))]))
    assert capfd.readouterr().out.splitlines()[:2] == ["==> one", "x"]


def test_what_comes_after_a_failed_check_runs_all_the_same(tmp_path: Path) -> None:
    patient = Lane("b", [Check("two", says(status=3)), Check("three", says())], is_patient=True)
    run(tmp_path, Lane("a", [Check("one", says(status=1)), Check("four", says("x", status=1))]), patient)
    assert patient.failed == ["two"]


def test_the_failures_of_all_lanes_are_kept_and_their_tests_counted(tmp_path: Path) -> None:
    lanes = run(
        tmp_path,
        Lane("a", [Check("one", says("FAILED tests/a.py::test_x - assert 1", PYTEST, status=1))]),
        Lane("b", [Check("two", says("ERROR tests/b.py", LONG, "7 passed", BRIEF, status=1))]),
    )
    assert [each.broken_tests for each in lanes] == [
        ["FAILED tests/a.py::test_x - assert 1"],
        ["ERROR tests/b.py"],
    ]
    assert (
        " 5 deselected, 1 error, 3 failed, 45 passed, 1 skipped, 2 warnings in 90.04s (0:01:30) "
        in summary(lanes, 90.04)
    )


def test_a_program_that_is_not_there_has_failed(tmp_path: Path) -> None:
    (lane,) = run(tmp_path, Lane("a", [Check("one", (str(tmp_path / "nowhere"),)), Check("two", says())]))
    assert lane.failed == ["one"]


def test_without_tests_none_are_told_of() -> None:
    assert " no tests ran in 0.00s " in summary([], 0)
