"""A card is charged once, whatever breaks: the caller's result agrees with the server or is `unknown`, then settled."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.breaker import BreakerSettings
from ivr.io.back_end import charges
from ivr.io.back_end.charging import GIVE_UP, GRACE
from ivr.io.back_end.settings import ClientSettings
from tests.kit.back_end_faults import (
    FAULTS,
    PATIENCE,
    acts_late,
    cut_after,
    cut_first,
    fails_after,
    fails_first,
    garbles,
    hangs_after,
    one_after_the_other,
    refuses,
    sends_elsewhere,
)
from tests.kit.back_end_floor import CLIENT, Clock, Floor, Server, http

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import web

    from tests.kit.back_end_floor import Fault, Handler

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.io.back_end.charging.PAUSES", (0.0, 0.01, 0.02))
    monkeypatch.setattr("ivr.io.back_end.http.BACK_OFF", 0.01)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[Server]:
    made = Server.example(clock)
    await made.start()
    yield made
    await made.stop()


def pays_by(server: Server, **changes: Any) -> ClientSettings:
    return ClientSettings(payments=http(server.url, timeout=PATIENCE, **changes))


async def _any_course(faults: list[Fault], amount: int, folder: Path) -> None:
    clock = Clock()
    server = Server.example(clock)
    await server.start()
    server.fault = one_after_the_other(faults)
    async with Floor(folder, clock, pays_by(server)) as floor:
        told = await floor.charge(amount=amount)
        again = await floor.charge(amount=amount)
        await asyncio.sleep(3 * PATIENCE if acts_late in faults else 0)
        made = server.company.charges
        assert len(made) <= 1
        for each in (told, again):
            if each.result == "approved":
                assert made == [("c1:1", amount)]
                assert each.facts["reference"] == "R00001"
            elif each.result != "unknown":
                assert each.result in ("declined", "unavailable")
                assert made == []
        server.fault = None
        clock.now += GRACE + 60
        await floor.transactions.charging.look_after_open()
        settled = [data for _, kind, data in floor.records if kind == "transaction.settled"]
        assert len(settled) <= 1
        if told.result == again.result == "unknown":
            assert [each["result"] for each in settled] == [_truth(server, amount)]
        assert floor.transactions.counters()["charges_open"] == 0
        assert len(server.company.charges) <= 1
        assert server.requests.count("/v1/payment/charge") == 1, (
            "a charge that may have arrived is never sent again"
        )
    await server.stop()


def _truth(server: Server, amount: int) -> str:
    if server.company.charges:
        return "approved"
    return "declined" if server.company.answers else "absent"


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.sampled_from(FAULTS), max_size=5), st.sampled_from([1250, 900_000]))
def test_whatever_breaks_a_card_is_charged_at_most_once_and_the_caller_is_told_nothing_false(
    faults: list[Fault], amount: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_any_course(faults, amount, Path(folder)))


@pytest.mark.parametrize("fault", [fails_after, cut_after, hangs_after, garbles, sends_elsewhere])
async def test_a_result_that_was_lost_is_found_while_the_caller_waits(
    server: Server, clock: Clock, tmp_path: Path, fault: Fault
) -> None:
    server.fault = one_after_the_other([fault])
    async with Floor(tmp_path, clock, pays_by(server)) as floor:
        told = await floor.charge()
        assert (told.result, told.facts) == ("approved", {"last4": "4444", "reference": "R00001"})
    assert server.requests[0] == "/v1/payment/charge"
    assert set(server.requests[1:]) == {"/v1/payment/query"}
    assert floor.records == []


async def test_what_was_turned_away_whole_was_not_charged(
    server: Server, clock: Clock, tmp_path: Path
) -> None:
    server.fault = one_after_the_other([refuses])
    async with Floor(tmp_path, clock, pays_by(server)) as floor:
        assert (await floor.charge()).result == "unavailable"
    assert server.company.charges == []


async def test_what_was_never_sent_is_unavailable_and_not_open(
    server: Server, clock: Clock, tmp_path: Path
) -> None:
    await server.stop()
    async with Floor(tmp_path, clock, pays_by(server)) as floor:
        assert (await floor.charge()).result == "unavailable"
        assert await floor.transactions.charging.look_after_open() is None


async def test_an_unknown_charge_is_asked_about_less_and_less_often_and_given_up_in_the_end(
    server: Server, clock: Clock, tmp_path: Path
) -> None:
    async with Floor(tmp_path, clock, pays_by(server)) as floor:
        server.fault = one_after_the_other([cut_first] * 100)
        assert (await floor.charge()).result == "unknown"
        charging = floor.transactions.charging
        waits = []
        for _ in range(10):
            soonest = await charging.look_after_open()
            assert soonest is not None
            waits.append(round(soonest - clock.now))
            clock.now = soonest
        assert waits == [5, 5, 10, 20, 40, 80, 160, 320, 640, 900]
        assert floor.transactions.counters()["charges_open"] == 1
        clock.now += GIVE_UP
        assert await charging.look_after_open() is None
        assert [data["result"] for _, _, data in floor.records] == ["given_up"]
        assert (await floor.charge()).result == "unknown"


async def test_absent_is_not_believed_while_the_charge_may_be_on_its_way(
    server: Server, clock: Clock, tmp_path: Path
) -> None:
    async with Floor(tmp_path, clock, pays_by(server)) as floor:
        server.fault = one_after_the_other([acts_late])
        assert (await floor.charge()).result == "unknown"
        clock.now += 10
        await floor.transactions.charging.look_after_open()
        assert floor.records == []
        await asyncio.sleep(3 * PATIENCE)
        clock.now += 60
        await floor.transactions.charging.look_after_open()
        assert [data["result"] for _, _, data in floor.records] == ["approved"]


async def test_a_charge_is_asked_about_at_the_system_it_was_made_with_only(
    server: Server, clock: Clock, tmp_path: Path
) -> None:
    async with Floor(tmp_path, clock, pays_by(server)) as floor:
        server.fault = one_after_the_other([cut_after] * 10)
        assert (await floor.charge()).result == "unknown"
        floor.transactions.adopt(await floor.transactions.prepare({CLIENT: ClientSettings()}))
        clock.now += GRACE + 60
        await floor.transactions.charging.look_after_open()
        assert floor.records == []
        floor.transactions.adopt(await floor.transactions.prepare({CLIENT: pays_by(server)}))
        server.fault = None
        clock.now += GRACE + 60
        await floor.transactions.charging.look_after_open()
        assert [data["result"] for _, _, data in floor.records] == ["approved"]


async def test_a_reload_leaves_a_charge_under_way_with_what_it_began_with(
    server: Server, clock: Clock, tmp_path: Path
) -> None:
    async with Floor(tmp_path, clock, pays_by(server)) as floor:
        under_way, go = asyncio.Event(), asyncio.Event()

        async def wait(request: web.Request, handler: Handler) -> web.StreamResponse:
            under_way.set()
            await go.wait()
            return await handler(request)

        server.fault = wait
        task = asyncio.get_running_loop().create_task(floor.charge())
        await under_way.wait()
        floor.transactions.adopt(await floor.transactions.prepare({CLIENT: ClientSettings()}))
        go.set()
        assert (await task).facts["reference"] == "R00001"
        assert (await floor.charge(request=2)).facts["reference"] == "000001"


async def test_a_breaker_that_is_open_charges_nothing_and_shows_in_the_counters(
    server: Server, clock: Clock, tmp_path: Path
) -> None:
    opened = pays_by(server, breaker=BreakerSettings(failures=1, pause=60))
    async with Floor(tmp_path, clock, opened) as floor:
        server.fault = one_after_the_other([fails_first] * 10)
        assert (await floor.charge()).result == "unknown"
        assert (await floor.charge(request=2)).result == "unavailable"
        assert floor.transactions.counters() == {"back_ends_open": 1, "charges_open": 1}
    assert server.requests == ["/v1/payment/charge"]


async def test_whose_turn_with_a_card_does_not_come_in_time_is_charged_nothing(
    server: Server, clock: Clock, tmp_path: Path
) -> None:
    """One charge after the other with one card: the first is slow, and the last cannot wait for two."""
    server.fault = one_after_the_other([hangs_after] * 9)
    async with Floor(tmp_path, clock, ClientSettings(http(server.url, timeout=0.3))) as floor:
        callers = range(600_000_000, 600_000_003)
        told = [floor.charge(contact=f"c{each}", caller=f"+34{each}") for each in callers]
        results = [each.result for each in await asyncio.gather(*told)]
    asked = server.requests.count("/v1/payment/charge")
    assert results.count("unavailable") == 3 - asked
    assert 1 <= asked < 3


@pytest.mark.parametrize(("keeps", "kept"), [(True, ("tok-00001", "1240")), (False, (None, None))])
async def test_a_token_is_kept_only_where_the_client_wants_it(
    server: Server, clock: Clock, tmp_path: Path, *, keeps: bool, kept: tuple[str | None, str | None]
) -> None:
    chosen = ClientSettings(payments=http(server.url), store_tokens=keeps)
    async with Floor(tmp_path, clock, chosen) as floor:
        told = await floor.charge()
        assert "tok-00001" not in repr(told)
    with closing(sqlite3.connect(tmp_path / "transactions.sqlite")) as store:
        assert store.execute("SELECT token, expiry FROM charges").fetchone() == kept


async def test_the_first_result_of_a_charge_stands(server: Server, clock: Clock, tmp_path: Path) -> None:
    async with Floor(tmp_path, clock, pays_by(server)) as floor:
        await floor.charge()
        store = floor.transactions._store
        assert not await store.run(charges.settle, "c1:1", "declined", now=clock.now)
        assert (await floor.charge()).result == "approved"


async def test_what_was_settled_long_ago_is_forgotten(server: Server, clock: Clock, tmp_path: Path) -> None:
    async with Floor(tmp_path, clock, pays_by(server)) as floor:
        await floor.charge()
        clock.now += charges.KEPT + 1
        await floor.charge(contact="c2")
        store = floor.transactions._store
        assert await store.run(charges.find, "c1:1") is None
        assert await store.run(charges.find, "c2:1") is not None
