"""A card activated and a bill paid in one call: two foreign phones, three languages, keys as events and as tones.

All twelve calls are up at once, in one centre that records them and keeps every message. Then all it kept is searched.
"""

from __future__ import annotations

import re
import sqlite3
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from ivr.io.back_end.sandbox_people import generated
from tests.e2e.centre import make_centre
from tests.e2e.customers import LIKE, add_tones_trunk, customer, set_client
from tests.e2e.leaks import all_kept, leaks
from tests.kit.keys import keys_in
from tests.kit.recorded import read_recording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.customers import Digits
    from tests.e2e.ledger import Seen
    from tests.kit.server import Server

BIRTH, EXPIRY, CVV, AMOUNT = "01021980", "1240", "907", "23*45"
CENTS = 2345
NUMBERS = {"es": "910000011", "pl": "910000012", "en": "910000001"}
LANGUAGE_KEYS = {"es": "", "pl": "2", "en": ""}
"""The number of Polish customers says nothing of a language: they choose it."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One call."""

    phone: str
    language: str
    digits: Digits
    serial: int

    @property
    def card(self) -> str:
        return generated(120 + self.serial)

    @property
    def user(self) -> str:
        return f"6112233{self.serial:02d}"

    def __str__(self) -> str:
        return f"{self.phone}-{self.language}-{self.digits}"


_DIGITS: tuple[Digits, ...] = ("events", "tones")
_WAYS = product(("pjsua2", "pyvoip"), ("es", "pl", "en"), _DIGITS)
ERRANDS = [Errand(phone, language, digits, n) for n, (phone, language, digits) in enumerate(_WAYS)]


@dataclass(frozen=True, slots=True)
class Done:
    """What is left of a call."""

    seen: Seen
    alike: dict[tuple[str, str], float]
    """(prompt, language) -> how alike to a part of what the caller heard."""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = make_centre(tmp_path_factory.mktemp("node"))
    add_tones_trunk(server)
    set_client(server, "banco_sol", "recording", "{calls: all}")
    with server:
        yield server


@pytest.fixture(scope="module")
def calls(centre: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[Errand, Future[Done]]:
    folder = tmp_path_factory.mktemp("customers")
    with ThreadPoolExecutor(len(ERRANDS)) as at_once:
        return {each: at_once.submit(_run, each, centre, folder) for each in ERRANDS}


def _run(errand: Errand, server: Server, folder: Path) -> Done:
    with customer(server, folder, errand.user, phone=errand.phone, digits=errand.digits) as caller:
        caller.dial(NUMBERS[errand.language])
        caller.key(f"{LANGUAGE_KEYS[errand.language]}1")  # kept over steps
        caller.wait("secure.began")
        caller.key(f"{errand.card}#{BIRTH}")
        caller.wait("transaction.result", action="card.activate", result="ok")
        caller.wait("menu.entered", step="anything_else")
        caller.key("12")
        caller.wait("secure.began")
        caller.key(f"{AMOUNT}#1")
        caller.wait("field.captured", field="amount", valid=True)
        caller.key(f"{errand.card}#{EXPIRY}{CVV}#1")
        caller.wait("transaction.result", action="payment.charge", result="approved")
        caller.wait("menu.entered", step="anything_else")
        caller.key("2")
        caller.wait_for_hang_up()
        prompts = ("card_active", "payment_approved")
        alike = {
            (prompt, language): caller.heard(prompt, language) for prompt in prompts for language in NUMBERS
        }
        return Done(caller.seen(), alike)


@pytest.mark.parametrize("errand", ERRANDS, ids=str)
def test_a_card_is_activated_and_a_bill_paid(
    errand: Errand, calls: dict[Errand, Future[Done]], centre: Server
) -> None:
    ended = calls[errand].result()
    assert ended.seen.row["outcome"] == "completed"
    assert ended.seen.row["language"] == errand.language
    settled = [(each["action"], each["result"]) for each in ended.seen.data("transaction.result")]
    assert settled == [("card.activate", "ok"), ("payment.charge", "approved")]
    ending = errand.card[-4:]
    cards = centre.state / "cards.sqlite"
    assert _rows(cards, "SELECT state FROM cards WHERE last4 = ?", ending) == [("active",)]
    assert _rows(cards, "SELECT amount, currency, result FROM charges WHERE last4 = ?", ending) == [
        (CENTS, "EUR", "approved")
    ]
    known = "SELECT contact, amount, state FROM charges WHERE last4 = ?"
    assert _rows(centre.state / "transactions.sqlite", known, ending) == [(ended.seen.id, CENTS, "approved")]


@pytest.mark.parametrize("errand", ERRANDS, ids=str)
def test_the_caller_hears_it_in_their_language(errand: Errand, calls: dict[Errand, Future[Done]]) -> None:
    alike = calls[errand].result().alike
    for (prompt, language), found in alike.items():
        assert (found > LIKE) == (language == errand.language), (prompt, language, alike)


def test_nothing_of_it_is_kept(calls: dict[Errand, Future[Done]], centre: Server) -> None:
    assert all(each.done() for each in calls.values())
    kept = all_kept(centre)
    for ending in ("ledger.sqlite", "transactions.sqlite", "cards.sqlite", "messages.pcap", "-out.txt"):
        assert any(name.endswith(ending) for name in kept), ending
    typed = {f"{EXPIRY}{CVV}", BIRTH, "19800201", "1980-02-01", "12/40", "2040-12"}
    cards = {each.card for each in ERRANDS}
    assert leaks(kept, typed | cards | {card[:12] for card in cards}) == []


def test_no_key_of_a_secure_form_is_in_a_recording(calls: dict[Errand, Future[Done]], centre: Server) -> None:
    folder = centre.state / "recordings" / "banco_sol"
    for errand, call in calls.items():
        (file,) = folder.rglob(f"{call.result().seen.id}-*.wav")
        recorded = read_recording(file)
        heard = keys_in(recorded.left)
        if errand.digits == "events":
            assert heard == "", f"{errand}: events are no sound"
        else:
            # The key that leads to a form goes with it; the last of all is heard, or nothing would be proven.
            assert re.fullmatch("2?1?1?2?2", heard), f"{errand}: {heard}"
        assert keys_in(recorded.right) == "", f"{errand}: what the caller hears holds no keys"
        (told,) = call.result().seen.data("recording.finished")
        assert len(told["masked"]) == 2


def _rows(database: Path, query: str, *values: str) -> list[Any]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
        return opened.execute(query, values).fetchall()
