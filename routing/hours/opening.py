"""A place as callers find it: its calendar, unless somebody has closed it in an emergency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from routing.hours.calendar import Opening

if TYPE_CHECKING:
    from datetime import datetime

    from routing.hours.calendar import OpeningHours
    from routing.hours.switches import Closure, Switches


@dataclass(frozen=True, slots=True)
class Openness:
    """How a queue stands towards its hours; one without hours is always open."""

    is_open: bool = True
    is_emergency: bool = False
    closes_in: float | None = None
    """Seconds until it closes by the calendar, while it is open; a day where that is further off."""


ALWAYS_OPEN = Openness()
_AHEAD = timedelta(days=1)
"""Nobody waits longer; and to look through a year for the end of hours that never end takes milliseconds."""


def closure_of(
    hours: OpeningHours, switches: Switches, client: str | None = None, *, now: datetime
) -> Closure | None:
    """The emergency that closes a place for callers of a client company, the one that owns it included."""
    return switches.closure(hours.timetable.id, (hours.timetable.client, client), now=now)


def opening(hours: OpeningHours, switches: Switches, client: str | None = None, *, now: datetime) -> Opening:
    """What callers find."""
    if closure_of(hours, switches, client, now=now) is not None:
        return Opening.EMERGENCY
    return hours.state_at(now)


def next_opening(
    hours: OpeningHours, switches: Switches, client: str | None = None, *, now: datetime
) -> datetime | None:
    """When it opens next, as far as anybody can tell: an emergency without an end has none."""
    closure, moment = closure_of(hours, switches, client, now=now), now
    if closure is None:
        return hours.next_opening(moment)
    while closure is not None:
        if closure.until is None:
            return None
        moment = closure.until
        closure = closure_of(hours, switches, client, now=moment)
    if hours.state_at(moment) is Opening.OPEN:
        return moment.astimezone(hours.timetable.zone)
    return hours.next_opening(moment)


def openness(
    hours: OpeningHours, switches: Switches, client: str | None = None, *, now: datetime
) -> Openness:
    """What those who wait, or want to, must know."""
    state = opening(hours, switches, client, now=now)
    if state is not Opening.OPEN:
        return Openness(is_open=False, is_emergency=state is Opening.EMERGENCY)
    closes = hours.next_change(now, _AHEAD)
    return Openness(closes_in=(closes - now if closes is not None else _AHEAD).total_seconds())
