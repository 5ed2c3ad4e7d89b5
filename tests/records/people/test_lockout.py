"""Delays after wrong attempts, with many keys and any order of events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.people.errors import LockedOut
from records.people.lockout import FORGOTTEN, LONGEST, Lockout


def attempts(lockout: Lockout, key: str, *, now: float, seconds: float) -> int:
    """How many somebody gets who tries whenever possible for so long."""
    count, end = 0, now + seconds
    while now < end:
        try:
            lockout.begin(key, now=now)
            count += 1
        except LockedOut as locked:
            now += locked.retry_after or 0
    return count


def test_who_tries_for_a_day_gets_about_a_hundred_guesses() -> None:
    assert attempts(Lockout(5), "eva", now=0.0, seconds=86400.0) < 115


def test_delays_double_to_the_longest_and_are_forgotten_after_an_hour() -> None:
    lockout, now = Lockout(3), 0.0
    waits: list[int] = []
    while len(waits) < 14:
        try:
            lockout.begin("eva", now=now)
        except LockedOut as locked:
            waits.append(locked.retry_after or 0)
            now += waits[-1]
    assert waits[:6] == [1, 2, 4, 8, 16, 32]
    assert waits[9:] == [512] + 4 * [LONGEST]
    now += FORGOTTEN + LONGEST
    for _ in range(3):
        lockout.begin("eva", now=now)


@given(st.lists(st.sampled_from(["wrong", "right", "else"]), max_size=60))
def test_a_right_attempt_makes_the_count_new_and_others_do_not_matter(steps: list[str]) -> None:
    lockout, wrong, now = Lockout(4, longest=10.0), 0, 0.0
    for step in steps:
        now += 12.0
        lockout.begin("other" if step == "else" else "eva", now=now)
        if step == "else":
            lockout.succeed("other")
        elif step == "right":
            lockout.succeed("eva")
            wrong = 0
        else:
            wrong += 1
    if wrong < 4 or steps[-1] != "wrong":
        lockout.begin("eva", now=now)
    else:
        with pytest.raises(LockedOut):
            lockout.begin("eva", now=now)


def test_memory_is_bounded_and_holds_nothing_that_was_typed() -> None:
    lockout = Lockout(5, kept=100)
    for n in range(1000):
        lockout.begin(f"tangerine-Boat-{n}", now=float(n))
    assert len(lockout) == 100
    assert "tangerine" not in repr(vars(lockout))
