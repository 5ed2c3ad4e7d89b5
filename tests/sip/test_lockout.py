"""Accounts guessed at from many sources, and the limits of one account's calls and registrations."""

from __future__ import annotations

import pytest

from sip.protection import lockout as locking
from sip.protection import rates as rating
from sip.protection.lockout import Lockout, LockoutLimits
from sip.protection.rates import RateLimits, Rates

HOME, ROAD = "192.0.2.10", "198.51.100.7"


@pytest.fixture
def lockout() -> Lockout:
    return Lockout(LockoutLimits(failures=30, within=600.0, lasting=300.0, turn=10.0))


def guess(lockout: Lockout, account: str = "1001", *, now: float = 0.0) -> bool:
    """Fail thirty times, all of them; whether that locked the account."""
    return sum(lockout.fail(account, now=now) for _ in range(30)) == 1


def test_an_account_is_locked_by_too_many_failures_from_anywhere(lockout: Lockout) -> None:
    assert [lockout.fail("1001", now=turn) for turn in range(30)] == [False] * 29 + [True]
    assert lockout.wait("1001", ROAD, now=30.0) > 0
    assert lockout.wait("1002", ROAD, now=30.0) == 0


def test_failures_far_apart_lock_nothing(lockout: Lockout) -> None:
    assert not any(lockout.fail("1001", now=turn * 30.0) for turn in range(200))


def test_a_phone_cannot_be_locked_out_of_the_network_it_is_used_from(lockout: Lockout) -> None:
    lockout.welcome("1001", HOME, now=0.0)
    assert guess(lockout, now=10.0)
    assert lockout.wait("1001", HOME, now=11.0) == 0
    assert lockout.wait("1001", ROAD, now=11.0) == 9


def test_a_phone_that_moved_gets_its_turn_and_guessers_get_no_more_than_that(lockout: Lockout) -> None:
    guess(lockout, now=0.0)
    judged = [second for second in range(1, 300) if lockout.wait("1001", ROAD, now=float(second)) == 0]
    assert judged == list(range(10, 300, 10))
    assert lockout.wait("1001", ROAD, now=300.0) == 0
    assert lockout.wait("1001", ROAD, now=300.1) == 0


def test_a_name_that_is_no_account_is_locked_alike(lockout: Lockout) -> None:
    lockout.welcome("1001", HOME, now=0.0)
    guess(lockout, "1001")
    guess(lockout, "nobody")
    assert lockout.wait("nobody", ROAD, now=1.0) == lockout.wait("1001", ROAD, now=1.0) == 9


def test_a_home_is_forgotten_after_a_week(lockout: Lockout) -> None:
    lockout.welcome("1001", HOME, now=0.0)
    guess(lockout, now=7 * 86400.0 + 1)
    assert lockout.wait("1001", HOME, now=7 * 86400.0 + 2) > 0


def test_what_is_remembered_is_bounded(lockout: Lockout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "MAX_ACCOUNTS", 10)
    for turn in range(100):
        lockout.fail(f"{turn}" * 200, now=0.0)
        lockout.welcome("1001", f"10.0.0.{turn}", now=0.0)
    assert len(lockout) == 10
    guess(lockout)
    assert lockout.wait("1001", "10.0.0.99", now=0.0) == 0
    assert lockout.wait("1001", "10.0.0.1", now=0.0) > 0, "the latest networks are kept"


def test_calls_registrations_and_all_else_are_limited_apart() -> None:
    rates = Rates(RateLimits(calls=2, registrations=1, others=3, within=60.0))
    assert [rates.take("INVITE", "1001", now=at) for at in (0.0, 10.0, 20.0)] == [0, 0, 40]
    assert [rates.take("REGISTER", "1001", now=at) for at in (0.0, 59.5)] == [0, 1]
    assert rates.take("INVITE", "1002", now=20.0) == 0
    assert [rates.take(method, "1001", now=0.0) for method in ("MESSAGE", "X", "Y", "Z")] == [0, 0, 0, 60]
    assert rates.take("INVITE", "1001", now=60.0) == 0


def test_no_limit_is_no_limit_and_keeps_nothing() -> None:
    rates = Rates(RateLimits())
    assert not any(rates.take("INVITE", "1001", now=0.0) for _ in range(1000))
    assert len(rates) == 0


def test_windows_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rating, "MAX_COUNTED", 10)
    rates = Rates(RateLimits(calls=1))
    for turn in range(100):
        rates.take("INVITE", str(turn), now=0.0)
    assert len(rates) == 10
    assert rates.take("INVITE", "99", now=1.0) > 0
