"""Nonces prove their time and source, and no count of one is good twice (RFC 7616 s.3.4, s.5.4)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from base.ids import SequenceIds
from sip.digest import nonces

HERE = "192.0.2.10"


@given(st.lists(st.integers(min_value=1, max_value=200), max_size=60))
def test_no_count_is_taken_twice_and_recent_ones_are_taken_once(numbers: list[int]) -> None:
    counts = nonces.Counts(0.0)
    taken: set[int] = set()
    for number in numbers:
        fits = number > max(taken, default=0) - nonces.WINDOW
        assert counts.take(number) == (fits and number not in taken)
        taken.add(number) if fits else None


@given(
    st.floats(min_value=0, max_value=1e6),
    st.floats(min_value=0, max_value=1000),
    st.sampled_from([HERE, "x", "::1"]),
)
def test_a_nonce_is_ours_exactly_while_it_lives_and_where_it_was_given(
    at: float, age: float, source: str
) -> None:
    made = nonces.Nonces(SequenceIds(), 300.0)
    nonce = made.issue(HERE, now=at)
    found = made.issued(nonce, source, now=at + age)
    assert (found is not None) == (source == HERE and at + age - int(at * 1000) / 1000 <= 300.0)


@given(st.integers(min_value=0, max_value=59), st.sampled_from("0123456789abcdefg\u0661"))
def test_a_nonce_with_one_digit_changed_is_not_ours(place: int, digit: str) -> None:
    made = nonces.Nonces(SequenceIds(), 300.0)
    nonce = made.issue(HERE, now=100.0)
    changed = nonce[:place] + digit + nonce[place + 1 :]
    assert (made.issued(changed, HERE, now=101.0) is None) == (changed != nonce)
