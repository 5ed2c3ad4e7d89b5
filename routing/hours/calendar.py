"""The hours of one place: open, closed or on holiday at a moment, and when that changes.

What says the most of a day decides it alone: special days, then closed ones, then holidays, then the season's week,
then the usual one; a date with its year goes before one of each year. A span belongs to the day on which it begins: a
night shift goes on into a holiday, and none begins on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from routing.hours.spans import begins, ends

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from routing.hours.days import Days
    from routing.hours.holidays import Holidays
    from routing.hours.spans import Span

HORIZON = timedelta(days=400)
"""How far ahead a change is looked for."""

_MARGIN = timedelta(days=1)
"""How much further it is looked for, so that the answer holds for so long where there is none."""

_KEPT = 1000
"""Days whose moments are kept at hand."""

_NEAR = (-1, 0, 1)
"""Days whose spans may hold a moment: night shifts of the day before, clocks that go back over midnight."""


class Opening(StrEnum):
    """What callers find."""

    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    EMERGENCY = "emergency"
    """Closed by a person, whatever the calendar says; never said by a calendar."""


Week = tuple[tuple["Span", ...], ...]
"""Seven days from Monday."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """What hours.yaml says of one place."""

    id: str
    zone: ZoneInfo
    week: Week
    client: str | None = None
    seasons: tuple[tuple[Days, Week], ...] = ()
    holidays: tuple[Holidays, ...] = ()
    closed: tuple[Days, ...] = ()
    special: tuple[tuple[Days, tuple[Span, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One day: its spans, and what callers find outside of them."""

    day: date
    spans: tuple[Span, ...]
    otherwise: Opening = Opening.CLOSED
    name: str = ""
    """Of the holiday."""


@dataclass(frozen=True, slots=True)
class _Moments:
    """A day's plan on the clock of the world, Unix seconds."""

    otherwise: Opening
    open: tuple[tuple[float, float], ...]
    changes: tuple[float, ...] = field(repr=False)
    """Where something may change: midnight, and both ends of each span."""


class OpeningHours:
    """Answers about one timetable. Days, and the latest far look ahead, are kept; apart from that it has no state."""

    __slots__ = ("_days", "_looked", "timetable")

    def __init__(self, timetable: Timetable) -> None:
        """Nothing is worked out yet."""
        self.timetable = timetable
        self._days: dict[date, _Moments] = {}
        self._looked: tuple[float, float, float | None] | None = None
        """From when until when, and the first change after it: whoever never closes is asked about 400 days."""

    def state_at(self, moment: datetime) -> Opening:
        """What callers find at an aware moment."""
        return self._state(_seconds(moment))

    def next_change(self, moment: datetime, within: timedelta = HORIZON) -> datetime | None:
        """The first moment after this one at which the state is another, in its zone; None: not in that time."""
        at = _seconds(moment)
        found = self._change_after(at, within)
        if found is None or found > at + within.total_seconds():
            return None
        return datetime.fromtimestamp(found, self.timetable.zone)

    def _change_after(self, at: float, within: timedelta) -> float | None:
        """The first change; it may be one that comes later than `within`."""
        if self._looked is not None and within <= HORIZON:
            begin, end, found = self._looked
            if begin <= at < end:
                return found
        if within != HORIZON:
            return self._look_ahead(at, within)
        found = self._look_ahead(at, HORIZON + _MARGIN)
        self._looked = at, at + _MARGIN.total_seconds() if found is None else found, found
        return found

    def _look_ahead(self, at: float, within: timedelta) -> float | None:
        present, last = self._state(at), at + within.total_seconds()
        while (at := self._boundary(at)) <= last:
            if self._state(at) is not present:
                return at
        return None

    def next_opening(self, moment: datetime) -> datetime | None:
        """The first moment after this one at which it opens, in the place's zone; None: not in 400 days.

        While it is open that is the opening after the next closing.
        """
        at = _seconds(moment)
        last = at + HORIZON.total_seconds()
        was = self._state(at)
        while (at := self._boundary(at)) <= last:
            state = self._state(at)
            if state is Opening.OPEN and was is not Opening.OPEN:
                return datetime.fromtimestamp(at, self.timetable.zone)
            was = state
        return None

    def plan(self, day: date) -> DayPlan:
        """What the timetable says of a day."""
        table = self.timetable
        for days, spans in table.special:
            if days.covers(day):
                return DayPlan(day, spans)
        if any(days.covers(day) for days in table.closed):
            return DayPlan(day, ())
        for each in table.holidays:
            name = each.name(day)
            if name is not None:
                return DayPlan(day, (), Opening.HOLIDAY, name)
        week = next((week for days, week in table.seasons if days.covers(day)), table.week)
        return DayPlan(day, week[day.weekday()])

    def _state(self, at: float) -> Opening:
        today = datetime.fromtimestamp(at, self.timetable.zone).date()
        for offset in _NEAR:
            for begin, end in self._moments(today + timedelta(days=offset)).open:
                if begin <= at < end:
                    return Opening.OPEN
        return self._moments(today).otherwise

    def _boundary(self, at: float) -> float:
        """The first moment after this one at which anything may change; each day has one at its midnight."""
        today = datetime.fromtimestamp(at, self.timetable.zone).date()
        near = (self._moments(today + timedelta(days=offset)).changes for offset in (*_NEAR, 2))
        return min(each for changes in near for each in changes if each > at)

    def _moments(self, day: date) -> _Moments:
        found = self._days.get(day)
        if found is None:
            if len(self._days) >= _KEPT:
                self._days.clear()
            found = self._days[day] = self._worked_out(day)
        return found

    def _worked_out(self, day: date) -> _Moments:
        zone, plan = self.timetable.zone, self.plan(day)
        opened = tuple((begins(day, span.start, zone), ends(day, span.end, zone)) for span in plan.spans)
        changes = {begins(day, 0, zone), *(each for pair in opened for each in pair)}
        return _Moments(plan.otherwise, opened, tuple(sorted(changes)))


def _seconds(moment: datetime) -> float:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is none")
    return moment.astimezone(UTC).timestamp()
