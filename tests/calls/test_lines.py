"""How many calls a trunk carries: at once, and in any second."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.lines import AllLinesBusy, LineLimits, Lines, NoLine, TooManyNewCalls


def lines(**limits: int) -> Lines:
    """Lines of trunks that all have these limits."""
    return Lines(lambda trunk: LineLimits(**limits))


def test_both_directions_share_the_channels() -> None:
    made = lines(channels=2)
    made.take("a", "in", now=0.0)
    made.take("a", "out", now=0.0)
    with pytest.raises(AllLinesBusy) as refused:
        made.take("a", "in", now=0.0)
    assert (refused.value.status, refused.value.cause, refused.value.retry_after) == (503, 34, 5)
    made.take("b", "in", now=0.0)
    made.release("a")
    made.take("a", "out", now=0.0)
    assert (made.in_use("a"), made.in_use("b"), made.in_use()) == (2, 1, 3)
    assert made.counts("a") == (3, 1)


def test_the_rate_holds_for_each_direction_and_any_second() -> None:
    made = lines(outgoing=2)
    for now in (0.0, 0.9):
        made.take("a", "out", now=now)
    with pytest.raises(TooManyNewCalls):
        made.take("a", "out", now=0.95)
    made.take("a", "in", now=0.95)
    made.take("a", "out", now=1.0)  # the first is a second ago
    with pytest.raises(TooManyNewCalls):
        made.take("a", "out", now=1.85)
    made.take("a", "out", now=1.95)


def test_a_call_that_found_no_line_takes_none() -> None:
    made = lines(channels=1, incoming=1)
    made.take("a", "in", now=0.0)
    for _ in range(5):
        with pytest.raises(NoLine):
            made.take("a", "in", now=0.1)
    made.release("a")
    made.take("a", "in", now=1.0)
    assert made.in_use("a") == 1


def test_what_was_never_taken_cannot_be_released() -> None:
    made = lines()
    made.release("a")
    assert made.in_use("a") == 0
    assert made.counts("a") == (0, 0)


@given(
    st.lists(st.tuples(st.booleans(), st.floats(0.0, 0.5)), max_size=80),
    st.integers(1, 4),
    st.integers(1, 4),
)
def test_no_limit_is_ever_passed(steps: list[tuple[bool, float]], channels: int, rate: int) -> None:
    made, now, began = lines(channels=channels, incoming=rate), 0.0, []
    for begins, pause in steps:
        now += pause
        if begins:
            try:
                made.take("a", "in", now=now)
            except NoLine:
                continue
            began.append(now)
        else:
            made.release("a")
        assert made.in_use("a") <= channels
        assert sum(each > now - 1.0 for each in began) <= rate
