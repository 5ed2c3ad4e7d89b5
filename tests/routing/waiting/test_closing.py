"""When the end of a queue's hours sends a waiting caller away, in virtual time."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.hours.calendar import OpeningHours, Timetable
from routing.hours.opening import ALWAYS_OPEN, Openness, openness
from routing.hours.spans import Span
from routing.hours.switches import Closure, Switches
from routing.waiting.closing import ClosingTime
from routing.waiting.settings import AtClosing

CLOSED = Openness(is_open=False)
FIRE = Openness(is_open=False, is_emergency=True)


def looked(found: Openness, at_closing: AtClosing) -> ClosingTime:
    closing = ClosingTime()
    closing.look(found, at_closing, now=100.0)
    return closing


@pytest.mark.parametrize(
    ("found", "at_closing", "ringing", "goes"),
    [
        (ALWAYS_OPEN, AtClosing.LEAVE, False, False),
        (CLOSED, AtClosing.FINISH, False, False),
        (CLOSED, AtClosing.LEAVE, False, True),
        (CLOSED, AtClosing.LEAVE, True, False),
        (FIRE, AtClosing.FINISH, False, True),
        (FIRE, AtClosing.FINISH, True, True),
    ],
)
def test_who_goes_when_the_queue_has_closed(
    found: Openness, at_closing: AtClosing, *, ringing: bool, goes: bool
) -> None:
    assert looked(found, at_closing).must_go(is_ringing=ringing) is goes


def test_only_who_would_have_to_leave_is_woken_at_closing_time() -> None:
    soon = Openness(closes_in=30.0)
    assert looked(soon, AtClosing.LEAVE).due() == 130.0
    assert looked(soon, AtClosing.FINISH).due() is None
    assert looked(ALWAYS_OPEN, AtClosing.LEAVE).due() is None


def test_the_hours_say_when_they_end_and_an_emergency_is_one() -> None:
    zone = ZoneInfo("Europe/Madrid")
    hours = OpeningHours(Timetable("shop", zone, ((Span(9 * 60, 17 * 60),),) * 7))
    at = datetime(2026, 11, 23, 16, 59, 30, tzinfo=zone)
    assert openness(hours, Switches(), now=at) == Openness(closes_in=30.0)
    assert openness(hours, Switches(), now=at + timedelta(minutes=1)) == CLOSED
    fire = Switches().with_closure(Closure("shop", "ana", at, "fire"))
    assert openness(hours, fire, now=at) == FIRE


def test_hours_without_an_end_are_looked_at_again_the_next_day() -> None:
    zone = ZoneInfo("Europe/Madrid")
    hours = OpeningHours(Timetable("always", zone, ((Span(0, 24 * 60),),) * 7))
    at = datetime(2026, 11, 23, 16, 59, 30, tzinfo=zone)
    assert openness(hours, Switches(), now=at) == Openness(closes_in=86400.0)
