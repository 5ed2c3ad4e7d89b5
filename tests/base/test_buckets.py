"""Token buckets: so much at once, so much on and on, whatever the order of takes; memory that does not grow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from base.buckets import Buckets


def test_a_burst_is_taken_at_once_and_the_rest_comes_back_with_time() -> None:
    buckets = Buckets(3, 2.0)
    assert [buckets.take("a", now=10.0) for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert buckets.is_empty("a", now=10.4)
    assert buckets.take("b", now=10.0) == 0.0
    assert buckets.take("a", now=10.5) == 0.0
    assert buckets.take("a", now=10.5) == 0.5
    buckets.give_back("a")
    assert buckets.take("a", now=10.5) == 0.0


@given(
    st.integers(1, 20),
    st.floats(0.1, 100.0),
    st.lists(st.floats(0.0, 5.0), max_size=200),
)
def test_never_more_is_taken_than_the_burst_and_what_came_back(
    burst: int, rate: float, pauses: list[float]
) -> None:
    buckets, now, taken, began = Buckets(burst, rate), 1e9, 0, 1e9
    for pause in pauses:
        now += pause
        wait = buckets.take("a", now=now)
        taken += wait == 0.0
        if wait:
            assert buckets.is_empty("a", now=now)
            assert wait <= 1.0 / rate + 1e-6
    assert taken <= burst + (now - began) * rate + 1e-3


def test_memory_is_bounded() -> None:
    buckets = Buckets(3, 1.0, kept=100)
    for n in range(10_000):
        buckets.take(n, now=float(n))
    assert len(buckets) == 100
