"""tests/data/hours: every file in good/ loads; every file in bad/ gives exactly the faults its first lines tell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from routing.hours.load import load_hours

if TYPE_CHECKING:
    from base.document import Fault

DATA = Path(__file__).resolve().parents[2] / "data/hours"
EXPECT = "# expect: "


def faults_of(path: Path) -> list[str]:
    """The faults of a file as `line: what (mend)`."""
    faults: list[Fault] = []
    load_hours(path, faults, timezone="Europe/Madrid", clients={"banco"})
    return [str(each).removeprefix(f"{path}:") for each in sorted(set(faults))]


@pytest.mark.parametrize("path", sorted((DATA / "good").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_good_file_has_no_fault(path: Path) -> None:
    assert faults_of(path) == []


@pytest.mark.parametrize("path", sorted((DATA / "bad").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_bad_file_has_exactly_its_faults(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    expected = [line.removeprefix(EXPECT) for line in lines if line.startswith(EXPECT)]
    assert expected
    assert faults_of(path) == expected


def test_there_are_files_of_both_kinds() -> None:
    assert len(list((DATA / "good").iterdir())) >= 3
    assert len(list((DATA / "bad").iterdir())) >= 45


def test_a_centre_without_the_file_has_no_hours_and_no_fault(tmp_path: Path) -> None:
    faults: list[Fault] = []
    assert load_hours(tmp_path / "hours.yaml", faults) == {}
    assert faults == []
