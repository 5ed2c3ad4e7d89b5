"""Days as laws count them: calendar days or working days, from the day after, to the end of the last one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from routing.hours.holidays import Holidays

MONDAY_TO_FRIDAY = frozenset(range(5))
_HORIZON = 3660
"""Days that are looked ahead; calendars in which nobody ever works are refused by then."""


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The calendar of one place."""

    zone: ZoneInfo
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    """0 is Monday."""
    holidays: tuple[Holidays, ...] = ()

    def is_working(self, day: date) -> bool:
        """Whether it is a day on which people work."""
        return day.weekday() in self.weekdays and all(each.name(day) is None for each in self.holidays)

    def end(self, since: datetime, days: int, *, is_working: bool) -> datetime:
        """The end of the last of so many days (the midnight after it); the day of `since` does not count.

        Raises ValueError for a calendar in which nobody works.
        """
        day = since.astimezone(self.zone).date()
        for _ in range(_HORIZON):
            if days <= 0:
                return self._midnight(day + timedelta(days=1))
            day += timedelta(days=1)
            days -= self._counts(day, is_working=is_working)
        raise ValueError(f"there are not so many working days in the next {_HORIZON} days")

    def left(self, end: datetime, now: datetime, *, is_working: bool) -> int:
        """How many days there still are before `end`; that of `now` does not count."""
        day = now.astimezone(self.zone).date() + timedelta(days=1)
        last = end.astimezone(self.zone).date()
        count = 0
        while day < last:
            count += self._counts(day, is_working=is_working)
            day += timedelta(days=1)
        return count

    def _counts(self, day: date, *, is_working: bool) -> bool:
        return not is_working or self.is_working(day)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)
