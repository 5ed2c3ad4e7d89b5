"""tests/data/menus: every file in good/ loads and runs its cases; every file in bad/ gives the faults it names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from base.document import errors
from ivr.authoring.cases import load_case_file
from ivr.authoring.stage import Stage
from ivr.authoring.verdict import play_cases
from ivr.load import load_menu
from ivr.wording import load_wording
from tests.ivr.caller import QUEUES, wording

if TYPE_CHECKING:
    from base.document import Fault

DATA = Path(__file__).resolve().parents[1] / "data/menus"
EXPECT = "# expect: "


def faults_of(path: Path) -> list[str]:
    """The faults of a file as `line: what (mend)`."""
    faults: list[Fault] = []
    load_menu(path, wording(), faults, queues=QUEUES, menus={"other"})
    return [str(each).removeprefix(f"{path}:") for each in errors(faults)]


def advice_for(path: Path) -> list[str]:
    """The warnings of a file with the prompts beside it, which is taken all the same."""
    faults: list[Fault] = []
    words = load_wording([DATA / "advised/prompts"], faults)
    assert load_menu(path, words, faults, queues=QUEUES) is not None
    return [str(each).removeprefix(f"{path}:") for each in faults]


def expected_of(path: Path) -> list[str]:
    """What the first lines of a file tell."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix(EXPECT) for line in lines if line.startswith(EXPECT)]


@pytest.mark.parametrize("path", sorted((DATA / "good").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_good_menu_has_no_fault(path: Path) -> None:
    assert faults_of(path) == []


@pytest.mark.parametrize("path", sorted((DATA / "good").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_good_menu_runs_its_cases(path: Path) -> None:
    faults: list[Fault] = []
    menus = load_menu(path, wording(), faults, queues=QUEUES, menus={"other"})
    assert menus is not None
    # A new good menu needs a file of cases in good/cases/.
    cases = load_case_file(DATA / "good/cases" / path.name, {path.stem: menus}, faults)
    assert errors(faults) == []
    assert cases is not None
    verdicts = play_cases([cases], {path.stem: menus}, Stage())
    assert [str(fault) for each in verdicts for fault in each.faults()] == []


@pytest.mark.parametrize("path", sorted((DATA / "bad").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_bad_menu_has_exactly_its_fault(path: Path) -> None:
    assert faults_of(path) == expected_of(path)


@pytest.mark.parametrize("path", sorted((DATA / "advised").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_menu_that_could_be_better_is_taken_with_exactly_its_warnings(path: Path) -> None:
    assert advice_for(path) == expected_of(path)


def test_there_are_menus_of_both_kinds() -> None:
    assert len(list((DATA / "good").iterdir())) >= 4
    assert len(list((DATA / "bad").iterdir())) >= 30
