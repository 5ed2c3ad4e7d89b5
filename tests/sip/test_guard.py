"""Floods, bans and scanners."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from sip.protection import guard as guarding
from sip.protection.guard import Guard, GuardLimits, network_of

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
    assert guard.tally["bans"] == 1


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
        guard.trust(HOST, now=0.0)


def test_wrong_passwords_ban_even_when_slow(guard: Guard) -> None:
    for turn in range(9):
        guard.fail(HOST, now=turn * 5.0)
    assert not guard.is_banned(HOST, now=45.0)
    guard.fail(HOST, now=45.0)
    assert guard.is_banned(HOST, now=45.0)


def test_wrong_passwords_far_apart_do_not_ban(guard: Guard) -> None:
    for turn in range(50):
        guard.fail(HOST, now=turn * 61.0)
    assert guard.bans() == ()


def test_memory_is_bounded_however_many_sources_there_are(
    guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "MAX_SOURCES", 100)
    for turn in range(1000):
        guard.allow(f"10.0.{turn // 250}.{turn % 250}", now=0.0)
    assert len(guard) == 100


def test_asking_remembers_nobody(guard: Guard) -> None:
    guard.is_banned(HOST, now=0.0)
    assert len(guard) == 0


def test_a_ban_is_told_with_its_reason(guard: Guard) -> None:
    told: list[tuple[str, str]] = []
    guard.on_ban = lambda source, why: told.append((source, why))
    for _ in range(31):
        guard.allow(HOST, now=0.0)
    for _ in range(10):
        guard.fail("192.0.2.99", now=0.0)
    guard.scan("2001:db8:1:2::3", now=0.0)
    assert told == [(HOST, "requests"), ("192.0.2.99", "passwords"), ("2001:db8:1:2::/64", "scanner")]


def test_a_source_that_gave_a_right_password_is_slowed_down_but_not_banned(guard: Guard) -> None:
    """Anybody can forge its address: a ban would let strangers silence a phone."""
    guard.trust(HOST, now=0.0)
    assert [guard.allow(HOST, now=10.0) for _ in range(100)] == [True] * 30 + [False] * 70
    guard.scan(HOST, now=10.0)
    assert not guard.is_banned(HOST, now=10.0)
    assert guard.allow(HOST, now=12.0)
    assert guard.tally.all() == {"requests": 70, "scanner": 1}


def test_a_right_password_speaks_for_its_source_for_two_hours(guard: Guard) -> None:
    guard.trust(HOST, now=0.0)
    for _ in range(31):
        guard.allow(HOST, now=7201.0)
    assert guard.is_banned(HOST, now=7201.0)


def test_a_phone_with_a_wrong_password_does_not_ban_the_office_it_stands_in(guard: Guard) -> None:
    guard.trust(HOST, now=0.0)
    for _ in range(99):
        guard.fail(HOST, now=1.0)
    assert not guard.is_banned(HOST, now=1.0)
    guard.fail(HOST, now=1.0)
    assert guard.is_banned(HOST, now=1.0)


def test_networks_that_are_never_banned_are_not_counted_either() -> None:
    guard = Guard(GuardLimits(never=(ip_network("203.0.113.0/28"), ip_network("2001:db8::/48"))))
    for host in (HOST, "::ffff:203.0.113.8", "2001:db8::5"):
        assert all(guard.allow(host, now=0.0) for _ in range(100))
        for _ in range(100):
            guard.fail(host, now=0.0)
        guard.scan(host, now=0.0)
        assert not guard.is_banned(host, now=0.0)
    assert len(guard) == 0
    assert not all(guard.allow("203.0.113.99", now=0.0) for _ in range(31))


def test_a_network_that_is_let_in_by_a_reload_is_no_longer_banned(guard: Guard) -> None:
    guard.scan(HOST, now=0.0)
    guard.scan("192.0.2.99", now=0.0)
    guard.configure(GuardLimits(never=(ip_network(HOST),)))
    assert [ban.source for ban in guard.bans()] == ["192.0.2.99"]


def test_a_ban_can_be_lifted_by_its_name_or_an_address_in_it(guard: Guard) -> None:
    guard.scan(HOST, now=0.0)
    guard.scan("2001:db8:1:2::3", now=0.0)
    assert guard.lift(HOST)
    assert guard.lift("2001:db8:1:2:ffff::9")
    assert not guard.lift(HOST)
    assert guard.allow(HOST, now=0.0)


def test_bans_are_bounded_too(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "MAX_SOURCES", 100)
    for turn in range(1000):
        guard.scan(f"10.0.{turn // 250}.{turn % 250}", now=0.0)
        guard.trust(f"10.1.{turn // 250}.{turn % 250}", now=0.0)
    assert len(guard.bans()) == 100


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.2", "192.0.2.2"),
        ("2001:db8:0:0:1::", "2001:db8::/64"),
        ("2001:db8::1:2:3:4", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense:x", "nonsense:x"),
    ],
)
def test_one_subscriber_is_one_source_however_it_is_written(host: str, network: str) -> None:
    assert network_of(host) == network
