"""Floods, bans and scanners."""

from __future__ import annotations

import pytest

from sip import guard as guarding
from sip.guard import Guard, GuardLimits, is_scanner

HOST = "203.0.113.7"


@pytest.fixture
def guard() -> Guard:
    return Guard(GuardLimits())


def test_thirty_requests_in_two_seconds_are_borne_and_the_next_bans_for_300(guard: Guard) -> None:
    assert all(guard.allow(HOST, now=100.0) for _ in range(30))
    assert not guard.allow(HOST, now=101.9)
    assert guard.is_banned(HOST, now=401.8)
    assert not guard.allow(HOST, now=401.8)
    assert not guard.is_banned(HOST, now=401.9)
    assert guard.allow(HOST, now=402.0)
    assert guard.bans == 1


def test_a_steady_source_below_the_rate_is_never_banned(guard: Guard) -> None:
    assert all(guard.allow(HOST, now=turn * 0.1) for turn in range(1000))


def test_one_source_does_not_count_for_another(guard: Guard) -> None:
    for _ in range(40):
        guard.allow(HOST, now=0.0)
    assert guard.allow("203.0.113.8", now=0.0)


def test_an_ipv6_subscriber_is_one_source(guard: Guard) -> None:
    for turn in range(40):
        guard.allow(f"2001:db8:1:2::{turn:x}", now=0.0)
    assert guard.is_banned("2001:db8:1:2:ffff::1", now=0.0)
    assert not guard.is_banned("2001:db8:1:3::1", now=0.0)


def test_a_right_password_clears_the_count(guard: Guard) -> None:
    for _ in range(10):
        assert all(guard.allow(HOST, now=0.0) for _ in range(30))
        guard.trust(HOST)


def test_wrong_passwords_ban_even_when_slow(guard: Guard) -> None:
    for turn in range(9):
        guard.fail(HOST, now=turn * 5.0)
    assert not guard.is_banned(HOST, now=45.0)
    guard.fail(HOST, now=45.0)
    assert guard.is_banned(HOST, now=45.0)


def test_wrong_passwords_far_apart_do_not_ban(guard: Guard) -> None:
    for turn in range(50):
        guard.fail(HOST, now=turn * 61.0)
    assert guard.bans == 0


def test_memory_is_bounded_however_many_sources_there_are(
    guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "MAX_SOURCES", 100)
    for turn in range(1000):
        guard.allow(f"10.0.{turn // 250}.{turn % 250}", now=0.0)
    assert len(guard) == 100


def test_asking_remembers_nobody(guard: Guard) -> None:
    guard.is_banned(HOST, now=0.0)
    guard.trust(HOST)
    assert len(guard) == 0


@pytest.mark.parametrize(
    "agent", ["friendly-scanner", "sipvicious/0.3", "SIPVicious", "x sundayddr y", "sipcli/v1.8"]
)
def test_known_scanners_are_known(agent: str) -> None:
    assert is_scanner(agent)


@pytest.mark.parametrize("agent", ["", "Linphone/4.4", "baresip v2", "PJSUA v2.14", "pyVoIP 1.6", "Zoiper"])
def test_phones_are_no_scanners(agent: str) -> None:
    assert not is_scanner(agent)


def test_a_ban_is_told_with_its_reason(guard: Guard) -> None:
    told: list[tuple[str, str]] = []
    guard.on_ban = lambda source, why: told.append((source, why))
    for _ in range(31):
        guard.allow(HOST, now=0.0)
    for _ in range(10):
        guard.fail("192.0.2.99", now=0.0)
    guard.ban("2001:db8:1:2::3", now=0.0)
    assert told == [(HOST, "requests"), ("192.0.2.99", "passwords"), ("2001:db8:1:2", "scanner")]
