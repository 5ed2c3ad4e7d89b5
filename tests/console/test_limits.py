"""How much may be asked: each person and key for itself, strangers by their source, in a time that is only said."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network
from typing import TYPE_CHECKING

import pytest

from console.limits import MOST_TOKENS, Limits, Rates
from console.problem import Refusal
from records.people.roles import Role

if TYPE_CHECKING:
    from tests.console.interface import Api

FEW = Rates(rate=1e-3, burst=3, strangers_rate=1e-3, strangers_burst=2)


async def status_of(api: Api, path: str, token: str | None = None, **headers: str) -> tuple[int, str | None]:
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    async with api.client.get(path, headers=headers) as answer:
        if answer.status == 429:
            assert answer.content_type == "application/problem+json"
            assert (await answer.json())["code"] == "too_many_requests"
        return answer.status, answer.headers.get("Retry-After")


async def entered(api: Api, person: str) -> str:
    await asyncio.to_thread(api.doorstep.add, person, Role.ADMINISTRATOR)
    return (await api.doorstep.enter(person)).token


async def test_who_asks_too_much_waits_and_others_do_not(api: Api) -> None:
    eva, ana = await entered(api, "eva"), await entered(api, "ana.person")
    again = (await api.doorstep.enter("eva")).token
    api.rates = FEW
    for token in (eva, again, eva):
        assert await status_of(api, "/api/v1/me", token) == (200, None)
    assert await status_of(api, "/api/v1/me", again) == (429, "1000")
    assert (await status_of(api, "/api/v1/me", ana))[0] == 200
    assert (await api.ask("GET", "/api/v1/me"))[0] == 200  # the node's own commands are not counted
    for _ in range(5):
        assert (await api.ask("GET", "/api/v1/agents"))[0] == 200
    api.rates = Rates()
    assert (await status_of(api, "/api/v1/me", eva))[0] == 200


async def test_strangers_are_counted_by_their_source_and_keep_nobody_out(api: Api) -> None:
    eva, ana = await entered(api, "eva"), await entered(api, "ana.person")
    api.rates = FEW
    assert (await status_of(api, "/api/v1/me", eva))[0] == 200
    for token in ("cs_wrong", None):
        assert (await status_of(api, "/api/v1/me", token))[0] == 401
    assert await status_of(api, "/api/v1/me", "cs_wrong") == (429, "1000")
    assert (await status_of(api, "/api/v1/docs"))[0] == 429
    assert (await status_of(api, "/api/v1/me", eva))[0] == 200, "it came in before"
    assert (await status_of(api, "/api/v1/me", ana))[0] == 429, "it did not, and is not looked up"
    assert (await api.ask("GET", "/api/v1/me"))[0] == 200


async def test_who_watches_over_the_node_is_not_counted(api: Api) -> None:
    api.rates = FEW
    for _ in range(5):
        for path in ("/api/v1/health", "/api/v1/ready", "/api/v1/counters", "/metrics"):
            assert (await status_of(api, path))[0] == 200, path
            assert (await status_of(api, path, "cs_wrong"))[0] == 200, path
    assert [(await status_of(api, "/metrics", Host="far.example"))[0] for _ in range(3)] == [401, 401, 429]


async def test_one_source_is_not_another_behind_a_proxy(api: Api) -> None:
    api.proxies = [ip_network("127.0.0.1/32")]
    api.rates = FEW
    for address, status in (
        ("2001:db8::1", 401),
        ("2001:db8::2", 401),
        ("2001:db8::3", 429),
        ("203.0.113.9", 401),
    ):
        assert (await status_of(api, "/api/v1/me", **{"X-Forwarded-For": address}))[0] == status, address


async def test_a_stranger_s_flood_of_logins_computes_no_hashes(api: Api) -> None:
    api.rates = FEW
    body = {"person": "eva", "password": "wrong", "cookie": False}
    came = []
    for _ in range(6):
        async with api.client.post("/api/v1/login", json=body) as answer:
            came.append(answer.status)
    assert came == [401, 401, 429, 429, 429, 429]
    assert api.doorstep.passwords.computed == 2


def test_a_wallboard_that_asks_all_it_shows_each_second_is_never_told_to_wait() -> None:
    now = 0.0
    limits = Limits(Rates, lambda: now)
    for second in range(3600):
        now = float(second)
        for _ in range(40):
            limits.look("ck_board", "10.0.0.1")
            limits.count("key:board", "ck_board")


def test_memory_is_bounded_however_many_ask() -> None:
    now = 0.0
    limits = Limits(Rates, lambda: now)
    for n in range(30_000):
        limits.count(f"p{n}", f"t{n}")
        limits.count_stranger(f"s{n}")
    assert len(limits._good) == MOST_TOKENS
    assert len(limits._principals) == len(limits._strangers) == 20_000


def test_what_was_asked_comes_back_with_time() -> None:
    now = 0.0
    limits = Limits(lambda: Rates(2.0, 4), lambda: now)
    for _ in range(4):
        limits.count("eva", "t")
    with pytest.raises(Refusal) as refused:
        limits.count("eva", "t")
    assert refused.value.headers == {"Retry-After": "1"}
    now = 0.5
    limits.count("eva", "t")
