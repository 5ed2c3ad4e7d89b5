"""Counts who failed how often, in SQLite: per call, per card, per caller's number. Runs on the store's thread.

Attempts with one card come one after the other (turns.py). One whose end nobody saw, because the node was killed,
counts as failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ivr.limits import locked_for

if TYPE_CHECKING:
    import sqlite3

    from ivr.limits import Limits, Signals

KEPT = 2 * 86400.0
"""Seconds after which an attempt is forgotten; no window and no cool-down is longer than a day."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One caller's attempt with one card, by hashes."""

    contact: str
    subject: str
    caller: str = ""


@dataclass(frozen=True, slots=True)
class Admitted:
    """It may go on; tell what came of it under this number."""

    number: int


@dataclass(frozen=True, slots=True)
class Locked:
    """It may not: by what, and for how many more seconds (0: for this call)."""

    by: Literal["call", "card", "caller"]
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Suspect:
    """It may not, and the caller must not notice why."""


def take_as_failed(store: sqlite3.Connection) -> None:
    """After a start: what was under way at an earlier end."""
    store.execute("UPDATE attempts SET state = 'failed' WHERE state = 'asking'")


def admit(
    store: sqlite3.Connection, attempt: Attempt, limits: Limits, signals: Signals, *, now: float
) -> Admitted | Locked | Suspect:
    """Whether an attempt may be made; if so it has begun."""
    store.execute("DELETE FROM attempts WHERE at < ?", (now - KEPT,))
    locked = _lock(store, attempt, limits, now)
    if locked is not None:
        return locked
    suspect = _tries_cards(store, attempt, signals, now)
    row = (now, attempt.contact, attempt.subject, attempt.caller, "passed" if suspect else "asking")
    done = store.execute(
        "INSERT INTO attempts (at, contact, subject, caller, state) VALUES (?, ?, ?, ?, ?)", row
    )
    return Suspect() if suspect else Admitted(int(done.lastrowid or 0))


def finish(
    store: sqlite3.Connection,
    number: int,
    attempt: Attempt,
    limits: Limits,
    *,
    failed: bool,
    now: float,
) -> Locked | None:
    """Note what came of an attempt; the lock that it brought about, if it did."""
    state = "failed" if failed else "passed"
    store.execute("UPDATE attempts SET state = ? WHERE id = ?", (state, number))
    return _lock(store, attempt, limits, now) if failed else None


def _lock(store: sqlite3.Connection, attempt: Attempt, limits: Limits, now: float) -> Locked | None:
    since = now - KEPT
    in_call = _failures(store, "contact", attempt.contact, since)
    found: list[Locked] = [Locked("call")] if len(in_call) >= limits.per_call else []
    of_card = _failures(store, "subject", attempt.subject, since)
    wait = locked_for(of_card, limits.per_card, limits, now=now)
    if wait:
        found.append(Locked("card", wait))
    of_caller = _failures(store, "caller", attempt.caller, since) if attempt.caller else []
    wait = locked_for(of_caller, limits.per_caller, limits, now=now)
    if wait:
        found.append(Locked("caller", wait))
    return max(found, key=lambda each: each.seconds) if found else None


def _failures(store: sqlite3.Connection, column: str, value: str, since: float) -> list[float]:
    """When it failed. `column` is one of ours, never what somebody sent."""
    query = f"SELECT at FROM attempts WHERE {column} = ? AND at > ? AND state = 'failed'"
    return [at for (at,) in store.execute(query, (value, since))]


def _tries_cards(store: sqlite3.Connection, attempt: Attempt, signals: Signals, now: float) -> bool:
    if not signals.cards_per_caller or not attempt.caller:
        return False
    (others,) = store.execute(
        "SELECT count(DISTINCT subject) FROM attempts WHERE caller = ? AND at > ? AND subject != ?",
        (attempt.caller, now - signals.within, attempt.subject),
    ).fetchone()
    return int(others) >= signals.cards_per_caller
