"""A test that failed in the crowd and passes alone is named and forgiven; every other fault fails the run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tools.second_chance import ALONE, AT_MOST, Crowded, give
from tools.side_by_side import Check, Lane, Runner, summary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PYTEST = (sys.executable, "-m", "pytest", "--rootdir=.", "-c", "/dev/null")
STEADY = "def test_steady(): pass\n"
UNSTEADY = """
import pathlib, pytest
@pytest.mark.parametrize("word", ["a - b", "c"])
def test_unsteady(word):
    mark = pathlib.Path(__file__).with_name("seen-" + word)
    was_here = mark.exists()
    mark.touch()
    assert was_here, "late - a bit"
"""
BROKEN = "def test_broken(): assert 1 == 2\n"
UNSTEADY_AFTERWARDS = """
import pathlib, pytest
@pytest.fixture
def at_rest():
    yield
    mark = pathlib.Path(__file__).with_name("rested")
    was_here = mark.exists()
    mark.touch()
    assert was_here
def test_leaves_nothing(at_rest): pass
"""


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)


def crowded(folder: Path, *tests: str, name: str = "calls") -> Crowded:
    """A lane that has these tests, each in a file of its own."""
    files = [folder / f"test_{name}{number}.py" for number in range(len(tests))]
    for file, text in zip(files, tests, strict=True):
        file.write_text(text, encoding="utf-8")
    return Crowded.of(
        name, f"the {name}", (*PYTEST, *(each.name for each in files)), folder / f"noted-{name}"
    )


def run(folder: Path, *all_crowded: Crowded, beside: Sequence[Lane] = ()) -> list[str]:
    """Run the lanes and then the second chance: what is told of the unsteady."""
    runner = Runner(folder, {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
    runner.run([*(each.lane for each in all_crowded), *beside])
    return give(all_crowded, runner, PYTEST, folder / "noted-alone")


def test_what_passes_alone_is_named_with_its_first_failure_and_fails_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    calls = crowded(tmp_path, STEADY, UNSTEADY)
    told = run(tmp_path, calls)
    assert told == [
        f"FAILED test_calls1.py::test_unsteady[{word}] - AssertionError: late - a bit"
        for word in ("a - b", "c")
    ]
    assert (calls.lane.failed, calls.lane.broken_tests) == ([], [])
    assert " 1 passed, 2 unsteady in " in summary([calls.lane], 1.0)
    assert "late - a bit" in capfd.readouterr().out.partition(ALONE)[0]


def test_what_breaks_always_fails_the_run(tmp_path: Path) -> None:
    calls = crowded(tmp_path, STEADY, BROKEN)
    assert run(tmp_path, calls) == []
    assert calls.lane.failed == ["the calls"]
    assert calls.lane.broken_tests == ["FAILED test_calls1.py::test_broken - assert 1 == 2"]
    assert " 1 failed, 1 passed in " in summary([calls.lane], 1.0)


def test_the_unsteady_do_not_hide_the_broken(tmp_path: Path) -> None:
    calls, phones = crowded(tmp_path, UNSTEADY, BROKEN), crowded(tmp_path, UNSTEADY_AFTERWARDS, name="phones")
    told = run(tmp_path, calls, phones)
    assert len(told) == 3
    assert (calls.lane.failed, phones.lane.failed) == (["the calls"], [])
    assert calls.lane.broken_tests == ["FAILED test_calls1.py::test_broken - assert 1 == 2"]
    assert " 1 failed, 1 passed, 3 unsteady in " in summary([calls.lane, phones.lane], 1.0)


def test_a_fault_of_the_rest_after_a_test_is_given_a_second_chance_too(tmp_path: Path) -> None:
    calls = crowded(tmp_path, UNSTEADY_AFTERWARDS)
    (told,) = run(tmp_path, calls)
    assert told.startswith("ERROR test_calls0.py::test_leaves_nothing")
    assert calls.lane.failed == []


def test_more_than_a_few_get_no_second_chance(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    many = UNSTEADY.replace('["a - b", "c"]', f"range({AT_MOST + 1})").replace("+ word", "+ str(word)")
    calls = crowded(tmp_path, many)
    assert run(tmp_path, calls) == []
    assert calls.lane.failed == ["the calls"]
    assert ALONE not in capfd.readouterr().out


def test_the_few_are_those_of_all_lanes_together(tmp_path: Path) -> None:
    lanes = [crowded(tmp_path, UNSTEADY, name=f"lane{number}") for number in range(3)]
    for each in lanes:
        text = UNSTEADY.replace("seen-", f"seen-{each.lane.name}-")
        (tmp_path / f"test_{each.lane.name}0.py").write_text(text, encoding="utf-8")
    assert run(tmp_path, *lanes) == []
    assert [each.lane.failed for each in lanes] == [["the lane0"], ["the lane1"], ["the lane2"]]


@pytest.mark.parametrize(
    "worse",
    ["import nowhere_to_be_found\n", "import os\ndef test_falls(): os._exit(1)\n", "import os\nos.abort()\n"],
    ids=["a file that cannot be read", "an end in the middle", "a crash"],
)
def test_with_anything_worse_than_failed_tests_nothing_is_forgiven(tmp_path: Path, worse: str) -> None:
    calls, phones = crowded(tmp_path, UNSTEADY), crowded(tmp_path, worse, name="phones")
    assert run(tmp_path, calls, phones) == []
    assert (calls.lane.failed, phones.lane.failed) == (["the calls"], ["the phones"])


def test_tests_of_other_lanes_get_no_second_chance(tmp_path: Path) -> None:
    (tmp_path / "test_computing.py").write_text(UNSTEADY, encoding="utf-8")
    rest = Lane("rest", [Check("all other tests", (*PYTEST, "test_computing.py"))])
    assert run(tmp_path, crowded(tmp_path, STEADY), beside=[rest]) == []
    assert rest.failed == ["all other tests"]


@pytest.mark.parametrize("what", ["os._exit(0)", "pytest.skip('not alone')"])
def test_who_does_not_pass_alone_is_not_forgiven(tmp_path: Path, what: str) -> None:
    calls = crowded(
        tmp_path,
        f"import os{UNSTEADY.replace('mark.touch()', f'mark.touch(){chr(10)}    was_here and {what}')}",
    )
    assert run(tmp_path, calls) == []
    assert calls.lane.failed == ["the calls"]
