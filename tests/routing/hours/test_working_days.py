"""Days as laws count them, over weekends, holidays, the change of the clocks and the end of the year."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.hours.holidays import PublicHolidays
from routing.hours.working_days import WorkingDays

MADRID, WARSAW = ZoneInfo("Europe/Madrid"), ZoneInfo("Europe/Warsaw")
SPAIN = WorkingDays(MADRID, holidays=(PublicHolidays("ES-MD"),))
POLAND = WorkingDays(WARSAW, holidays=(PublicHolidays("PL"),))


@pytest.mark.parametrize(
    ("received", "days", "over"),
    [
        # Counted by hand: 24-27, 30-4, then (7 and 8 are holidays) 9-11, 14-16.
        ("2026-11-23 10:00", 15, "2026-12-17"),
        ("2026-11-20 23:59", 1, "2026-11-24"),  # a Friday: Monday is the first day
        ("2026-12-23 09:00", 5, "2027-01-01"),  # without Christmas
        ("2026-04-01 09:00", 2, "2026-04-08"),  # without Maundy Thursday and Good Friday
        ("2026-04-04 09:00", 5, "2026-04-11"),  # received on a Saturday
    ],
)
def test_working_days_in_madrid(received: str, days: int, over: str) -> None:
    since = datetime.fromisoformat(received).replace(tzinfo=MADRID)
    end = SPAIN.end(since, days, is_working=True)
    assert end == datetime.fromisoformat(over).replace(tzinfo=MADRID)
    assert SPAIN.left(end, since, is_working=True) == days


def test_thirty_calendar_days_in_poland_over_the_change_of_the_clocks() -> None:
    since = datetime(2026, 10, 10, 12, tzinfo=WARSAW)
    assert POLAND.end(since, 30, is_working=False) == datetime(2026, 11, 10, tzinfo=WARSAW)


def test_a_long_weekend_in_may_does_not_count() -> None:
    since = datetime(2026, 4, 30, 12, tzinfo=WARSAW)
    # The 1st is a holiday on a Friday, the 3rd one on a Sunday.
    assert POLAND.end(since, 1, is_working=True) == datetime(2026, 5, 5, tzinfo=WARSAW)


def test_the_day_is_that_of_the_place() -> None:
    since = datetime(2026, 11, 23, 23, 30, tzinfo=ZoneInfo("UTC"))  # the 24th already in Madrid
    assert SPAIN.end(since, 1, is_working=True) == datetime(2026, 11, 26, tzinfo=MADRID)


def test_a_calendar_in_which_nobody_works_is_refused() -> None:
    with pytest.raises(ValueError, match="working days"):
        WorkingDays(MADRID, frozenset()).end(datetime(2026, 1, 1, tzinfo=MADRID), 1, is_working=True)


@given(
    since=st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)),
    days=st.integers(1, 60),
    is_working=st.booleans(),
)
def test_as_many_days_are_left_as_were_given(since: datetime, days: int, *, is_working: bool) -> None:
    moment = since.replace(tzinfo=MADRID)
    end = SPAIN.end(moment, days, is_working=is_working)
    assert SPAIN.left(end, moment, is_working=is_working) == days
    last = (end - timedelta(hours=1)).date()
    assert not is_working or SPAIN.is_working(last)
    assert (end.hour, end.minute) == (0, 0)
