"""Days as administrators write them: one date, one of each year, several in a row, or counted from Easter.

`2026-12-24`, `12-31`, `2026-08-10..2026-08-21`, `12-24..01-06` (over New Year, each year), `easter+50` (Whit Monday).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_YEARLY = re.compile(r"(\d\d)-(\d\d)")
_EASTER = re.compile(r"easter(?:([+-])(\d{1,3}))?")
_LEAP_YEAR = 2000
FORMS = 'write a date as "2026-12-24", of each year as "12-24", several as "12-24..12-26", after Easter as "easter+1"'


@dataclass(frozen=True, slots=True)
class Once:
    """Days in a row of one year, both ends included."""

    first: date
    last: date

    def covers(self, day: date) -> bool:
        """Whether this day is one of them."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Yearly:
    """Days in a row of each year, (month, day), both ends included; they may go over New Year."""

    first: tuple[int, int]
    last: tuple[int, int]

    def covers(self, day: date) -> bool:
        """Whether this day is one of them."""
        here = day.month, day.day
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


@dataclass(frozen=True, slots=True)
class FromEaster:
    """So many days after Easter Sunday, or before it (less than none)."""

    offset: int

    def covers(self, day: date) -> bool:
        """Whether this day is the one."""
        return day - timedelta(days=self.offset) == easter(day.year)


Days = Once | Yearly | FromEaster


def read_days(text: str) -> Days:
    """Read one of the forms above. Raises ValueError with what would be right."""
    begin, dots, end = (part.strip() for part in text.partition(".."))
    if dots:
        first, last = _day(begin, text), _day(end, text)
        if isinstance(first, date) and isinstance(last, date):
            if first > last:
                raise ValueError(f"{text!r} ends before it begins")
            return Once(first, last)
        if isinstance(first, tuple) and isinstance(last, tuple):
            return Yearly(first, last)
        raise ValueError(f"{text!r} names a year on one side only; name it on both or on none")
    form = _EASTER.fullmatch(begin)
    if form is not None:
        return FromEaster(int(f"{form[1] or '+'}{form[2] or 0}"))
    only = _day(begin, text)
    return Once(only, only) if isinstance(only, date) else Yearly(only, only)


def looks_like_days(text: str) -> bool:
    """Whether this is meant as a day, well written or not."""
    return text[:1].isdigit() or text.startswith("easter")


def _day(text: str, whole: str) -> date | tuple[int, int]:
    form = _DATE.fullmatch(text)
    try:
        if form is not None:
            return date(int(form[1]), int(form[2]), int(form[3]))
        form = _YEARLY.fullmatch(text)
        if form is not None:
            found = date(_LEAP_YEAR, int(form[1]), int(form[2]))
            return found.month, found.day
    except ValueError:
        raise ValueError(f"{whole!r} names a day that no calendar has; {FORMS}") from None
    raise ValueError(f"{whole!r} is not a day; {FORMS}")


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the rule of 1582: the Sunday after the full moon of spring."""
    golden = year % 19
    century = year // 100
    # How far the moon's calendar has slipped since, by leap days left out and the moon's own correction.
    slip = century - century // 4 - (8 * century + 13) // 25
    epact = (19 * golden + slip + 15) % 30
    full_moon = epact - (1 if epact == 29 or (epact == 28 and golden > 10) else 0)
    to_sunday = (year + year // 4 + full_moon + 2 - century + century // 4) % 7
    return date(year, 3, 28) + timedelta(days=full_moon - to_sunday)
