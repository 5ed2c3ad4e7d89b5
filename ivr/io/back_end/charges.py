"""The charges that were asked for, in SQLite: what is open is asked about until it is known. On the store's thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from ivr.answers import TokenBody

KEPT = 30 * 86400.0
"""Seconds after which a settled charge is forgotten, unless it holds a token."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge; `amount` in minor units, times as Unix time."""

    key: str
    contact: str
    client: str
    place: str
    amount: int
    currency: str
    last4: str
    started: float
    state: str = "open"
    reference: str = ""
    queries: int = 0


_COLUMNS = "key, contact, client, place, amount, currency, last4, started, state, reference, queries"


def begin(store: sqlite3.Connection, charge: Charge, next_at: float) -> Charge | None:
    """Write down that it is asked for, before it is. Returns the one there was under this key: do not ask again."""
    found = find(store, charge.key)
    if found is not None:
        return found
    store.execute(
        "INSERT INTO charges (key, contact, client, place, amount, currency, last4, started, state, next_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', ?)",
        (
            charge.key,
            charge.contact,
            charge.client,
            charge.place,
            charge.amount,
            charge.currency,
            charge.last4,
            charge.started,
            next_at,
        ),
    )
    store.execute("DELETE FROM charges WHERE settled < ? AND token IS NULL", (charge.started - KEPT,))
    return None


def find(store: sqlite3.Connection, key: str) -> Charge | None:
    """The charge of a key."""
    row = store.execute(f"SELECT {_COLUMNS} FROM charges WHERE key = ?", (key,)).fetchone()
    return Charge(*row) if row is not None else None


def settle(
    store: sqlite3.Connection,
    key: str,
    state: str,
    *,
    reference: str = "",
    token: TokenBody | None = None,
    now: float,
) -> bool:
    """Note how it ended; False when that was known already."""
    kept = (token.token, token.brand, token.expiry) if token is not None else (None, None, None)
    done = store.execute(
        "UPDATE charges SET state = ?, reference = ?, settled = ?, token = ?, brand = ?, expiry = ? "
        "WHERE key = ? AND state = 'open'",
        (state, reference, now, *kept, key),
    )
    return done.rowcount == 1


def due(store: sqlite3.Connection, now: float) -> list[Charge]:
    """Open ones that it is time to ask about, the oldest first; some at a time."""
    query = f"SELECT {_COLUMNS} FROM charges WHERE state = 'open' AND next_at <= ? ORDER BY next_at LIMIT 50"
    return [Charge(*row) for row in store.execute(query, (now,))]


def put_off(store: sqlite3.Connection, key: str, next_at: float) -> None:
    """Ask again later."""
    store.execute("UPDATE charges SET queries = queries + 1, next_at = ? WHERE key = ?", (next_at, key))


def hurry(store: sqlite3.Connection, now: float) -> None:
    """After a start: ask about all that was left open at once."""
    store.execute("UPDATE charges SET next_at = ? WHERE state = 'open' AND next_at > ?", (now, now))


def outlook(store: sqlite3.Connection) -> tuple[int, float | None]:
    """How many are open, and when the next of them is to be asked about."""
    count, soonest = store.execute(
        "SELECT count(*), min(next_at) FROM charges WHERE state = 'open'"
    ).fetchone()
    return int(count), soonest
