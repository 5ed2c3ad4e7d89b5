from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, create_engine, literal, select

from records.figures.calendar import Calendar, Days, changes, slot, slots
from records.figures.definition import Group
from records.figures.figures import figures
from records.figures.question import Question
from tests.kit.recorded_day import CANARY, MADRID, add_call, spans, write

if TYPE_CHECKING:
    from records.database import Database
    from tests.kit.recorded_day import Rows

KATHMANDU = ZoneInfo("Asia/Kathmandu")
HOWE = ZoneInfo("Australia/Lord_Howe")
"""Its summer is half an hour off."""
HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("day", "hours", "change"),
    [
        ("2026-03-29", 23, "2026-03-29T01:00:00"),
        ("2026-10-25", 25, "2026-10-25T01:00:00"),
        ("2026-11-23", 24, None),
    ],
)
def test_a_day_is_as_long_as_its_clock_makes_it(day: str, hours: int, change: str | None) -> None:
    span = Days(date.fromisoformat(day), date.fromisoformat(day)).span(MADRID)
    assert span[1] - span[0] == hours * HOUR
    assert [len(slots(group, MADRID, span)) for group in (Group.HALF_HOUR, Group.HOUR, Group.DAY)] == [
        hours * 2,
        hours,
        1,
    ]
    found = changes(MADRID, span)
    if change is None:
        assert found == [(span[1], HOUR)]
    else:
        at = round(datetime.fromisoformat(change).replace(tzinfo=UTC).timestamp()) * 1_000_000
        assert [until for until, _ in found] == [at, span[1]]


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from([MADRID, CANARY, KATHMANDU, HOWE, ZoneInfo("America/New_York")]),
    first=st.dates(date(2025, 1, 1), date(2027, 12, 1)),
    second=st.integers(0, 86_400 * 3 - 1),
)
def test_sql_finds_the_day_that_the_clock_on_the_wall_shows(zone: ZoneInfo, first: date, second: int) -> None:
    span = Days(first, first + timedelta(days=2)).span(zone)
    at = min(span[0] + second * 1_000_000, span[1] - 1)
    calendar = Calendar(zone, {})
    with create_engine("sqlite://").connect() as connection:
        for group in (Group.DAY, Group.HOUR, Group.HALF_HOUR):
            key = connection.execute(select(slot(group, literal(at, BigInteger), zone, span))).scalar_one()
            wall = datetime.fromtimestamp(at // 1_000_000, zone)
            shown = datetime.fromisoformat(calendar.label(group, key, None))
            assert shown.date() == wall.date()
            if group is not Group.DAY:
                width = 30 if group is Group.HALF_HOUR else 60
                assert timedelta(0) <= wall - shown < timedelta(minutes=width + 30)
                assert shown.minute % width == 0


def test_the_hour_that_comes_twice_is_two_hours(database: Database) -> None:
    rows: Rows = {name: [] for name in ("contact", "queue_visit", "reservation")}
    for name, moment in (("early", "2026-10-25 00:30:00"), ("late", "2026-10-25 01:30:00")):
        wait = {"queue": "cards", "at": moment, "waited": 9, "agent": "ana"}
        add_call(rows, {"id": name, "client": "sol", "at": moment, "waits": [wait]}, ZoneInfo("UTC"))
    write(database, rows)
    sunday = Days(date(2026, 10, 25), date(2026, 10, 25))
    calendar = Calendar(MADRID, {})
    found = [
        [
            (row.key[0], row.figures["answered"].value)
            for row in figures(database, question, ["answered"]).rows
        ]
        for question in (
            Question(sunday, calendar, sunday.span(MADRID)[1], (group,)) for group in (Group.HOUR, Group.DAY)
        )
    ]
    assert found == [
        [("2026-10-25T02:00+01:00", 1), ("2026-10-25T02:00+02:00", 1)],
        [("2026-10-25", 2)],
    ]


def test_the_time_of_agents_on_a_long_day_is_all_told(database: Database) -> None:
    rows = {
        "agent_span": list(
            spans([["ana", "2026-10-24 12:00:00", "2026-10-26 12:00:00", "available", "talking"]])
        )
    }
    write(database, rows)
    days = Days(date(2026, 10, 24), date(2026, 10, 26))
    question = Question(days, Calendar(MADRID, {}), days.span(MADRID)[1], (Group.DAY,))
    found = figures(database, question, ["occupancy"])
    assert [(row.key[0], row.figures["occupancy"].of) for row in found.rows] == [
        ("2026-10-24", 12 * 3600),
        ("2026-10-25", 25 * 3600),
        ("2026-10-26", 12 * 3600),
    ]
