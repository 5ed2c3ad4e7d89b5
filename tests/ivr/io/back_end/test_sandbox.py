"""The sandbox: every action with test people and test cards, behind the face that menus ask."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from stdnum import luhn
from stdnum.es import dni, nie
from stdnum.pl import pesel

from base.secret import Secret
from ivr.actions import ACTIONS
from ivr.io.back_end.sandbox_people import (
    LATE,
    LOST,
    NO_FUNDS,
    PUBLISHED,
    REFUSED,
    TEST_CARDS,
    TEST_PEOPLE,
    generated,
)
from tests.kit.back_end_floor import BIRTH, MASTERCARD, NOW, OTHER_BIRTH, VISA, Clock, Floor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NOBODY = "4012888888881881"


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    async with Floor(tmp_path, Clock()) as made:
        yield made


def test_every_person_and_card_is_invented() -> None:
    for each in TEST_CARDS:
        assert luhn.is_valid(each.number)
        assert each.number in PUBLISHED or each.number.startswith("999999")
    for person in TEST_PEOPLE:
        assert "pesel" not in person.elements or pesel.is_valid(person.elements["pesel"])


async def test_a_card_is_activated_once(floor: Floor) -> None:
    first = await floor.ask("card.activate", secrets={"card": VISA, "birth": BIRTH})
    assert (first.result, dict(first.facts)) == ("ok", {"last4": "1111"})
    assert await floor.activate() == "already"


async def test_it_is_not_told_which_element_did_not_fit(floor: Floor) -> None:
    replies = [
        await floor.ask("card.activate", contact=contact, secrets={"card": card, "birth": birth})
        for contact, card, birth in (
            ("c1", VISA, OTHER_BIRTH),
            ("c2", NOBODY, BIRTH),
            ("c3", MASTERCARD, BIRTH),
        )
    ]
    assert {(each.result, tuple(each.facts)) for each in replies} == {("no_match", ())}


async def test_documents_prove_with_their_letters_and_all_that_is_given_must_fit(floor: Floor) -> None:
    given = {
        "dni": "12345678" + dni.calc_check_digit("12345678"),
        "nie": "X1234567" + nie.calc_check_digit("X1234567"),
        "pesel": "80020100001",
        "otp": "123456",
    }
    reply = await floor.ask("identity.verify", secrets={"card": VISA, **given})
    assert reply.result == "ok"
    reply = await floor.ask("identity.verify", secrets={"card": VISA, **given, "otp": "123457"})
    assert reply.result == "no_match"


async def test_an_ending_needs_the_account_or_the_number_on_file_beside_the_element(floor: Floor) -> None:
    async def verify(**more: str) -> str:
        caller = more.pop("caller", "+34600000001")
        secrets = {"birth": BIRTH} | ({"account": more.pop("account")} if "account" in more else {})
        return (await floor.ask("identity.verify", last4="1111", secrets=secrets, caller=caller)).result

    assert await verify() == "ok"
    assert await verify(caller="+34699999999") == "no_match"
    assert await verify(caller="+34699999999", account="1000000001") == "ok"


async def test_what_a_customer_owns_is_told_only_after_the_proof_and_not_after_the_call(floor: Floor) -> None:
    assert (await floor.ask("account.balance")).result == "unavailable"
    assert await floor.verify() == "ok"
    balance = await floor.ask("account.balance")
    assert (balance.result, balance.facts) == ("ok", {"balance": "125040 EUR", "due": "31050 EUR"})
    assert (await floor.ask("account.balance", contact="c2")).result == "unavailable"
    assert (await floor.ask("account.balance", client="tienda_norte")).result == "unavailable"
    floor.transactions.forget("c1")
    assert (await floor.ask("account.balance")).result == "unavailable"


async def test_whoever_left_while_the_proof_was_under_way_is_not_remembered(floor: Floor) -> None:
    task = asyncio.get_running_loop().create_task(floor.verify())
    await asyncio.sleep(0)
    floor.transactions.forget("c1")
    assert await task == "ok"
    assert (await floor.ask("account.balance")).result == "unavailable"
    assert await floor.verify() == "ok"
    assert (await floor.ask("account.balance")).result == "ok"


async def test_movements_are_dated_from_today(floor: Floor) -> None:
    await floor.verify()
    movements = await floor.ask("account.movements")
    assert movements.result == "ok"
    assert movements.facts["movement1_amount"] == "-2599 EUR"
    assert movements.facts["movement1_date"] == "2026-11-17"
    assert await floor.verify(MASTERCARD, "19751231", contact="c2") == "ok"
    assert (await floor.ask("account.movements", contact="c2")).result == "none"


async def test_a_number_finds_a_customer_and_proves_nothing(floor: Floor) -> None:
    found = await floor.ask("customer.find")
    assert (found.result, found.facts) == ("found", {"segment": "gold", "due": "31050 EUR"})
    assert (await floor.ask("customer.find", caller="+34699999999")).result == "none"
    assert (await floor.ask("account.balance")).result == "unavailable"


async def test_a_card_that_was_blocked_or_lost_is_fraud_wherever_it_is_used(floor: Floor) -> None:
    reply = await floor.ask("card.block", secrets={"card": VISA, "birth": BIRTH})
    assert (reply.result, reply.facts) == ("ok", {"last4": "1111"})
    again = await floor.ask("card.block", secrets={"card": VISA, "birth": BIRTH})
    assert again.result == "already"
    assert [await floor.activate(), await floor.verify(), (await floor.charge(VISA)).result] == ["fraud"] * 3
    assert (await floor.charge(LOST, contact="c2")).result == "fraud"
    assert floor.kinds() == ["fraud.suspected"] * 4
    assert floor.records[0][2] == {"action": "card.activate", "by": "back_end"}


async def test_a_case_has_one_number_however_often_it_is_sent(floor: Floor) -> None:
    first = await floor.ask("case.open", kind="address")
    again = await floor.ask("case.open", kind="address")
    other = await floor.ask("case.open", kind="address", request=2)
    assert first.result == "ok"
    assert first.facts == again.facts != other.facts


async def test_a_payment_is_made_once_however_often_it_is_asked(floor: Floor) -> None:
    first, again = await floor.charge(), await floor.charge()
    assert first.result == "approved"
    assert (again.result, dict(again.facts)) == (first.result, dict(first.facts))
    assert first.facts["last4"] == "4444"
    with closing(sqlite3.connect(floor.folder / "cards.sqlite")) as store:
        assert store.execute("SELECT count(*), sum(amount) FROM charges").fetchone() == (1, 1250)


async def test_payments_that_are_declined(floor: Floor) -> None:
    replies = [
        await floor.charge(card, amount, cvv, contact=f"c{number}")
        for number, (card, amount, cvv) in enumerate(
            [
                (NO_FUNDS, 100, "737"),
                (MASTERCARD, 3_000_01, "737"),
                (MASTERCARD, 100, "7373"),
                (REFUSED, 100, "737"),
                (NOBODY, 100, "737"),
            ]
        )
    ]
    assert {each.result for each in replies} == {"declined"}


async def test_no_funds_is_no_failure_and_a_refusal_is_one(floor: Floor) -> None:
    for number in range(4):
        assert (await floor.charge(NO_FUNDS, request=number)).result == "declined"
    results = [(await floor.charge(REFUSED, request=10 + number)).result for number in range(4)]
    assert results == ["declined", "declined", "declined", "locked"]


async def test_a_charge_that_is_answered_late_is_unknown_and_then_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.io.back_end.charging.PAUSES", (0.0, 0.0, 0.0))
    clock = Clock()
    async with Floor(tmp_path, clock) as floor:
        assert (await floor.charge(LATE)).result == "unknown"
        assert floor.kinds() == []
        assert (await floor.charge(LATE)).result == "unknown"
        clock.now += 30
        await floor.transactions.charging.look_after_open()
        assert floor.records == [
            (
                "c1",
                "transaction.settled",
                {
                    "action": "payment.charge",
                    "result": "approved",
                    "amount": 1250,
                    "currency": "EUR",
                    "last4": LATE[-4:],
                    "reference": "000001",
                    "question": "1",
                },
            )
        ]
        told = await floor.charge(LATE)
        assert (told.result, told.facts["reference"]) == ("approved", "000001")


async def test_secrets_are_empty_before_anything_is_awaited(floor: Floor) -> None:
    card, birth = Secret(VISA), Secret(BIRTH)
    work = floor.transactions.ask(
        "card.activate", {"card": card, "birth": birth}, client="banco_sol", contact="c", caller="", request=1
    )
    task = asyncio.get_running_loop().create_task(work)
    await asyncio.sleep(0)
    assert not task.done()
    assert (len(card), len(birth)) == (0, 0)
    assert (await task).result == "ok"


async def test_a_secret_already_wiped_does_nothing_and_counts_nothing(floor: Floor) -> None:
    for _ in range(12):
        assert await floor.activate(card="") == "unavailable"
        assert (await floor.charge(cvv="")).result == "unavailable"
    assert await floor.activate() == "ok"


async def test_an_unknown_action_or_client_is_unavailable(floor: Floor) -> None:
    reply = await floor.ask("card.melt", secrets={"card": VISA}, request=7)
    assert (reply.request, reply.result) == (7, "unavailable")
    assert (await floor.ask("customer.find", client="nobody")).result == "unavailable"


async def test_every_action_answers_what_it_may(floor: Floor) -> None:
    await floor.verify()
    for name, action in ACTIONS.items():
        secrets = {"card": VISA, "birth": BIRTH, "cvv": "123", "expiry": "1240"}
        reply = await floor.ask(name, secrets=secrets, amount="100", currency="EUR")
        assert reply.result in action.results
        assert set(reply.facts) <= set(action.facts)


async def test_no_number_is_written_down_and_the_keys_are_the_owners(tmp_path: Path) -> None:
    async with Floor(tmp_path, Clock()) as floor:
        await floor.activate()
        await floor.activate(birth=OTHER_BIRTH)
        await floor.activate(NOBODY)
        await floor.charge(VISA)
        await floor.charge(NOBODY, request=2)
    written = all_bytes(tmp_path)
    for secret in (VISA, BIRTH, OTHER_BIRTH, NOBODY, TEST_CARDS[-1].number, "34600000001"):
        assert secret.encode() not in written
    assert modes(tmp_path) == {0}


def all_bytes(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.iterdir())


def modes(folder: Path) -> set[int]:
    """What others may do with the files, of which two are keys."""
    assert len(list(folder.glob("*.key"))) == 2
    return {each.stat().st_mode & 0o077 for each in folder.iterdir()}


async def test_an_older_sandbox_is_made_anew(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "cards.sqlite")) as store:
        store.execute("CREATE TABLE cards (card TEXT PRIMARY KEY, last4 TEXT)")
    async with Floor(tmp_path, Clock()) as floor:
        assert await floor.activate() == "ok"
    async with Floor(tmp_path, Clock()) as floor:
        assert await floor.activate() == "already"


async def test_a_sandbox_that_is_broken_is_unavailable_and_charges_nothing(floor: Floor) -> None:
    await floor.transactions.sandbox._store.run(lambda store: store.execute("DROP TABLE cards"))
    assert await floor.activate() == "unavailable"
    assert (await floor.charge()).result == "unavailable"


def test_generated_numbers_end_in_their_check_digit() -> None:
    assert generated(100) == "9999990000001004"
    assert NOW == 1_795_000_000.0
