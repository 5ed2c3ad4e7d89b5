"""Spans of a day as the clock on the wall shows them, and the moments at which they begin and end.

Where clocks change: a time that the clock leaps over (summer begins) is the moment of the leap; of a time that it shows
twice (summer ends), a span begins at the first and ends at the second. So a night shift is an hour shorter or longer,
and no span opens, closes and opens again.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from zoneinfo import ZoneInfo

WHOLE_DAY = 24 * 60
"""Minutes."""

_FORM = re.compile(r"(\d{1,2}):(\d\d) *- *(\d{1,2}):(\d\d)")


class Span(NamedTuple):
    """From one minute of a day until another, which is not in it; past midnight it ends after 24:00."""

    start: int
    end: int

    def __str__(self) -> str:
        """As it is written."""
        return f"{clock(self.start)}-{clock(self.end)}"


def clock(minute: int) -> str:
    """A minute of the day as a clock shows it: 540 is `09:00`, the end of the day `24:00`."""
    if minute > WHOLE_DAY:
        minute -= WHOLE_DAY
    return f"{minute // 60:02d}:{minute % 60:02d}"


def read_span(text: str) -> Span:
    """Read `09:00-20:00`, `00:00-24:00` or, past midnight, `22:00-06:00`. Raises ValueError with what is right."""
    form = _FORM.fullmatch(text.strip())
    if form is None:
        raise ValueError(f'{text!r} is not a span of time; write it as "09:00-20:00"')
    start, end = int(form[1]) * 60 + int(form[2]), int(form[3]) * 60 + int(form[4])
    if start >= WHOLE_DAY or end > WHOLE_DAY or int(form[2]) > 59 or int(form[4]) > 59:
        raise ValueError(f"{text!r} is not a span of time; a day goes from 00:00 to 24:00")
    if start == end:
        raise ValueError(f'{text!r} begins where it ends; the whole day is "00:00-24:00"')
    return Span(start, end if end > start else end + WHOLE_DAY)


def overlap(spans: Iterable[Span]) -> tuple[Span, Span] | None:
    """Two of these that share a minute, or None."""
    return next(((one, other) for one, other in pairwise(sorted(spans)) if other.start < one.end), None)


def begins(day: date, minute: int, zone: ZoneInfo) -> float:
    """The first moment (Unix seconds) at which the clock shows this minute of the day or a later one."""
    return _moment(day, minute, zone, fold=0)


def ends(day: date, minute: int, zone: ZoneInfo) -> float:
    """The last moment (Unix seconds) until which the clock has not gone past this minute of the day."""
    return _moment(day, minute, zone, fold=1)


def _moment(day: date, minute: int, zone: ZoneInfo, *, fold: int) -> float:
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    local = wall.replace(tzinfo=zone, fold=fold)
    found = local.timestamp()
    if datetime.fromtimestamp(found, zone).replace(tzinfo=None) == wall:
        return found
    # No clock shows it. With the offset after the leap it lies before the leap, with that before it at or after it.
    low, high = int(local.replace(fold=1).timestamp()), int(local.replace(fold=0).timestamp())
    after = datetime.fromtimestamp(high, UTC).astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, UTC).astimezone(zone).utcoffset() == after:
            high = middle
        else:
            low = middle
    return float(high)
