"""Moments as people write them: `2026-11-23 09:00` by a place's clock, `18:30` when it next shows that, or `2h`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from base.durations import seconds

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

FORMS = 'write it as "2026-11-23 09:00", as "18:30", or as a time from now such as 2h'

_CLOCK = re.compile(r"(\d{1,2}):(\d\d)")
_DATED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_FROM_NOW = re.compile(r"\d+(\.\d+)? *[smhd]")
YEARS = range(2000, 2100)
"""Those that calendars are asked for."""


def read_moment(text: str, zone: ZoneInfo, *, now: datetime) -> datetime:
    """A moment in UTC; without an offset of its own it is told by the clock of `zone`. Raises ValueError."""
    text = text.strip()
    if _FROM_NOW.fullmatch(text):
        return _checked(text, now, seconds(text))
    form = _CLOCK.fullmatch(text)
    if form is not None:
        local = now.astimezone(zone)
        try:
            shown = local.replace(hour=int(form[1]), minute=int(form[2]), second=0, microsecond=0)
        except ValueError:
            raise ValueError(f"{text!r} is no time of the day; {FORMS}") from None
        later = shown if shown > local else shown + timedelta(days=1)
        return later.astimezone(UTC)
    if _DATED.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not a moment; {FORMS}")
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a moment that a calendar has; {FORMS}") from None
    return _checked(text, found if found.tzinfo else found.replace(tzinfo=zone), 0.0)


def _checked(text: str, moment: datetime, later: float) -> datetime:
    try:
        found = moment.astimezone(UTC) + timedelta(seconds=later)
    except OverflowError:
        found = None
    if found is None or found.year not in YEARS:
        raise ValueError(f"{text!r} is too far away")
    return found
