"""Transactions that do not go straight: callers who hang up, cancel or guess, lost cards, slow systems, a killed node.

The callers of a part are all there at once; each is looked at in a test of its own.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from ivr.io.back_end.sandbox_people import LOST, generated
from tests.e2e.centre import make_centre
from tests.e2e.customers import LIKE, customer, set_client
from tests.kit.server import wait_until
from tests.kit.slow_company import SlowCompany, write_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.e2e.customers import Customer
    from tests.kit.server import Server

    Run = Callable[[Customer, SlowCompany], None]
    Runs = dict[str, Future[None]]

BANK, SHOP = "910000001", "910000013"
BIRTH, WRONG = "01021980", ("02021980", "03021980", "04021980")
GUESSED = generated(150)
STAYS, LEAVES, LEAVES_LONG, KILLED = "2200", "1100", "3300", "4400"  # what each of them pays, in cents
CARDS = {cents: generated(200 + number) for number, cents in enumerate((STAYS, LEAVES, LEAVES_LONG, KILLED))}
"""Each payer's own: with one card it is one charge after the other, and a third would not get its turn in time."""
DELAYS = {STAYS: 6.0, LEAVES: 1.0, LEAVES_LONG: 6.0, KILLED: 6.0}
"""The node waits four seconds for a charge, with the questions what became of it."""


def cancels(caller: Customer, company: SlowCompany) -> None:
    caller.dial(BANK)
    caller.key("1")
    caller.wait("secure.began")
    caller.key("4111*")  # erases the entry
    caller.key("*")
    caller.wait("secure.ended")
    caller.wait("menu.entered", step="main")
    caller.hang_up()
    caller.wait("contact.closed")
    assert caller.seen().data("transaction.result") == []


def guesses(caller: Customer, company: SlowCompany) -> None:
    caller.dial(BANK)
    caller.key("1")
    caller.wait("secure.began")
    for birth in WRONG:
        caller.key(f"{GUESSED}#{birth}")
        caller.wait("transaction.result", result="no_match")
        caller.wait("menu.result", result="no_match")
    caller.wait("queue.joined", queue="banco_seguridad")
    caller.hang_up()
    assert [each["by"] for each in caller.seen().data("auth.locked")] == ["card"]


def shows_a_lost_card(caller: Customer, company: SlowCompany) -> None:
    caller.dial(BANK)
    caller.key("1")
    caller.wait("secure.began")
    caller.key(f"{LOST}#{BIRTH}")
    caller.wait("transaction.result", result="fraud")
    assert caller.wait("queue.joined", queue="banco_seguridad")["priority"] >= 80
    caller.hang_up()


def pays_slowly_and_stays(caller: Customer, company: SlowCompany) -> None:
    _pay(caller, STAYS)
    caller.wait("transaction.result", action="payment.charge", result="unknown")
    caller.wait("queue.joined", queue="tienda_atencion")
    caller.hang_up()
    caller.wait_for_hang_up()
    assert caller.heard("payment_unknown", "es") > LIKE
    assert caller.wait("transaction.settled", ever=True)["result"] == "approved"
    assert (company.times_asked(STAYS), company.charged(STAYS)) == (1, 1)


def hangs_up_while_the_card_is_charged(caller: Customer, company: SlowCompany) -> None:
    _pay(caller, LEAVES)
    company.wait_for_charge(LEAVES)
    caller.hang_up()
    caller.wait("transaction.result", action="payment.charge", result="approved")
    caller.wait("contact.closed")
    assert (company.times_asked(LEAVES), company.charged(LEAVES)) == (1, 1)


def hangs_up_and_the_answer_is_late(caller: Customer, company: SlowCompany) -> None:
    _pay(caller, LEAVES_LONG)
    company.wait_for_charge(LEAVES_LONG)
    caller.hang_up()
    caller.wait("transaction.result", action="payment.charge", result="unknown")
    assert caller.wait("transaction.settled", ever=True)["result"] == "approved"
    assert (company.times_asked(LEAVES_LONG), company.charged(LEAVES_LONG)) == (1, 1)


def _pay(caller: Customer, cents: str) -> None:
    caller.dial(SHOP)
    caller.key("1")
    caller.wait("secure.began")
    caller.key("123456#1")
    caller.key(f"{cents[:-2]}*{cents[-2:]}#")
    caller.wait("field.captured", field="amount", valid=True)
    caller.key(f"{CARDS[cents]}#1240")
    caller.key("907#1")


RUNS: tuple[Run, ...] = (
    cancels,
    guesses,
    shows_a_lost_card,
    pays_slowly_and_stays,
    hangs_up_while_the_card_is_charged,
    hangs_up_and_the_answer_is_late,
)


@pytest.fixture(scope="module")
def company() -> Iterator[SlowCompany]:
    with SlowCompany(DELAYS, CARDS.values()) as made:
        yield made


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory, company: SlowCompany) -> Iterator[Server]:
    server = make_centre(tmp_path_factory.mktemp("node"))
    key = write_key(server.config / "clients").name
    set_client(server, "banco_sol", "limits", "{per_card: 3}")
    system = f"{{kind: http, url: {company.url}, key: {key}, timeout: 4s, connect_timeout: 3s}}"
    set_client(server, "tienda_norte", "back_end", system)
    with server:
        yield server


@pytest.fixture(scope="module")
def runs(centre: Server, company: SlowCompany, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    folder = tmp_path_factory.mktemp("customers")

    def run(number: int, act: Run) -> None:
        phone = "pjsua2" if number % 2 else "pyvoip"
        with customer(centre, folder, f"62122330{number}", phone=phone) as caller:
            act(caller, company)

    with ThreadPoolExecutor(len(RUNS)) as at_once:
        return {act.__name__: at_once.submit(run, number, act) for number, act in enumerate(RUNS)}


def test_the_cancel_key_leads_back_and_nothing_is_done(runs: Runs) -> None:
    runs["cancels"].result()


def test_three_wrong_birthdays_lock_the_card(runs: Runs) -> None:
    runs["guesses"].result()


def test_a_lost_card_leads_to_the_fraud_queue(runs: Runs) -> None:
    runs["shows_a_lost_card"].result()


def test_a_slow_charge_is_unknown_to_the_caller_and_settled_once(runs: Runs) -> None:
    runs["pays_slowly_and_stays"].result()


def test_who_hangs_up_while_a_card_is_charged_is_charged_once(runs: Runs) -> None:
    runs["hangs_up_while_the_card_is_charged"].result()


def test_who_hangs_up_before_a_late_answer_is_charged_once(runs: Runs) -> None:
    runs["hangs_up_and_the_answer_is_late"].result()


def test_a_lock_and_an_open_charge_survive_a_kill(
    runs: Runs, centre: Server, company: SlowCompany, tmp_path: Path
) -> None:
    runs["guesses"].result()
    with (
        customer(centre, tmp_path, "621223391") as payer,
        customer(centre, tmp_path, "621223392", phone="pjsua2") as guesser,
    ):
        _pay(payer, KILLED)
        company.wait_for_charge(KILLED)
        centre.kill()
        centre.start()
        guesser.dial(BANK)
        guesser.key("1")
        guesser.wait("secure.began")
        guesser.key(f"{GUESSED}#{BIRTH}")  # right, and from another number
        guesser.wait("transaction.result", result="locked")
        guesser.wait("queue.joined", queue="banco_seguridad")
        guesser.hang_up()
        assert payer.wait("transaction.settled", ever=True)["result"] == "approved"
    assert (company.times_asked(KILLED), company.charged(KILLED)) == (1, 1)
    wait_until(lambda: centre.counters()["charges_open"] == 0, "no charge is open", within=15)
