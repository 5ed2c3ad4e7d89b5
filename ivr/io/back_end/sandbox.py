"""The sandbox: every action of a client company's system with test cards, in SQLite on a thread of its own.

It holds published test numbers and a reserved range, each as a keyed hash with the last four digits. Any other card
is refused, and nothing of it is kept.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from base.secret import Secret
from ivr.actions import SECOND_ELEMENTS
from ivr.answers import QUERY, Answer, NoAnswer
from ivr.errors import BackEndClosed, StoreBroken
from ivr.io.back_end.hashing import Hasher, key_in
from ivr.io.back_end.sandbox_people import TEST_CARDS, TEST_PEOPLE, is_test_number
from ivr.io.back_end.store import Store

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ivr.io.back_end.question import Question

log = structlog.get_logger()

KEY_FILE = "cards.key"
VERSION = 2
LATE_BY = 20.0
"""Seconds until the result of a late charge is known."""
_KIND = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with its secrets turned into hashes."""

    action: str
    key: str
    client: str
    caller: str
    customer: str
    card: str
    """Empty where only the ending was asked, or it is no test card."""
    has_card: bool
    last4: str
    elements: Mapping[str, str]
    amount: int
    currency: str
    code_fits: bool
    kind: str


class Sandbox:
    """The sandbox of one node; serves every client company."""

    place = "sandbox"

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        """`path` is the database; the key of the hashes lies beside it, readable by its owner only."""
        self._key_file = path.with_name(KEY_FILE)
        self._clock = clock
        self._store = Store(path, "sandbox.sql", VERSION)
        self._hasher = Hasher(b"")

    async def start(self) -> None:
        """Open the database and put people and cards in. Raises OSError and sqlite3.Error."""
        self._hasher = Hasher(await asyncio.to_thread(key_in, self._key_file))
        await self._store.open()
        await self._store.run(_fill, self._hasher)

    async def close(self) -> None:
        """Finish what was asked, then close."""
        await self._store.close()

    async def ask(self, question: Question, *, within: float) -> Answer | NoAnswer:
        """See Connector."""
        carry_out = _ACTIONS.get(question.action)
        if carry_out is None:
            return NoAnswer(reached=False)
        asked = self._hashed(question)
        try:
            return await self._store.run(carry_out, asked, self._clock())
        except (StoreBroken, BackEndClosed) as error:
            log.error("sandbox_failed", code=error.code)
            return NoAnswer(reached=False)

    async def query(self, question: Question, *, within: float) -> Answer | NoAnswer:
        """See Connector."""
        return await self.ask(question, within=within)

    def _hashed(self, question: Question) -> _Asked:
        card = question.card
        is_test = card is not None and card.satisfies(is_test_number)
        code = question.fields.get("cvv", "")
        length = len(card) if card is not None else 0
        return _Asked(
            action=question.action,
            key=question.key,
            client=question.client,
            caller=self._hasher.hash("phone", question.client, question.caller),
            customer=question.customer or "",
            card=self._hasher.hash("card", "", card) if card is not None and is_test else "",
            has_card=card is not None,
            last4=question.ending() if card is None or is_test else "",
            elements={
                name: self._element(name, question.client, question.fields[name])
                for name in SECOND_ELEMENTS
                if name in question.fields
            },
            amount=int(question.text("amount") or 0),
            currency=question.text("currency"),
            code_fits=len(code) == (4 if length == 15 else 3),
            kind=question.text("kind"),
        )

    def _element(self, name: str, client: str, value: Secret | str) -> str:
        return self._hasher.hash(name, client, _plain(name, value))


def _plain(name: str, value: Secret | str) -> str:
    """As it stands with the people: digits of a document without its letters."""
    text = value.reveal() if isinstance(value, Secret) else value
    if name in ("dni", "nie"):
        digits = "".join(filter(str.isdigit, text))
        return digits[-7:] if name == "nie" else digits
    return text


# On the store's thread from here on.


def _fill(store: sqlite3.Connection, hasher: Hasher) -> None:
    """Cards keep the state that calls brought them to."""
    clients = {each.id: each.client for each in TEST_PEOPLE}
    for person in TEST_PEOPLE:
        phone = hasher.hash("phone", person.client, person.phone)
        row = (person.id, person.client, phone, person.segment, person.balance, person.due)
        store.execute("INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?, ?, ?)", row)
        for name, value in person.elements.items():
            element = (person.id, name, hasher.hash(name, clients[person.id], value))
            store.execute("INSERT OR REPLACE INTO elements VALUES (?, ?, ?)", element)
    rows = [
        (
            hasher.hash("card", "", each.number),
            each.number[-4:],
            each.person,
            each.state,
            each.funds,
            each.manner,
        )
        for each in TEST_CARDS
    ]
    store.executemany("INSERT OR IGNORE INTO cards VALUES (?, ?, ?, ?, ?, ?)", rows)


def _holder(store: sqlite3.Connection, asked: _Asked) -> tuple[str, str, str] | None:
    """The one (person, card, state) that card or ending and every element given fit to."""
    if not asked.elements:
        return None
    if asked.has_card:
        where, given = "card = ?", asked.card
    else:
        where, given = "last4 = ?", asked.last4
    rows = store.execute(
        f"SELECT person, card, state, phone FROM cards JOIN people USING (person) WHERE {where} AND client = ?",
        (given, asked.client),
    ).fetchall()
    proven = [row for row in rows if _proves(store, row[0], asked.elements)]
    if not asked.has_card and "account" not in asked.elements:
        # An ending says little: the number finds the customer, and proves nothing.
        proven = [row for row in proven if row[3] == asked.caller]
    return (proven[0][0], proven[0][1], proven[0][2]) if len(proven) == 1 else None


def _proves(store: sqlite3.Connection, person: str, elements: Mapping[str, str]) -> bool:
    known = dict(store.execute("SELECT name, value FROM elements WHERE person = ?", (person,)).fetchall())
    return all(known.get(name) == value for name, value in elements.items())


def _verify(store: sqlite3.Connection, asked: _Asked, now: float) -> Answer:
    found = _holder(store, asked)
    if found is None:
        return Answer("no_match")  # never which of the elements did not fit
    return Answer("fraud") if found[2] == "blocked" else Answer("ok", customer=found[0])


def _activate(store: sqlite3.Connection, asked: _Asked, now: float) -> Answer:
    found = _holder(store, asked)
    if found is None:
        return Answer("no_match")
    if found[2] == "blocked":
        return Answer("fraud")
    store.execute("UPDATE cards SET state = 'active' WHERE card = ?", (found[1],))
    return Answer("already" if found[2] == "active" else "ok", {"last4": asked.last4}, customer=found[0])


def _block(store: sqlite3.Connection, asked: _Asked, now: float) -> Answer:
    found = _holder(store, asked)
    if found is None:
        return Answer("no_match")
    store.execute("UPDATE cards SET state = 'blocked' WHERE card = ?", (found[1],))
    return Answer("already" if found[2] == "blocked" else "ok", {"last4": asked.last4}, customer=found[0])


def _charge(store: sqlite3.Connection, asked: _Asked, now: float) -> Answer | NoAnswer:
    known = _known_charge(store, asked.key, now)
    if known is not None:
        return known if known.result != "pending" else NoAnswer(reached=True)
    card = store.execute("SELECT state, funds, manner FROM cards WHERE card = ?", (asked.card,)).fetchone()
    result, is_soft, manner = "declined", False, "ordinary"
    if card is not None:
        state, funds, manner = card
        if state == "blocked":
            return Answer("fraud")
        is_sound = asked.code_fits and asked.amount > 0 and manner != "refused"
        is_soft = is_sound and asked.amount > funds
        result = "approved" if is_sound and not is_soft else "declined"
    (number,) = store.execute("SELECT count(*) FROM charges").fetchone()
    reference = f"{number + 1:06d}" if result == "approved" else ""
    ready = now + LATE_BY if manner == "late" else now
    store.execute(
        "INSERT INTO charges VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            asked.key,
            now,
            ready,
            asked.client,
            asked.last4,
            asked.amount,
            asked.currency,
            result,
            reference,
            is_soft,
        ),
    )
    if manner == "late":
        return NoAnswer(reached=True)
    return _charged(result, asked.last4, reference, is_soft=is_soft)


def _query(store: sqlite3.Connection, asked: _Asked, now: float) -> Answer:
    return _known_charge(store, asked.key, now) or Answer("absent")


def _known_charge(store: sqlite3.Connection, key: str, now: float) -> Answer | None:
    row = store.execute(
        "SELECT ready, result, last4, reference, soft FROM charges WHERE charge = ?", (key,)
    ).fetchone()
    if row is None:
        return None
    ready, result, last4, reference, soft = row
    return Answer("pending") if now < ready else _charged(result, last4, reference, is_soft=bool(soft))


def _charged(result: str, last4: str, reference: str, *, is_soft: bool) -> Answer:
    facts = {"last4": last4, "reference": reference}
    return Answer(result, {name: value for name, value in facts.items() if value}, is_soft=is_soft)


def _balance(store: sqlite3.Connection, asked: _Asked, now: float) -> Answer:
    row = store.execute("SELECT balance, due FROM people WHERE person = ?", (asked.customer,)).fetchone()
    return Answer("ok", {"balance": row[0], "due": row[1]}) if row is not None else Answer("unavailable")


def _movements(store: sqlite3.Connection, asked: _Asked, now: float) -> Answer:
    person = next((each for each in TEST_PEOPLE if each.id == asked.customer), None)
    if person is None:
        return Answer("unavailable")
    today = datetime.fromtimestamp(now, UTC).date()
    facts = {}
    for number, (days, amount) in enumerate(person.movements, start=1):
        facts[f"movement{number}_amount"] = amount
        facts[f"movement{number}_date"] = (today - timedelta(days=days)).isoformat()
    return Answer("ok", facts) if facts else Answer("none")


def _find(store: sqlite3.Connection, asked: _Asked, now: float) -> Answer:
    rows = store.execute(
        "SELECT segment, due FROM people WHERE phone = ? AND client = ?", (asked.caller, asked.client)
    ).fetchall()
    return Answer("found", {"segment": rows[0][0], "due": rows[0][1]}) if len(rows) == 1 else Answer("none")


def _open_case(store: sqlite3.Connection, asked: _Asked, now: float) -> Answer:
    kind = asked.kind if _KIND.fullmatch(asked.kind) else "other"
    store.execute("INSERT OR IGNORE INTO cases VALUES (?, ?, ?, ?)", (asked.key, now, asked.client, kind))
    (number,) = store.execute("SELECT rowid FROM cases WHERE key = ?", (asked.key,)).fetchone()
    return Answer("ok", {"reference": f"C{number:05d}"})


_ACTIONS: Mapping[str, Callable[[sqlite3.Connection, _Asked, float], Answer | NoAnswer]] = {
    "identity.verify": _verify,
    "card.activate": _activate,
    "card.block": _block,
    "payment.charge": _charge,
    QUERY: _query,
    "account.balance": _balance,
    "account.movements": _movements,
    "customer.find": _find,
    "case.open": _open_case,
}
