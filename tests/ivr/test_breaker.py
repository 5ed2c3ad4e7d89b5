"""The circuit breaker: total in its table, open after failures in a row, tried by one question at a time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ivr.breaker import BREAKER, Breaker, BreakerInput, BreakerSettings, BreakerState

SETTINGS = BreakerSettings(failures=3, pause=10.0, longest_pause=35.0)


def test_the_table_has_no_holes() -> None:
    assert BREAKER.holes(list(BreakerState), list(BreakerInput)) == []


def _open(breaker: Breaker, *, now: float = 0.0) -> Breaker:
    for _ in range(SETTINGS.failures):
        assert breaker.lets_through(now=now)
        breaker.failed(now=now)
    return breaker


def test_failures_in_a_row_open_it_and_an_answer_between_them_does_not() -> None:
    breaker = Breaker(SETTINGS)
    for _ in range(10):
        breaker.failed(now=0.0)
        breaker.failed(now=0.0)
        breaker.answered(now=0.0)
    assert breaker.state is BreakerState.CLOSED
    assert _open(breaker).state is BreakerState.OPEN


def test_after_the_pause_one_question_goes_through_and_the_pause_grows_with_each_that_fails() -> None:
    breaker, now = _open(Breaker(SETTINGS)), 0.0
    for pause in (10.0, 20.0, 35.0, 35.0):
        assert not breaker.lets_through(now=now + pause - 0.1)
        now += pause
        assert breaker.lets_through(now=now)
        assert not breaker.lets_through(now=now)
        breaker.failed(now=now)
    breaker.lets_through(now=now + 35)
    breaker.answered(now=now + 35)
    assert breaker.state is BreakerState.CLOSED
    _open(breaker, now=now + 40)
    assert breaker.lets_through(now=now + 50), "the pause is the first one again"


def test_a_question_that_was_broken_off_does_not_keep_the_door_shut() -> None:
    breaker = _open(Breaker(SETTINGS))
    assert breaker.lets_through(now=10.0)
    breaker.gave_up(now=11.0)
    assert breaker.lets_through(now=11.0)


@given(st.lists(st.sampled_from(["ask", "answer", "fail", "leave", "wait"]), max_size=60))
def test_whatever_happens_it_lets_a_question_through_in_the_end(course: list[str]) -> None:
    breaker, now, under_way = Breaker(SETTINGS), 0.0, 0
    for each in course:
        now += 40.0 if each == "wait" else 0.5
        if each == "ask":
            under_way += breaker.lets_through(now=now)
        elif each != "wait" and under_way:
            under_way -= 1
            {"answer": breaker.answered, "fail": breaker.failed, "leave": breaker.gave_up}[each](now=now)
    for _ in range(under_way):
        breaker.gave_up(now=now)
    assert breaker.lets_through(now=now + SETTINGS.longest_pause)
