from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from stdnum import luhn

from base.secret import Secret
from ivr.io.cards import DAY, KEY_FILE, TEST_CARDS, SandboxCards, generated

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ivr.events import BackEndReplied

VISA, BIRTH = "4111111111111111", "19800201"
OTHER_BIRTH = "19800202"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def cards(tmp_path: Path, clock: Clock) -> AsyncIterator[SandboxCards]:
    system = SandboxCards(tmp_path / "cards.sqlite", clock=clock)
    await system.start()
    yield system
    await system.close()


async def activate(
    system: SandboxCards,
    card: str = VISA,
    birth: str = BIRTH,
    *,
    contact: str = "c1",
    caller: str = "+34600",
    client: str = "banco_sol",
) -> BackEndReplied:
    fields: dict[str, Secret | str] = {"card": Secret(card), "birth": Secret(birth), "client": client}
    return await system.ask("card.activate", fields, contact=contact, caller=caller, request=1)


async def charge(
    system: SandboxCards,
    card: str = VISA,
    amount: int = 1250,
    cvv: str = "123",
    *,
    contact: str = "c1",
    request: int = 1,
) -> BackEndReplied:
    fields: dict[str, Secret | str] = {
        "card": Secret(card),
        "cvv": Secret(cvv),
        "amount": str(amount),
        "currency": "EUR",
        "client": "banco_sol",
    }
    return await system.ask("payment.charge", fields, contact=contact, caller="+34600", request=request)


async def test_a_card_is_activated_once(cards: SandboxCards) -> None:
    first, second = await activate(cards), await activate(cards)
    assert (first.result, dict(first.facts)) == ("ok", {"last4": "1111"})
    assert second.result == "already"


async def test_it_is_not_told_which_element_did_not_fit(cards: SandboxCards) -> None:
    wrong_birth = await activate(cards, birth=OTHER_BIRTH, contact="c1")
    wrong_card = await activate(cards, card="4012888888881881", contact="c2")
    wrong_client = await activate(cards, client="tienda_norte", contact="c3")
    assert {(each.result, tuple(each.facts)) for each in (wrong_birth, wrong_card, wrong_client)} == {
        ("no_match", ())
    }


async def test_three_failures_lock_the_call(cards: SandboxCards) -> None:
    results = [(await activate(cards, birth=OTHER_BIRTH)).result for _ in range(4)]
    assert results == ["no_match", "no_match", "no_match", "locked"]
    assert (await activate(cards, contact="c2")).result == "ok"


async def test_five_failures_lock_the_card_for_a_day(cards: SandboxCards, clock: Clock) -> None:
    for attempt in range(5):
        await activate(cards, birth=OTHER_BIRTH, contact=f"c{attempt}", caller=f"+3460{attempt}")
    assert (await activate(cards, contact="other", caller="+34699")).result == "locked"
    clock.now += DAY + 1
    assert (await activate(cards, contact="other", caller="+34699")).result == "ok"


async def test_ten_failures_lock_the_caller_whatever_card(cards: SandboxCards) -> None:
    for attempt in range(10):
        await activate(cards, card=generated(100 + attempt), birth=OTHER_BIRTH, contact=f"c{attempt}")
    assert (await activate(cards, contact="other")).result == "locked"
    assert (await activate(cards, contact="other", caller="anonymous")).result == "ok"


async def test_limits_outlive_a_restart(tmp_path: Path, clock: Clock) -> None:
    for attempt in range(5):
        system = SandboxCards(tmp_path / "cards.sqlite", clock=clock)
        await system.start()
        await activate(system, birth=OTHER_BIRTH, contact=f"c{attempt}", caller="")
        await system.close()
    system = SandboxCards(tmp_path / "cards.sqlite", clock=clock)
    await system.start()
    assert (await activate(system, contact="later")).result == "locked"
    await system.close()


async def test_a_payment_is_made_once_however_often_it_is_asked(cards: SandboxCards, tmp_path: Path) -> None:
    first, again = await charge(cards), await charge(cards)
    assert first.result == "approved"
    assert (again.result, dict(again.facts)) == (first.result, dict(first.facts))
    with sqlite3.connect(tmp_path / "cards.sqlite") as store:
        assert store.execute("SELECT count(*), sum(amount) FROM charges").fetchone() == (1, 1250)
    store.close()


async def test_payments_that_are_declined(cards: SandboxCards) -> None:
    broke = await charge(cards, card=generated(1), contact="c1")
    too_much = await charge(cards, amount=3_000_01, contact="c2")
    wrong_code = await charge(cards, cvv="1234", contact="c3")
    nobody = await charge(cards, card="4012888888881881", contact="c4")
    assert {each.result for each in (broke, too_much, wrong_code, nobody)} == {"declined"}


async def test_secrets_are_wiped_before_the_answer(cards: SandboxCards) -> None:
    card = Secret(VISA)
    await cards.ask(
        "card.activate", {"card": card, "birth": Secret(BIRTH)}, contact="c", caller="", request=1
    )
    assert len(card) == 0


async def test_a_secret_already_wiped_does_nothing_and_counts_nothing(cards: SandboxCards) -> None:
    for _ in range(12):
        assert (await activate(cards, card="")).result == "unavailable"
    assert (await activate(cards)).result == "ok"


async def test_an_unknown_action_is_unavailable(cards: SandboxCards) -> None:
    reply = await cards.ask("card.melt", {"card": Secret(VISA)}, contact="c", caller="", request=7)
    assert (reply.request, reply.result) == (7, "unavailable")


async def test_no_number_is_written_down_and_the_key_is_the_owners(tmp_path: Path, clock: Clock) -> None:
    system = SandboxCards(tmp_path / "cards.sqlite", clock=clock)
    await system.start()
    await activate(system)
    await activate(system, birth=OTHER_BIRTH)
    await charge(system)
    await system.close()
    written = _all_bytes(tmp_path)
    for secret in (VISA, BIRTH, OTHER_BIRTH, TEST_CARDS[-1].number, "+34600"):
        assert secret.encode() not in written
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


def _all_bytes(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.iterdir())


def test_all_test_cards_have_a_check_digit_and_are_test_numbers() -> None:
    published = {VISA, "5555555555554444", "378282246310005"}
    for each in TEST_CARDS:
        assert luhn.is_valid(each.number)
        assert each.number in published or each.number.startswith("999999")


def test_what_was_paid_is_for_the_owner_of_the_node_only(cards: SandboxCards, tmp_path: Path) -> None:
    kept = [each for each in tmp_path.iterdir() if each.name.startswith("cards.")]
    assert len(kept) >= 2
    assert {each.stat().st_mode & 0o077 for each in kept} == {0}
