"""base.document: each fault of an administrator's file names line, fault and mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from base.document import Fault, Part, load, refuse
from base.errors import DocumentError

DATA = Path(__file__).parents[1] / "data" / "documents"


class Step(Part):
    prompt: str
    timeout: float = 3.0


class File(Part):
    name: str
    steps: dict[str, Step]


def faults_of(name: str) -> list[str]:
    faults: list[Fault] = []
    load(File, DATA / name, faults)
    return [str(fault).removeprefix(f"{DATA}/") for fault in faults]


def test_a_good_file_is_read_with_yaml_1_2_scalars() -> None:
    faults: list[Fault] = []
    file, document = load(File, DATA / "good.yaml", faults)
    assert file == File(name="no", steps={"1": Step(prompt="12:30", timeout=4.0)})
    assert not faults
    assert document.line(("steps", "1", "timeout")) == 5


@pytest.mark.parametrize("path", sorted(DATA.glob("bad-*.yaml")), ids=lambda path: path.stem)
def test_a_bad_file_gives_exactly_the_fault_its_first_line_states(path: Path) -> None:
    expected = path.read_text().splitlines()[0].removeprefix("# ")
    assert faults_of(path.name)[0] == f"{path.name}:{expected}"


def test_a_missing_file_says_so() -> None:
    assert faults_of("none.yaml") == ["none.yaml:1: no such file (create it or mend the name)"]


def test_refuse_lists_the_faults_in_order() -> None:
    with pytest.raises(DocumentError, match="a:1: x\na:2: y"):
        refuse([Fault("a", 2, "y"), Fault("a", 1, "x")])


def test_a_number_of_thousands_of_digits_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text(f"name: a\nsteps: {'1' * 5000}\n")
    faults: list[Fault] = []
    assert load(File, path, faults)[0] is None
    assert [(each.line, each.what) for each in faults] == [(2, "this number is too long to be one")]


@pytest.mark.parametrize("text", ['name: "a\\ud800"', 'name: "a\\0"', '"na\\udfffme": a'])
def test_an_escape_for_no_character_is_a_fault(tmp_path: Path, text: str) -> None:
    path = tmp_path / "half.yaml"
    path.write_text(text)
    faults: list[Fault] = []
    assert load(File, path, faults)[0] is None
    assert any("stands for no character" in each.what for each in faults)
