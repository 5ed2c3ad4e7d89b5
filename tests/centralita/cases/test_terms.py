"""The terms of client companies as their files give them, and what is wrong in them with its line."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from base.document import errors
from centralita.cases.terms import ClientTerms
from centralita.configuration import check_configuration
from records.cases.terms import Term
from tests.kit.small_centre import write_centre

if TYPE_CHECKING:
    from pathlib import Path

MADRID = ZoneInfo("Europe/Madrid")
HOURS = 'schema: hours/1\nhours:\n  acme:\n    open: {mon-fri: ["09:00-18:00"]}\n    holidays: [ES-MD]\n'


def terms(folder: Path, written: str, more: str = "") -> ClientTerms:
    config = write_centre(folder)
    centre = config / "centre.yaml"
    centre.write_text(centre.read_text() + "timezone: Europe/Madrid\n")
    (config / "hours.yaml").write_text(HOURS)
    (config / "clients" / "acme.yaml").write_text(
        f"schema: client/1\nname: Acme\n{more}complaints: {written}\n"
    )
    found, faults = check_configuration(config)
    assert errors(faults) == []
    assert found is not None
    return ClientTerms(found)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=MADRID).timestamp()


def test_a_term_is_the_clients_and_of_some_reasons_their_own(tmp_path: Path) -> None:
    found = terms(
        tmp_path, "{answer_within: {working_days: 15}, reasons: {charge: {working_days: 5}}, warn: 2}"
    )
    assert found.term("acme", "delivery") == found.term("acme", None) == Term(15, warn=2)
    assert found.term("acme", "charge") == Term(5, warn=2)
    assert found.term("other", None) is None


@pytest.mark.parametrize(
    ("written", "more", "over"),
    [
        ("{answer_within: {working_days: 15}}", "", "2026-12-15"),  # no holidays are known
        ("{answer_within: {working_days: 15}}", "hours: acme\n", "2026-12-17"),
        ("{answer_within: {working_days: 15}, calendar: {holidays: [ES-MD]}}", "", "2026-12-17"),
        ("{answer_within: {working_days: 15}, calendar: {holidays: []}}", "hours: acme\n", "2026-12-15"),
        ("{answer_within: {working_days: 15}, calendar: {days: mon-sat}}", "hours: acme\n", "2026-12-13"),
        ("{answer_within: {days: 30}, pauses: true}", "hours: acme\n", "2026-12-24"),
    ],
)
def test_days_are_counted_by_the_clients_calendar(tmp_path: Path, written: str, more: str, over: str) -> None:
    found = terms(tmp_path, written, more)
    term = found.term("acme", None)
    assert term is not None
    received = at("2026-11-23 10:00")
    end = found.end("acme", term.days, received, is_working=term.is_working)
    assert datetime.fromtimestamp(end, MADRID).strftime("%Y-%m-%d %H:%M") == f"{over} 00:00"
    assert found.left("acme", end, received, is_working=term.is_working) == term.days


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("{answer_within: {working_days: 15, days: 30}}", "either working_days: 15 or days: 30"),
        ("{answer_within: {}}", "either working_days: 15 or days: 30"),
        ("{answer_within: {working_days: 0}}", "working_days"),
        ("{answer_within: {days: 30}, calendar: {holidays: [ES-XX]}}", "no holidays are called"),
        ("{answer_within: {days: 30}, calendar: {days: mon-fry}}", "fry"),
        ("{answer_within: {days: 30}, warn: -1}", "warn"),
        ("{warn: 3}", "answer_within"),
    ],
)
def test_what_is_no_term_is_named_with_file_and_line(tmp_path: Path, written: str, says: str) -> None:
    config = write_centre(tmp_path)
    with (config / "clients" / "acme.yaml").open("a") as file:
        file.write(f"complaints: {written}\n")
    (fault,) = [str(each) for each in errors(check_configuration(config)[1])]
    assert says in fault
    assert "acme.yaml:3" in fault
