"""Moments as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.hours.calendar import OpeningHours, Timetable
from routing.hours.holidays import PublicHolidays
from routing.hours.moments import read_moment
from routing.hours.spans import Span

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2h", "2026-11-22T08:30+00:00"),
        ("90m", "2026-11-22T08:00+00:00"),
        ("1.5 d", "2026-11-23T18:30+00:00"),
        ("07:31", "2026-11-22T06:31+00:00"),
        ("7:30", "2026-11-23T06:30+00:00"),
        ("2026-11-23 09:00", "2026-11-23T08:00+00:00"),
        ("2026-07-23T09:00", "2026-07-23T07:00+00:00"),
        ("2026-11-23 09:00:30+02:00", "2026-11-23T07:00:30+00:00"),
        (" 2026-11-23T09:00Z ", "2026-11-23T09:00+00:00"),
    ],
)
def test_moments_are_read_by_the_clock_of_the_place(text: str, meant: str) -> None:
    assert read_moment(text, MADRID, now=NOW) == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    "text", ["", "now", "2", "-2h", "2w", "24:00", "12:60", "2026-11-23", "23/11/2026 09:00", "2026-02-30 09:00",
             "1999-12-31 09:00", "2100-01-01 12:00", "0001-01-01 00:00", "9999-12-31T23:59-14:00", "9" * 400 + "h"]
)  # fmt: skip
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_moment(text, MADRID, now=NOW)


@given(st.text(alphabet="0123456789:-. TZ+hmsd٣", max_size=30))
def test_any_text_is_a_moment_or_a_refusal(text: str) -> None:
    try:
        found = read_moment(text, MADRID, now=NOW)
    except ValueError:
        return
    assert found.utcoffset() == timedelta()


def test_the_last_moment_that_can_be_asked_for_has_an_answer() -> None:
    hours = OpeningHours(
        Timetable("x", MADRID, ((Span(540, 840),),) * 7, holidays=(PublicHolidays("ES-MD"),))
    )
    last = read_moment("2099-12-31 23:59", MADRID, now=NOW)
    assert hours.next_opening(last) is not None
