"""Forecasts of half-hours: what is read, and what is said of each fault."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from base.errors import DocumentError
from routing.staffing.forecast import HalfHour, Moment, read_forecast

DATA = Path(__file__).resolve().parents[2] / "data" / "forecasts"


def test_a_table_of_half_hours() -> None:
    first, _, last = read_forecast(DATA / "good.csv")
    assert first == HalfHour(Moment("", 28_800.0), 1800.0, 60.0, 240.0, 90.0)
    assert (last.calls, last.handle) == (140.0, 240.0)
    assert first.load.erlangs == pytest.approx(8.0)
    assert str(first.start) == "08:00"


def test_the_same_in_yaml_with_days_queues_and_planned_agents() -> None:
    first, second = read_forecast(DATA / "good.yaml", patience=60.0)
    assert (str(first.start), first.queue, first.patience) == ("2026-11-23 08:00", "cards", 90.0)
    assert (second.patience, second.agents) == (60.0, 12)
    assert read_forecast(DATA / "good.yaml")[1].patience == inf


def test_a_table_of_hours_is_seen_by_its_steps() -> None:
    assert [each.length for each in read_forecast(DATA / "semicolons.csv")] == [3600.0, 3600.0]


def faults(name: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        read_forecast(DATA / name)
    return [line.replace(str(DATA / name), "") for line in str(caught.value).splitlines()]


def test_every_fault_is_said_at_once() -> None:
    assert faults("faults.csv") == [
        ":2: half_hours.0.start: '25:00' is not a time; write 08:30 or 2026-11-23 08:30",
        ":3: half_hours.1.calls: 'many' is not a number",
        ":4: half_hours.2.calls: must be at least 0",
        ":5: half_hours.3.handle: must be more than 0",
        ":7: half_hours.4.handle: '4 min' is not a duration; write seconds (6) or a unit (500ms, 20s, 2m, 1h)",
    ]


def test_a_row_that_stands_twice_is_a_fault() -> None:
    assert faults("twice.csv") == [":4: 08:30 is given twice (it stands first in line 3)"]


def test_a_column_with_another_name_is_a_fault() -> None:
    assert faults("wrong.csv") == [
        ':2: "handle" is missing (add handle: to this part)',
        ':2: unknown key "handel" (did you mean "handle"?)',
    ]


def test_more_cells_than_columns_are_a_fault() -> None:
    assert faults("cells.csv") == [":2: 5 cells under 4 columns (quote a text that holds a comma)"]
