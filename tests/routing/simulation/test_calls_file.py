"""Files of real calls: what is read, day by day, and what is said of each fault."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from base.errors import DocumentError
from routing.simulation.calls import Call
from routing.simulation.calls_file import CallsFile, Summary, is_calls_file

DATA = Path(__file__).resolve().parents[2] / "data"
CALLS = DATA / "calls"


def test_days_come_one_by_one_in_order_of_time() -> None:
    file = CallsFile(CALLS / "two_days.csv", handle=lambda: 99.0, skills={"lang_pl"})
    (first, calls), (second, others) = file.days()
    assert (first, second) == ("2026-11-23", "2026-11-24")
    assert calls[0] == Call(28_800.0, "cards", 60.0, inf, "banco")
    assert calls[1] == Call(28_801.0, "cards", 60.0, 30.0, "banco", 0, (("lang_pl", 1),))
    assert [(each.at, each.handle) for each in others] == [(32_370.5, 99.0), (32_400.0, 60.0)]


def test_a_first_look_counts_calls_and_finds_queues() -> None:
    assert CallsFile(CALLS / "two_days.csv", handle=lambda: 99.0).look() == Summary(5, ("cards", "loans"))


def test_callers_whose_patience_is_not_known_get_one() -> None:
    file = CallsFile(CALLS / "two_days.csv", handle=lambda: 99.0, patience=lambda: 45.0)
    assert [each.patience for each in next(file.days())[1]] == [45.0, 30.0, 5.0]


def test_calls_are_told_from_forecasts_by_their_columns() -> None:
    assert is_calls_file(CALLS / "two_days.csv")
    assert not is_calls_file(DATA / "forecasts" / "good.csv")
    assert not is_calls_file(CALLS / "none.csv")


def faults(name: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        file = CallsFile(CALLS / name, queues=("cards", "loans"))
        file.look()
        list(file.days())
    return [line.replace(str(CALLS / name), "") for line in str(caught.value).splitlines()]


def test_every_fault_is_said_with_its_line() -> None:
    assert faults("faults.csv") == [
        ":2: time: '25:00:00' is not a time (write 2026-11-23 08:30:05 or 08:30:05)",
        ':3: no queue is called "card" (did you mean "cards"?)',
        ":4: handle: 'soon' is not a duration; write seconds (6) or a unit (500ms, 20s, 2m, 1h)",
        ":5: patience: '-5' is not a duration; write seconds (6) or a unit (500ms, 20s, 2m, 1h)",
        ":5: priority: 'high' is not a whole number",
        ":6: handle is missing (add it, or say --aht for those without)",
        ":7: priority: '--1' is not a whole number",
    ]


def test_faults_of_the_columns_are_said_first() -> None:
    assert faults("columns.csv") == [
        ':1: the column "queue" is missing (known: time, queue, client, language, handle, patience, priority, '
        "waited, result)",
        ':1: unknown column "que" (did you mean "queue"?)',
    ]


def test_days_that_go_back_are_a_fault() -> None:
    assert faults("order.csv") == [":3: 2026-11-23 comes after 2026-11-24 (sort the rows by time)"]


def test_a_file_without_calls_is_a_fault() -> None:
    assert faults("nothing.csv") == [":1: no call stands in this file (add a row for each call)"]
    assert faults("none.csv") == [":1: no such file (create it or mend the name)"]
