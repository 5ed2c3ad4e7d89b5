"""Delays after wrong attempts, with many keys and any order of events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.people.errors import LockedOut
from records.people.lockout import FORGOTTEN, LONGEST, OF_SOURCE, OF_STRANGERS, Attempts, Lockout


def attempts(lockout: Lockout, key: bytes, *, now: float, seconds: float) -> int:
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
    assert attempts(Lockout(5), b"eva", now=0.0, seconds=86400.0) < 115


def test_delays_double_to_the_longest_and_are_forgotten_after_a_day() -> None:
    lockout, now = Lockout(3), 0.0
    waits: list[int] = []
    while len(waits) < 14:
        try:
            lockout.begin(b"eva", now=now)
        except LockedOut as locked:
            waits.append(locked.retry_after or 0)
            now += waits[-1]
    assert waits[:6] == [1, 2, 4, 8, 16, 32]
    assert waits[9:] == [512] + 4 * [LONGEST]
    now += FORGOTTEN + LONGEST
    for _ in range(3):
        lockout.begin(b"eva", now=now)


@given(st.lists(st.sampled_from(["wrong", "right", "else"]), max_size=60))
def test_a_right_attempt_makes_the_count_new_and_others_do_not_matter(steps: list[str]) -> None:
    lockout, wrong, now = Lockout(4, longest=10.0), 0, 0.0
    for step in steps:
        now += 12.0
        lockout.begin(b"other" if step == "else" else b"eva", now=now)
        if step == "else":
            lockout.succeed(b"other")
        elif step == "right":
            lockout.succeed(b"eva")
            wrong = 0
        else:
            wrong += 1
    if wrong < 4 or steps[-1] != "wrong":
        lockout.begin(b"eva", now=now)
    else:
        with pytest.raises(LockedOut):
            lockout.begin(b"eva", now=now)


def test_memory_is_bounded_and_holds_nothing_that_was_typed() -> None:
    lockout = Lockout(5, kept=100)
    for n in range(1000):
        lockout.begin(str(n).encode(), now=float(n))
    assert len(lockout) == 100
    attempts = Attempts()
    attempts.begin("tangerine-Boat-7", "192.0.2.1", is_known=False, now=0.0)
    kept = [attempts._pairs._tries, attempts._sources._full, attempts._strangers._full]
    assert "tangerine" not in repr(kept)
    assert "192.0.2.1" not in repr(kept)


def _tried(every: Attempts, person: str, source: str, *, now: float, is_known: bool = False) -> bool:
    try:
        every.begin(person, source, is_known=is_known, now=now)
    except LockedOut:
        return False
    return True


def test_a_day_of_one_source_is_a_hundred_guesses_and_of_all_the_world_under_a_thousand() -> None:
    every = Attempts()
    alone = sum(_tried(every, "eva", "192.0.2.1", now=float(second)) for second in range(86_400))
    assert 90 < alone < 115
    every = Attempts()
    crowd = sum(_tried(every, "eva", f"s{turn % 5000}", now=turn / 2) for turn in range(2 * 86_400))
    assert crowd == OF_STRANGERS + 86_400 // 120 - 1


def test_a_day_of_one_source_at_everybody_is_few_guesses() -> None:
    every = Attempts()
    came = sum(_tried(every, f"p{turn % 5000}", "192.0.2.1", now=float(turn)) for turn in range(86_400))
    assert came == OF_SOURCE + 86_400 // 180 - 1


def test_strangers_never_keep_out_who_came_in_from_there_before() -> None:
    every = Attempts()
    for turn in range(5000):
        _tried(every, "eva", f"s{turn}", now=0.0)
        _tried(every, f"p{turn}", "home", now=0.0)
    assert _tried(every, "eva", "home", now=1.0, is_known=True)
    assert not _tried(every, "eva", "elsewhere", now=1.0)
    assert not _tried(every, "ana", "home", now=1.0)


def test_even_from_home_guesses_are_few() -> None:
    every = Attempts()
    came = sum(_tried(every, "eva", "home", now=float(turn), is_known=True) for turn in range(86_400))
    assert came < 115


def test_who_is_turned_away_by_one_limit_spends_nothing_of_the_others() -> None:
    every = Attempts()
    for turn in range(OF_SOURCE):
        assert _tried(every, f"p{turn}", "here", now=0.0)
    for _ in range(200):
        assert not _tried(every, "eva", "here", now=0.0)
    for turn in range(OF_STRANGERS):
        assert _tried(every, "eva", f"s{turn}", now=0.0)
    assert not _tried(every, "eva", "s-last", now=0.0)
    for turn in range(OF_SOURCE):
        assert _tried(every, f"p{turn}", "s-last", now=0.0)
