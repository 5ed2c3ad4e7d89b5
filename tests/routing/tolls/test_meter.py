"""What is called is counted, and each cap holds: at once, a day's calls and minutes, new numbers (virtual time)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from routing.tolls.meter import KNOWN, Cap, Caps, Meter, MeteredCall, Reached

if TYPE_CHECKING:
    import pytest

FREE = Caps()
TODAY, TOMORROW = "2026-11-22", "2026-11-23"


def began(
    meter: Meter, caps: Caps, *, number: str = "+34600111222", day: str = TODAY, now: float = 0.0
) -> MeteredCall:
    found = meter.begin([("a", caps)], number, day=day, now=now)
    assert isinstance(found, MeteredCall)
    return found


def reached(
    meter: Meter, caps: Caps, *, number: str = "+34600111222", day: str = TODAY, now: float = 0.0
) -> Reached:
    found = meter.begin([("a", caps)], number, day=day, now=now)
    assert isinstance(found, Reached)
    return found


def test_only_so_many_calls_are_up_at_once() -> None:
    meter, caps = Meter(), Caps(at_once=2)
    first = began(meter, caps)
    began(meter, caps)
    assert reached(meter, caps).cap is Cap.AT_ONCE
    meter.end(first, day=TODAY, now=1.0)
    began(meter, caps, now=1.0)


def test_a_day_has_so_many_calls_and_the_next_day_has_them_again() -> None:
    meter, caps = Meter(), Caps(calls_per_day=2)
    for _ in range(2):
        meter.end(began(meter, caps), day=TODAY, now=1.0)
    found = reached(meter, caps)
    assert (found.cap, found.limit, found.wait) == (Cap.CALLS_PER_DAY, 2, 0.0)
    began(meter, caps, day=TOMORROW)


def test_minutes_of_calls_that_go_on_count() -> None:
    meter, caps = Meter(), Caps(minutes_per_day=10)
    first = began(meter, caps)
    began(meter, caps, now=299.0)
    assert reached(meter, caps, now=450.0).cap is Cap.MINUTES_PER_DAY
    meter.end(first, day=TODAY, now=450.0)
    assert meter.counts("a", now=450.0) == (TODAY, 2, 601.0)


def test_a_call_that_goes_on_past_midnight_counts_whole_on_the_day_it_ends() -> None:
    meter, caps = Meter(), Caps(minutes_per_day=10)
    meter.end(began(meter, caps), day=TOMORROW, now=600.0)
    assert meter.counts("a", now=600.0) == (TOMORROW, 0, 600.0)
    assert reached(meter, caps, day=TOMORROW, now=600.0).cap is Cap.MINUTES_PER_DAY


def test_an_end_that_is_told_again_when_its_payer_is_long_forgotten_is_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("routing.tolls.meter.PAYERS", 0)
    meter = Meter()
    call = began(meter, FREE)
    meter.end(call, day=TODAY, now=1.0)
    meter.begin([("b", FREE)], "+1", day=TOMORROW, now=2.0)
    meter.end(call, day=TOMORROW, now=3.0)
    assert meter.counts("a", now=3.0) == ("", 0, 0.0)


def test_an_end_that_is_told_twice_counts_once() -> None:
    meter = Meter()
    call = began(meter, FREE)
    meter.end(call, day=TODAY, now=10.0)
    meter.end(call, day=TODAY, now=20.0)
    assert meter.counts("a", now=30.0) == (TODAY, 1, 10.0)


def test_numbers_that_were_called_before_are_not_new() -> None:
    meter, caps = Meter(), Caps(new_numbers=2, new_within=600.0)
    for number in ("+1", "+2", "+1", "+2"):
        meter.end(began(meter, caps, number=number, now=5.0), day=TODAY, now=6.0)
    found = reached(meter, caps, number="+3", now=100.0)
    assert (found.cap, found.wait) == (Cap.NEW_NUMBERS, 505.0)
    began(meter, caps, number="+1", now=100.0)
    began(meter, caps, number="+3", now=605.0)


def test_a_cap_that_is_reached_is_news_once_a_day() -> None:
    meter, caps = Meter(), Caps(calls_per_day=0, at_once=1)
    assert [reached(meter, caps).is_first for _ in range(3)] == [True, False, False]
    assert reached(meter, caps, day=TOMORROW).is_first


def test_a_call_that_one_payer_cannot_bear_is_counted_for_none() -> None:
    meter = Meter()
    found = meter.begin([("a", FREE), ("centre", Caps(at_once=0))], "+1", day=TODAY, now=0.0)
    assert isinstance(found, Reached)
    assert found.payer == "centre"
    assert meter.counts("a", now=0.0) == (TODAY, 0, 0.0)
    assert meter.changed == set()


def test_counts_go_on_after_a_restart() -> None:
    meter, caps = Meter(), Caps(calls_per_day=5)
    meter.restore(TODAY, {"a": (4, 60.0)})
    began(meter, caps)
    assert reached(meter, caps).cap is Cap.CALLS_PER_DAY


def test_what_is_remembered_has_bounds() -> None:
    meter = Meter()
    for each in range(KNOWN + 10):
        meter.end(began(meter, Caps(new_numbers=10**9), number=f"+{each}"), day=TODAY, now=0.0)
    assert reached(meter, Caps(new_numbers=0), number="+0").cap is Cap.NEW_NUMBERS
    began(meter, Caps(new_numbers=0), number=f"+{KNOWN}")


class Metered(RuleBasedStateMachine):
    """Calls begin and end in any order, days pass: what is let through never comes to more than any cap."""

    CAPS = Caps(at_once=3, calls_per_day=8, minutes_per_day=20, new_numbers=3, new_within=100.0)

    def __init__(self) -> None:
        super().__init__()
        self.meter = Meter()
        self.now = 0.0
        self.day = 0
        self.up: list[MeteredCall] = []
        self.today = 0
        self.spent = 0.0
        """Seconds of calls that ended today."""
        self.since: dict[MeteredCall, float] = {}
        self.new: list[float] = []
        self.known: set[str] = set()

    @rule(number=st.sampled_from([f"+{each}" for each in range(9)]))
    def call(self, number: str) -> None:
        spent = self.spent + sum(self.now - each for each in self.since.values())
        found = self.meter.begin([("a", self.CAPS), ("c", FREE)], number, day=str(self.day), now=self.now)
        is_burst = (
            number not in self.known and len([each for each in self.new if each > self.now - 100.0]) >= 3
        )
        is_full = len(self.up) >= 3 or self.today >= 8 or is_burst
        if isinstance(found, Reached):
            assert is_full or spent >= 1199.9  # sums of fractions
            return
        assert not is_full
        assert spent < 1200.1
        self.up.append(found)
        self.since[found] = self.now
        self.today += 1
        if number not in self.known:
            self.known.add(number)
            self.new.append(self.now)

    @precondition(lambda self: self.up)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from(self.up))
        self.up.remove(call)
        self.meter.end(call, day=str(self.day), now=self.now)
        self.spent += self.now - self.since.pop(call)

    @rule(seconds=st.floats(0, 300))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def next_day(self) -> None:
        self.day += 1
        self.today = 0
        self.spent = 0.0

    @invariant()
    def both_payers_know_what_is_up(self) -> None:
        assert self.meter.at_once("a") == self.meter.at_once("c") == len(self.up)


TestMetered = Metered.TestCase
TestMetered.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
