"""Open, closed or holiday: tables of moments, clocks that change, and what holds for any timetable."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.hours.calendar import Opening, OpeningHours, Timetable
from routing.hours.days import Once, read_days
from routing.hours.holidays import PublicHolidays
from routing.hours.load import load_hours
from routing.hours.spans import Span, overlap, read_span

DATA = Path(__file__).resolve().parents[2] / "data/hours/good"
MADRID = ZoneInfo("Europe/Madrid")
OPEN, CLOSED, HOLIDAY = Opening.OPEN, Opening.CLOSED, Opening.HOLIDAY


def hours(name: str, file: str = "office.yaml") -> OpeningHours:
    """One place of the good files."""
    return (load_hours(DATA / file, [], timezone="Europe/Madrid") or {})[name]


def week(*spans: str) -> tuple[tuple[Span, ...], ...]:
    """The same spans on all days."""
    return (tuple(read_span(each) for each in spans),) * 7


def place(zone: str, *spans: str) -> OpeningHours:
    """A place with the same spans every day."""
    return OpeningHours(Timetable("x", ZoneInfo(zone), week(*spans)))


def utc(moment: datetime | None) -> datetime | None:
    """The same on the clock of the world: in an hour that comes twice, clocks of two zones are never equal."""
    return None if moment is None else moment.astimezone(UTC)


def at(text: str, zone: str = "Europe/Madrid", fold: int = 0) -> datetime:
    """A moment by the clock of a place."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-03-10 08:59:59", CLOSED),  # Tuesday
        ("2026-03-10 09:00", OPEN),
        ("2026-03-10 13:59:59.9", OPEN),
        ("2026-03-10 14:00", CLOSED),
        ("2026-03-10 16:00", OPEN),
        ("2026-03-10 20:00", CLOSED),
        ("2026-03-13 12:00", HOLIDAY),  # by hand
        ("2026-03-14 11:00", OPEN),  # Saturday
        ("2026-03-15 11:00", CLOSED),  # Sunday
        ("2026-05-02 11:00", HOLIDAY),  # Madrid
        ("2026-05-15 00:00", HOLIDAY),  # town
        ("2026-05-14 12:00", HOLIDAY),  # town by hand, this year only
        ("2025-05-14 12:00", OPEN),
        ("2026-07-07 15:30", CLOSED),  # summer
        ("2026-07-07 08:30", OPEN),
        ("2026-07-11 11:00", CLOSED),  # a Saturday in summer
        ("2026-08-12 12:00", CLOSED),
        ("2026-08-15 12:00", CLOSED),  # closed goes before holiday
        ("2026-04-06 12:00", CLOSED),  # Easter Monday
        ("2026-12-24 10:00", OPEN),  # this year's special day goes before each year's
        ("2026-12-24 14:00", CLOSED),
        ("2027-12-24 10:00", CLOSED),
        ("2026-12-25 10:00", HOLIDAY),
        ("2026-12-31 10:00", CLOSED),
    ],
)
def test_what_callers_find(moment: str, state: Opening) -> None:
    assert hours("office").state_at(at(moment)) is state


def test_a_moment_counts_wherever_it_is_told() -> None:
    office = hours("office")
    assert office.state_at(datetime(2026, 3, 10, 8, 0, tzinfo=UTC)) is OPEN
    assert office.state_at(at("2026-03-10 03:30", "America/New_York")) is CLOSED
    with pytest.raises(ValueError, match="time zone"):
        office.state_at(datetime(2026, 3, 10, 8, 0))


def test_a_night_shift_goes_on_into_a_holiday_and_none_begins_on_it() -> None:
    shift, zone = hours("night_shift", "always.yaml"), "America/New_York"
    # Thursday 26 November 2026 is Thanksgiving.
    assert shift.state_at(at("2026-11-26 05:59", zone)) is OPEN
    assert shift.state_at(at("2026-11-26 06:00", zone)) is HOLIDAY
    assert shift.state_at(at("2026-11-26 23:00", zone)) is HOLIDAY
    assert shift.state_at(at("2026-11-27 00:00", zone)) is CLOSED
    assert shift.next_opening(at("2026-11-26 05:00", zone)) == at("2026-11-27 22:00", zone)


def test_day_and_night_never_change() -> None:
    always = hours("always", "always.yaml")
    for month in range(1, 13):
        assert always.state_at(at(f"2026-{month:02d}-01 00:00")) is OPEN
    assert always.next_change(at("2026-03-10 12:00")) is None
    assert always.next_opening(at("2026-03-10 12:00")) is None


def test_who_never_closes_is_looked_at_400_days_ahead_only_once_a_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    always, looks = hours("always", "always.yaml"), 0
    real = OpeningHours._boundary

    def counted(self: OpeningHours, at: float) -> float:
        nonlocal looks
        looks += 1
        return real(self, at)

    monkeypatch.setattr(OpeningHours, "_boundary", counted)
    begin = at("2026-03-10 12:00")
    for minute in range(0, 24 * 60, 10):
        assert always.next_change(begin + timedelta(minutes=minute)) is None
    assert looks < 410
    assert always.next_change(begin + timedelta(days=1)) is None
    assert looks > 410


@pytest.mark.parametrize(
    ("zone", "spans", "opens", "closes"),
    [
        # Clocks leap from 02:00 to 03:00 on 29 March 2026: 02:30 is the moment of the leap, 01:00 UTC.
        ("Europe/Madrid", ["02:30-06:00"], "2026-03-29T01:00", "2026-03-29T04:00"),
        ("Europe/Madrid", ["00:30-02:30"], "2026-03-28T23:30", "2026-03-29T01:00"),
        ("Europe/Warsaw", ["22:00-06:00"], "2026-03-28T21:00", "2026-03-29T04:00"),
        # They go back from 03:00 to 02:00 on 25 October: begun at the first 02:30, ended at the second.
        ("Europe/Madrid", ["02:30-06:00"], "2026-10-25T00:30", "2026-10-25T05:00"),
        ("Europe/Madrid", ["00:30-02:30"], "2026-10-24T22:30", "2026-10-25T01:30"),
        ("Europe/Madrid", ["02:15-02:45"], "2026-10-25T00:15", "2026-10-25T01:45"),
        # In Cairo midnight itself is leapt over; on Lord Howe Island half an hour; in Nuuk the day before.
        ("Africa/Cairo", ["00:00-08:00"], "2026-04-23T22:00", "2026-04-24T05:00"),
        ("Australia/Lord_Howe", ["02:10-09:00"], "2026-10-03T15:30", "2026-10-03T22:00"),
        ("Atlantic/Canary", ["01:30-09:00"], "2026-03-29T01:00", "2026-03-29T08:00"),
    ],
)
def test_where_clocks_change(zone: str, spans: list[str], opens: str, closes: str) -> None:
    here = place(zone, *spans)
    opening, closing = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (opens, closes))
    before = opening - timedelta(seconds=1)
    assert here.state_at(before) is CLOSED
    assert utc(here.next_opening(before)) == opening
    assert here.state_at(opening) is OPEN
    assert utc(here.next_change(opening)) == closing
    assert here.state_at(closing) is CLOSED


def test_spans_that_meet_leave_no_hole_where_an_hour_comes_twice() -> None:
    here = place("Europe/Madrid", "01:00-02:30", "02:30-05:00")
    moment = datetime(2026, 10, 24, 23, 0, tzinfo=UTC)
    assert utc(here.next_change(moment)) == datetime(2026, 10, 25, 4, 0, tzinfo=UTC)


def test_a_span_inside_the_hour_that_is_leapt_over_never_opens() -> None:
    here = place("Europe/Madrid", "02:00-03:00")
    assert here.next_opening(at("2026-03-28 12:00")) == at("2026-03-30 02:00")


def test_the_next_opening_is_told_in_the_time_of_the_place() -> None:
    found = hours("office").next_opening(at("2026-12-24 15:00"))
    assert found == at("2026-12-26 10:00")
    assert found is not None
    assert found.tzinfo == MADRID


def test_a_place_closed_for_years_has_no_next_opening() -> None:
    here = OpeningHours(
        Timetable("x", MADRID, week("09:00-14:00"), closed=(Once(date(2026, 1, 1), date(2029, 12, 31)),))
    )
    assert here.next_opening(at("2026-03-10 12:00")) is None


def test_a_day_tells_its_spans_and_the_name_of_its_holiday() -> None:
    plan = hours("office").plan(date(2026, 12, 8))
    assert (plan.spans, plan.otherwise, plan.name) == ((), HOLIDAY, "Inmaculada Concepción")
    assert [str(each) for each in hours("office").plan(date(2026, 3, 10)).spans] == [
        "09:00-14:00",
        "16:00-20:00",
    ]


def test_asking_costs_microseconds() -> None:
    office, moment = hours("office"), at("2026-03-10 12:00")
    office.state_at(moment)
    began = perf_counter()
    for _ in range(5_000):
        office.state_at(moment)
    assert (perf_counter() - began) / 5_000 < 100e-6  # about 5; slow machines of tests are busy


ZONES = st.sampled_from(
    ["Europe/Madrid", "Europe/Warsaw", "America/New_York", "Atlantic/Canary", "UTC", "Africa/Cairo",
     "Australia/Lord_Howe", "America/Nuuk", "Asia/Kathmandu", "America/Santiago", "Atlantic/Azores"]
)  # fmt: skip
MINUTES = st.integers(0, 1439)


@st.composite
def timetables(draw: st.DrawFn) -> Timetable:
    """Any timetable that hours.yaml could give, spans that overlap over midnight included."""

    def spans() -> tuple[Span, ...]:
        ends = draw(st.lists(MINUTES, max_size=4, unique=True))
        found = [
            read_span(f"{a // 60}:{a % 60:02d}-{b // 60}:{b % 60:02d}")
            for a, b in zip(ends[::2], ends[1::2], strict=False)
        ]
        return tuple(found) if overlap(found) is None else tuple(found[:1])

    days = st.sampled_from(
        ["2026-03-29", "03-29..04-02", "easter+1", "2026-10-25", "10-20..10-24", "12-24..01-06"]
    )
    return Timetable(
        id="x",
        zone=ZoneInfo(draw(ZONES)),
        week=tuple(spans() for _ in range(7)),
        holidays=tuple(
            PublicHolidays(each) for each in draw(st.lists(st.sampled_from(["ES", "PL", "US"]), max_size=2))
        ),
        closed=tuple(read_days(each) for each in draw(st.lists(days, max_size=2))),
        special=tuple((read_days(each), spans()) for each in draw(st.lists(days, max_size=2))),
    )


MOMENTS = st.datetimes(datetime(2026, 3, 20), datetime(2026, 11, 10)).map(
    lambda each: each.replace(tzinfo=UTC)
)


@given(timetables(), MOMENTS)
@settings(max_examples=150, deadline=None)
def test_nothing_changes_before_the_next_change_and_something_at_it(
    table: Timetable, moment: datetime
) -> None:
    here = OpeningHours(table)
    change = utc(here.next_change(moment))  # in UTC, since sums of local times pass over leaps of the clock
    until = change or moment + timedelta(days=30)
    present = here.state_at(moment)
    for share in (0.01, 0.2, 0.5, 0.77, 0.999):
        assert here.state_at(moment + (until - moment) * share) is present
    if change is not None:
        assert change > moment
        assert here.state_at(change - timedelta(microseconds=1)) is present
        assert here.state_at(change) is not present


@given(timetables(), st.lists(MOMENTS, min_size=2, max_size=6))
@settings(max_examples=60, deadline=None)
def test_what_was_asked_before_changes_no_answer(table: Timetable, moments: list[datetime]) -> None:
    asked = OpeningHours(table)
    for moment in [*moments, *(each + timedelta(hours=5) for each in moments)]:
        for within in (timedelta(days=400), timedelta(hours=9)):
            assert asked.next_change(moment, within) == OpeningHours(table).next_change(moment, within)


@given(timetables(), MOMENTS)
@settings(max_examples=150, deadline=None)
def test_right_before_the_next_opening_it_is_not_open_and_at_it_it_is(
    table: Timetable, moment: datetime
) -> None:
    here = OpeningHours(table)
    opening = utc(here.next_opening(moment))
    if opening is None:
        return
    assert opening > moment
    assert here.state_at(opening - timedelta(microseconds=1)) is not OPEN
    assert here.state_at(opening) is OPEN
    # No other opening before it: going from change to change, the first that opens is this one.
    step: datetime | None = moment
    while step is not None and step < opening:
        step = utc(here.next_change(step))
        if step is not None and here.state_at(step) is OPEN:
            assert step == opening
            break


@given(timetables(), MOMENTS)
@settings(max_examples=150, deadline=None)
def test_away_from_changes_of_the_clock_the_wall_clock_decides(table: Timetable, moment: datetime) -> None:
    zone = table.zone
    offsets = {(moment + timedelta(hours=each)).astimezone(zone).utcoffset() for each in range(-50, 51, 2)}
    if len(offsets) > 1:
        return
    here = OpeningHours(table)
    local = moment.astimezone(zone)
    minute = local.hour * 60 + local.minute
    yesterday, today = here.plan(local.date() - timedelta(days=1)), here.plan(local.date())
    is_open = any(span.start <= minute < span.end for span in today.spans) or any(
        minute + 1440 < span.end for span in yesterday.spans
    )
    assert here.state_at(moment) is (OPEN if is_open else today.otherwise)
