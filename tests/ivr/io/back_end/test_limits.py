"""Limits and fraud signals: per call, per card, per caller's number, with cool-down, over restarts."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.errors import StillAtWork
from ivr.io.back_end.attempts import KEPT
from ivr.io.back_end.sandbox_people import generated
from ivr.io.back_end.settings import ClientSettings
from ivr.io.back_end.turns import Turns
from ivr.limits import DAY, HOUR, MINUTE, Limits, Signals, is_weak, locked_for
from tests.kit.back_end_floor import BIRTH, OTHER_BIRTH, VISA, Clock, Floor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from typing import Literal

QUIET = ClientSettings(signals=Signals(cards_per_caller=0))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def floor(tmp_path: Path, clock: Clock) -> AsyncIterator[Floor]:
    async with Floor(tmp_path, clock, QUIET) as made:
        yield made


async def fail(floor: Floor, times: int, **more: str) -> list[str]:
    """Each in a call of its own, from a number of its own."""
    return [
        await floor.activate(
            birth=OTHER_BIRTH, **({"contact": f"f{each}", "caller": f"+3461000000{each}"} | more)
        )
        for each in range(times)
    ]


async def test_three_failures_lock_the_call_and_no_other(floor: Floor) -> None:
    results = [await floor.activate(birth=OTHER_BIRTH) for _ in range(4)]
    assert results == ["no_match", "no_match", "no_match", "locked"]
    assert await floor.activate(contact="c2") == "ok"
    assert floor.records[0] == ("c1", "auth.locked", {"action": "card.activate", "by": "call"})


async def test_a_card_is_locked_longer_with_each_failure_beyond_the_limit(floor: Floor, clock: Clock) -> None:
    await fail(floor, 5)
    for number, (wait, result) in enumerate([(15 * MINUTE, "no_match"), (HOUR, "no_match"), (DAY, "ok")]):
        clock.now += wait - 1
        assert await floor.activate(contact=f"a{number}", caller="+34699") == "locked"
        clock.now += 2
        birth = OTHER_BIRTH if result == "no_match" else BIRTH
        assert await floor.activate(birth=birth, contact=f"b{number}", caller="+34699") == result


async def test_the_lock_is_told_when_it_begins_and_to_whom_it_turns_away(floor: Floor) -> None:
    await fail(floor, 5)
    assert floor.records == [("f4", "auth.locked", {"action": "card.activate", "by": "card", "seconds": 900})]
    await floor.activate(contact="later", caller="+34699")
    assert floor.records[1:] == [
        ("later", "auth.locked", {"action": "card.activate", "by": "card", "seconds": 900})
    ]


async def test_ten_failures_lock_a_number_whatever_card_it_tries(floor: Floor) -> None:
    for each in range(10):
        result = await floor.activate(generated(100 + each), OTHER_BIRTH, contact=f"c{each}")
        assert result == "no_match"
    assert await floor.activate(contact="other") == "locked"
    assert await floor.activate(contact="other", caller="+34699999999") == "ok"


@pytest.mark.parametrize("caller", ["", "anonymous", "Anonymous", "restricted"])
async def test_a_withheld_number_has_no_limit_and_the_card_still_has(floor: Floor, caller: str) -> None:
    for each in range(12):
        result = await floor.activate(generated(100 + each), OTHER_BIRTH, contact=f"c{each}", caller=caller)
        assert result == "no_match"
    results = await fail(floor, 6, caller=caller)
    assert results == ["no_match"] * 5 + ["locked"]


async def test_a_number_that_is_kept_back_is_counted_where_the_carrier_tells_it(floor: Floor) -> None:
    for each in range(10):
        result = await floor.activate(
            generated(100 + each), OTHER_BIRTH, contact=f"c{each}", caller="anonymous", number="+34699000000"
        )
        assert result == "no_match"
    assert await floor.activate(contact="later", caller="anonymous", number="+34699000000") == "locked"
    assert await floor.activate(contact="later", caller="anonymous", number="anonymous") == "ok"


async def test_a_number_is_the_same_however_it_is_written(floor: Floor) -> None:
    spellings = ("+34699000000", "0034699000000", "34699000000", "+34 699-000-000", "(+34)699000000")
    for each in range(10):
        caller = spellings[each % len(spellings)]
        await floor.activate(generated(100 + each), OTHER_BIRTH, contact=f"c{each}", caller=caller)
    assert [await floor.activate(contact="later", caller=each) for each in spellings] == ["locked"] * 5


async def test_limits_outlive_a_restart(tmp_path: Path, clock: Clock) -> None:
    for each in range(5):
        async with Floor(tmp_path, clock, QUIET) as floor:
            await floor.activate(birth=OTHER_BIRTH, contact=f"c{each}", caller="")
    async with Floor(tmp_path, clock, QUIET) as floor:
        assert await floor.activate(contact="later", caller="") == "locked"
        clock.now += 15 * MINUTE + 1
        assert await floor.activate(contact="later", caller="") == "ok"


async def test_a_key_that_is_lost_forgets_the_limits_and_nothing_else(tmp_path: Path, clock: Clock) -> None:
    async with Floor(tmp_path, clock, QUIET) as floor:
        await fail(floor, 5)
    await asyncio.to_thread((tmp_path / "transactions.key").write_bytes, b"")
    async with Floor(tmp_path, clock, QUIET) as floor:
        assert await floor.activate(contact="later", caller="") == "ok"
    assert len(await asyncio.to_thread((tmp_path / "transactions.key").read_bytes)) == 32


async def test_many_at_once_gain_no_guesses(floor: Floor) -> None:
    results = await asyncio.gather(
        *(
            floor.activate(birth=OTHER_BIRTH, contact=f"c{each}", caller=f"+34{600_000_000 + each}")
            for each in range(30)
        )
    )
    assert sorted(results) == ["locked"] * 25 + ["no_match"] * 5


async def test_many_cards_at_once_from_one_number_gain_few_guesses(floor: Floor) -> None:
    results = await asyncio.gather(
        *(floor.activate(generated(100 + each), OTHER_BIRTH, contact=f"c{each}") for each in range(60))
    )
    assert results.count("no_match") < 2 * 10
    assert set(results) == {"no_match", "locked"}


async def test_many_honest_callers_with_one_card_at_once_are_all_served(floor: Floor) -> None:
    results = await asyncio.gather(
        *(floor.activate(contact=f"c{each}", caller=f"+34{600_000_000 + each}") for each in range(30))
    )
    assert sorted(results) == ["already"] * 29 + ["ok"]


async def test_whose_turn_does_not_come_in_time_is_not_served(floor: Floor) -> None:
    turns = Turns()
    async with turns.of("card", within=1.0):
        with pytest.raises(StillAtWork):
            async with turns.of("card", within=0.01):
                raise AssertionError("two at once")
        async with turns.of("another", within=0.01):
            pass
    async with turns.of("card", within=0.01):
        pass
    assert turns._turns == {}


async def test_an_attempt_that_was_cut_off_by_the_end_of_the_node_counts_as_failed(
    tmp_path: Path, clock: Clock
) -> None:
    async with Floor(tmp_path, clock, QUIET) as floor:
        await fail(floor, 4)
        await floor.activate(contact="last", caller="")
        await floor.transactions._store.run(
            lambda store: store.execute("UPDATE attempts SET state = 'asking' WHERE contact = 'last'")
        )
    async with Floor(tmp_path, clock, QUIET) as floor:
        assert await floor.activate(contact="later", caller="") == "locked"


async def test_an_ending_is_counted_with_the_account_and_not_with_everybodys_card(floor: Floor) -> None:
    async def guess(account: str, number: int) -> str:
        secrets = {"birth": OTHER_BIRTH, "account": account}
        reply = await floor.ask(
            "identity.verify",
            contact=f"c{number}",
            caller="anonymous",
            last4=f"{number:04d}",
            secrets=secrets,
        )
        return reply.result

    results = [await guess("1000000001", number) for number in range(6)]
    assert results == ["no_match"] * 5 + ["locked"]
    assert await guess("1000000002", 7) == "no_match"


async def test_each_client_company_counts_for_itself(floor: Floor) -> None:
    floor.settings["tienda_norte"] = QUIET
    floor.transactions.adopt(await floor.transactions.prepare(floor.settings))
    await fail(floor, 5)
    assert await floor.activate(contact="here", caller="") == "locked"
    assert await floor.activate(contact="there", caller="", client="tienda_norte") == "no_match"


async def test_a_client_company_may_set_its_own_limits(floor: Floor, clock: Clock) -> None:
    floor.settings["banco_sol"] = replace(QUIET, limits=Limits(1, 2, 3, HOUR, (60.0,)))
    floor.transactions.adopt(await floor.transactions.prepare(floor.settings))
    assert await floor.activate(birth=OTHER_BIRTH) == "no_match"
    assert await floor.activate(birth=OTHER_BIRTH) == "locked"
    assert await floor.activate(birth=OTHER_BIRTH, contact="c2") == "no_match"
    assert await floor.activate(contact="c3") == "locked"
    clock.now += 61
    assert await floor.activate(contact="c3") == "ok"


async def test_what_is_old_is_forgotten(floor: Floor, clock: Clock) -> None:
    await fail(floor, 3)
    clock.now += KEPT + 1
    await floor.activate()
    with closing(sqlite3.connect(floor.folder / "transactions.sqlite")) as store:
        assert store.execute("SELECT count(*) FROM attempts").fetchone() == (1,)


async def test_what_cannot_be_counted_is_not_done(floor: Floor) -> None:
    await floor.transactions._store.run(lambda store: store.execute("DROP TABLE attempts"))
    assert await floor.activate() == "unavailable"


# --- fraud ---


async def test_a_number_that_tries_many_cards_is_suspect_and_hears_nothing_of_it(
    tmp_path: Path, clock: Clock
) -> None:
    signals = Signals(cards_per_caller=3, within=HOUR)
    async with Floor(tmp_path, clock, ClientSettings(signals=signals)) as floor:
        for each in range(3):
            assert await floor.activate(generated(100 + each), contact=f"c{each}") == "ok"
        assert await floor.activate(generated(100), contact="again") == "already"
        reply = await floor.ask("card.activate", contact="c4", secrets={"card": VISA, "birth": BIRTH})
        assert (reply.result, dict(reply.facts)) == ("fraud", {})
        assert floor.records == [("c4", "fraud.suspected", {"action": "card.activate", "by": "cards"})]
        assert await floor.activate(contact="c5", caller="+34699999999") == "ok"
        assert await floor.activate(contact="c6", caller="anonymous") == "already"
        clock.now += HOUR + 1
        assert await floor.activate(contact="c7") == "already"


async def test_a_weak_attestation_is_suspect_where_the_client_says_so(tmp_path: Path, clock: Clock) -> None:
    async with Floor(tmp_path, clock, ClientSettings(signals=Signals(attestation="B"))) as floor:
        assert await floor.activate(attestation="C") == "fraud"
        assert await floor.activate(attestation=None) == "fraud"
        assert await floor.activate(attestation="B") == "ok"
        assert [data["by"] for _, _, data in floor.records] == ["attestation"] * 2
        assert (await floor.ask("customer.find", attestation=None)).result == "found"


@pytest.mark.parametrize(("least", "weak"), [("off", ""), ("B", "C-"), ("A", "BC-")])
def test_how_weak_is_too_weak(least: Literal["off", "B", "A"], weak: str) -> None:
    found = [each for each in "ABC-" if is_weak(None if each == "-" else each, Signals(attestation=least))]
    assert found == list(weak)


async def test_a_form_that_asks_less_than_the_client_company_wants_proves_nothing(floor: Floor) -> None:
    floor.settings["banco_sol"] = replace(QUIET, identity=("birth", "otp"))
    floor.transactions.adopt(await floor.transactions.prepare(floor.settings))
    assert await floor.activate() == "unavailable"
    secrets = {"card": VISA, "birth": BIRTH, "otp": "123456"}
    assert (await floor.ask("card.activate", secrets=secrets)).result == "ok"


@given(st.lists(st.integers(1, 86_400), max_size=12), st.integers(86_400, 259_200))
def test_a_lock_ends_and_never_lasts_longer_than_the_longest_cool_down(failures: list[int], now: int) -> None:
    limits = Limits()
    wait = locked_for(failures, limits.per_card, limits, now=now)
    assert 0 <= wait <= limits.cool_down[-1]
    assert not wait or len(failures) >= limits.per_card
    assert locked_for(failures, limits.per_card, limits, now=2 * DAY) == 0
    if len(failures) >= limits.per_card:
        assert locked_for(failures, limits.per_card, limits, now=max(failures)) >= limits.cool_down[0]
