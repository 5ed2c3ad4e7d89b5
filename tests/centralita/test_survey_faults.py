"""Surveys after conversations: what a client company's file and a queue say of them is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.document import errors
from centralita.configuration import check_configuration
from tests.kit.small_centre import write_centre

if TYPE_CHECKING:
    from pathlib import Path


def faults(folder: Path, written: str, *, in_queue: bool = False) -> list[str]:
    config = write_centre(folder)
    file = config / ("queues.yaml" if in_queue else "clients/acme.yaml")
    with file.open("a") as open_file:
        open_file.write(f"{'    ' if in_queue else ''}survey: {written}\n")
    return [str(fault) for fault in errors(check_configuration(config)[1])]


@pytest.mark.parametrize("in_queue", [False, True])
@pytest.mark.parametrize(
    "written",
    ["{menu: main}", "{menu: main, step: end, share: 25, languages: [en], ask: agreed}"],
)
def test_a_survey_is_a_menu_set_or_a_step_of_one(tmp_path: Path, written: str, *, in_queue: bool) -> None:
    assert faults(tmp_path, written, in_queue=in_queue) == []


@pytest.mark.parametrize("in_queue", [False, True])
@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("{menu: mian}", 'no menu set is called mian (did you mean "main"?)'),
        ("{menu: main, step: edn}", 'the menu set main has no step edn (did you mean "end"?)'),
        ("{menu: main, languages: [pl]}", "the menu set main does not speak pl (it speaks en)"),
        ("{menu: main, share: 101}", "share"),
        ("{menu: main, ask: nobody}", "ask"),
        ("{share: 10}", "menu"),
    ],
)
def test_what_is_no_survey_is_named_with_file_and_line(
    tmp_path: Path, written: str, says: str, *, in_queue: bool
) -> None:
    (fault,) = faults(tmp_path, written, in_queue=in_queue)
    assert says in fault
    assert ("queues.yaml:7" if in_queue else "acme.yaml:3") in fault
