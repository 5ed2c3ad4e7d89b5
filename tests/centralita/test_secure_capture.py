"""Where agents lead callers who are to key secrets: what a client company's file says of it is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.document import errors
from centralita.configuration import check_configuration
from tests.kit.small_centre import write_centre

if TYPE_CHECKING:
    from pathlib import Path


def faults(folder: Path, written: str) -> list[str]:
    config = write_centre(folder)
    with (config / "clients" / "acme.yaml").open("a") as file:
        file.write(f"secure_capture: {written}\n")
    return [str(fault) for fault in errors(check_configuration(config)[1])]


@pytest.mark.parametrize("written", ["{menu: main}", "{menu: main, step: hello}"])
def test_a_form_is_a_menu_set_or_a_step_of_one(tmp_path: Path, written: str) -> None:
    assert faults(tmp_path, written) == []


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("{menu: mian}", 'acme.yaml:3: no menu set is called mian (did you mean "main"?)'),
        ("{menu: main, step: helo}", 'the menu set main has no step helo (did you mean "hello"?)'),
        ("{step: hello}", "menu"),
        ("{menu: main, queue: help}", 'unknown key "queue"'),
    ],
)
def test_what_is_no_form_is_named_with_file_and_line(tmp_path: Path, written: str, says: str) -> None:
    (fault,) = faults(tmp_path, written)
    assert says in fault
