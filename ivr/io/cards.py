"""The sandbox card system: activation and payment with test cards, in SQLite on a thread of its own.

A stand-in for a client company's system: it holds published test numbers and a reserved range, each as a keyed
hash with the last four digits, and keeps the limits that outlive a call: 5 failures a card and 10 a caller in a
day, 3 in a call.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from stdnum import luhn

from base.io.private_file import write_private
from base.secret import Secret
from ivr.errors import BackEndClosed
from ivr.events import BackEndReplied

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

DAY = 86400.0
PER_CALL, PER_CARD, PER_CALLER = 3, 5, 10
KEY_FILE = "cards.key"
TEST_RANGE = "999999"
"""Generated numbers begin so: no issuer has this range."""


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card that exists in the sandbox."""

    __test__ = False  # pytest would take it for a test

    number: str
    client: str
    birth: str
    active: bool = False
    funds: int = 3_000_00


def generated(serial: int) -> str:
    """A number of the reserved range with its check digit."""
    body = f"{TEST_RANGE}{serial:09d}"
    return body + str(luhn.calc_check_digit(body))


TEST_CARDS = (
    TestCard("4111111111111111", "banco_sol", "19800201"),
    TestCard("5555555555554444", "banco_sol", "19751231", active=True),
    TestCard("378282246310005", "banco_sol", "19900615"),
    TestCard(generated(1), "banco_sol", "19800201", active=True, funds=0),  # every payment is declined
    *(TestCard(generated(serial), "banco_sol", "19800201") for serial in range(100, 200)),
)


@dataclass(frozen=True, slots=True)
class _Request:
    """A question with the secrets already turned into hashes."""

    action: str
    contact: str
    attempt: int
    caller: str
    client: str
    card: str
    last4: str
    birth: str
    amount: int
    currency: str
    code_fits: bool


class SandboxCards:
    """The sandbox of one node."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        """`path` is the database; the key of the hashes lies beside it, readable by its owner only."""
        self._path = path
        self._clock = clock
        self._key = b""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="cards")
        self._store: sqlite3.Connection | None = None

    async def start(self) -> None:
        """Open the database and put the test cards in."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._open)

    async def close(self) -> None:
        """Finish what was asked, then close."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._shut)
        self._thread.shutdown(wait=True)

    async def ask(
        self, action: str, fields: Mapping[str, Secret | str], *, contact: str, caller: str, request: int
    ) -> BackEndReplied:
        """Carry out an action; the secrets are wiped before anything is awaited. Never raises for what was typed."""
        try:
            asked = self._hashed(action, fields, contact, caller, request)
        finally:
            for each in fields.values():
                if isinstance(each, Secret):
                    each.wipe()
        if asked is None:
            return BackEndReplied(request, "unavailable")
        loop = asyncio.get_running_loop()
        result, facts = await loop.run_in_executor(self._thread, self._carry_out, asked)
        return BackEndReplied(request, result, facts)

    def _hashed(
        self, action: str, fields: Mapping[str, Secret | str], contact: str, caller: str, request: int
    ) -> _Request | None:
        card = next(
            (each for name, each in fields.items() if name == "card" and isinstance(each, Secret)), None
        )
        if not card:
            return None  # the caller hung up between the question and us: nothing is done
        birth, code = fields.get("birth", ""), fields.get("cvv", "")
        return _Request(
            action=action,
            contact=contact,
            attempt=request,
            caller=self._hash(caller) if any(map(str.isdigit, caller)) else "",
            client=str(fields.get("client", "")),
            card=self._hash(card.reveal()),
            last4=card.last(4),
            birth=self._hash(birth.reveal() if isinstance(birth, Secret) else birth),
            amount=int(str(fields.get("amount", 0))),
            currency=str(fields.get("currency", "")),
            code_fits=len(code) == (4 if len(card) == 15 else 3),
        )

    def _hash(self, value: str) -> str:
        return hmac.new(self._key, value.encode(), "sha256").hexdigest()

    # On the thread from here on.

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._key = _key(self._path.with_name(KEY_FILE))
        # Payments stand in it: for its owner only, and so for the journal that SQLite puts beside it.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        self._store = sqlite3.connect(self._path)
        self._store.execute("PRAGMA journal_mode = WAL")
        self._store.executescript(files("ivr.io").joinpath("sandbox.sql").read_text(encoding="utf-8"))
        rows = [
            (
                self._hash(each.number),
                each.number[-4:],
                each.client,
                self._hash(each.birth),
                each.active,
                each.funds,
            )
            for each in TEST_CARDS
        ]
        with self._store:
            statement = "INSERT OR IGNORE INTO cards VALUES (?, ?, ?, ?, iif(?, 'active', 'inactive'), ?)"
            self._store.executemany(statement, rows)

    def _shut(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    def _carry_out(self, asked: _Request) -> tuple[str, dict[str, str]]:
        store = self._store
        if store is None:
            raise BackEndClosed("the card system is closed")
        try:
            with store:
                if self._is_locked(store, asked):
                    return "locked", {}
                if asked.action == "card.activate":
                    return self._activate(store, asked)
                if asked.action == "payment.charge":
                    return self._charge(store, asked)
        except sqlite3.Error:
            return "unavailable", {}
        return "unavailable", {}

    def _is_locked(self, store: sqlite3.Connection, asked: _Request) -> bool:
        since = self._clock() - DAY
        (in_call,) = store.execute(
            "SELECT count(*) FROM failures WHERE contact = ?", (asked.contact,)
        ).fetchone()
        by_card = "SELECT count(*) FROM failures WHERE card = ? AND at > ?"
        by_caller = "SELECT count(*) FROM failures WHERE caller = ? AND at > ?"
        (of_card,) = store.execute(by_card, (asked.card, since)).fetchone()
        (of_caller,) = store.execute(by_caller, (asked.caller, since)).fetchone() if asked.caller else (0,)
        return in_call >= PER_CALL or of_card >= PER_CARD or of_caller >= PER_CALLER

    def _activate(self, store: sqlite3.Connection, asked: _Request) -> tuple[str, dict[str, str]]:
        found = store.execute(
            "SELECT state FROM cards WHERE card = ? AND birth = ? AND client = ?",
            (asked.card, asked.birth, asked.client),
        ).fetchone()
        if found is None:
            self._count_failure(store, asked)
            return "no_match", {}  # never which of the two did not fit
        store.execute("UPDATE cards SET state = 'active' WHERE card = ?", (asked.card,))
        return ("already" if found[0] == "active" else "ok"), {"last4": asked.last4}

    def _charge(self, store: sqlite3.Connection, asked: _Request) -> tuple[str, dict[str, str]]:
        key = f"{asked.contact}:{asked.attempt}"
        made = store.execute("SELECT result, reference FROM charges WHERE charge = ?", (key,)).fetchone()
        if made is not None:
            return made[0], {"last4": asked.last4, "reference": made[1]}
        found = store.execute("SELECT funds FROM cards WHERE card = ?", (asked.card,)).fetchone()
        approved = found is not None and asked.code_fits and 0 < asked.amount <= found[0]
        result = "approved" if approved else "declined"
        (number,) = store.execute("SELECT count(*) FROM charges").fetchone()
        reference = f"{number + 1:06d}" if approved else ""
        row = (key, self._clock(), asked.client, asked.last4, asked.amount, asked.currency, result, reference)
        store.execute("INSERT INTO charges VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        if not approved:
            self._count_failure(store, asked)
        return result, {"last4": asked.last4, "reference": reference}

    def _count_failure(self, store: sqlite3.Connection, asked: _Request) -> None:
        row = (self._clock(), asked.contact, asked.card, asked.caller)
        store.execute("INSERT INTO failures VALUES (?, ?, ?, ?)", row)


def _key(path: Path) -> bytes:
    """The key of the hashes; made once, and never in the database it protects."""
    if path.exists():
        return path.read_bytes()
    key = os.urandom(32)
    write_private(path, key)
    return key
