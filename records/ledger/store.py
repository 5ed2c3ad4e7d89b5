"""The writing side of the SQLite file: opened, migrated, then one transaction per batch.

Durability: WAL with synchronous=FULL, so each commit is one fsync of the log: what was committed survives
kill -9 and, with honest disks, power loss. NORMAL would survive kill -9 too, but lose the last batches with
the power. Since all that comes in one gathering interval shares a commit, FULL costs one fsync per interval,
in a thread of its own and outside the interpreter lock.

SQLAlchemy describes the tables and reads them; the inserts here go straight to the driver. Its Core executes
about ten times slower per row, and the driver's executemany gives the interpreter lock up and takes it back
for each row, which under a busy event loop costs up to 5 ms (the switch interval) a row. Many rows per
statement do so once per statement.
"""

from __future__ import annotations

import fcntl
import functools
import itertools
import json
import os
import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from records import schema
from records.database import Database
from records.errors import LedgerInUse, StoreUnavailable
from records.event import NODE
from records.ledger.recovery import Unclosed
from records.migrate import upgrade
from records.views import tables
from records.views.fields import text
from records.views.fold import Fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Table

    from records.views.fields import Column, Data, Row

_BUSY_PATIENCE = 0.5
"""Seconds that SQLite itself waits for a lock before we are told."""

_CHUNKS = (64, 16, 4, 1)
"""Rows per statement: few different statements, so that all stay prepared."""

_AT_ONCE = 1_000
"""Events that are folded together when all is rebuilt."""

_EVENT = ("contact", "n", "leg", "ts", "type", "data")
_AGENT_EVENT = ("agent", "ts", "type", "data")


ENTRY_FAULTS = (sqlite3.Error, ValueError, TypeError, ArithmeticError, AttributeError)
"""What goes wrong when an entry, not the database, is at fault."""


class Entry(NamedTuple):
    """One event made ready: microseconds, masked data, and the same data encoded."""

    ts: int
    contact: str
    leg: str | None
    type: str
    data: Data
    encoded: str
    offset: int | None = None
    """Microseconds since the node began, by its monotonic clock."""
    node: str | None = None


class Store:
    """One connection that writes. Used by one thread at a time; `open` may run on another than `write`."""

    def __init__(self, path: Path) -> None:
        """Nothing is touched before `open`."""
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._lock: int | None = None
        self._fold = Fold(self._rows)

    def open(self) -> None:
        """Take the file for ourselves, bring its tables up to date."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._take_lock()
        try:
            # Records are personal data: for this user only. The log files beside it take over its mode.
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            upgrade(Database.of(self._path))
            self._connect()
        except BaseException as problem:
            self.close()
            if is_unavailable(problem):
                raise StoreUnavailable(f"{self._path}: {problem}") from problem
            raise

    def close(self) -> None:
        """Let go of the file. What was committed is kept."""
        self._disconnect()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def write(self, entries: Sequence[Entry]) -> None:
        """Write all or nothing, in this order. A failure leaves no trace: the same can be tried again.

        Raises:
            StoreUnavailable: the database's fault; trying again may help.
            ENTRY_FAULTS: the entries' fault.

        """
        try:
            self._write(entries)
        except BaseException as problem:
            self._fold.forget_all()
            self._disconnect()
            if is_unavailable(problem):
                raise StoreUnavailable(str(problem)) from problem
            raise

    def unclosed(self) -> list[Unclosed]:
        """The contacts that never got their contact.closed, oldest first."""
        found = self._connected().execute(
            "SELECT id, last_ts FROM contact WHERE ended_at IS NULL ORDER BY started_at, id"
        )
        return [Unclosed(contact, last_ts, self._open_legs(contact)) for contact, last_ts in found.fetchall()]

    def _open_legs(self, contact: str) -> tuple[str, ...]:
        legs = self._rows(tables.leg, {"contact": contact, "ended_at": None})
        return tuple(str(leg["id"]) for leg in legs)

    def rebuild(self) -> int:
        """Make all that is derived anew from the events; how many contacts there are."""
        connection = self._connected()
        connection.execute("BEGIN IMMEDIATE")
        try:
            for table in tables.ALL:
                connection.execute(f"DELETE FROM {table.name}")
            self._fold.forget_all()
            self._fold_all(connection)
            (count,) = connection.execute("SELECT count(*) FROM contact").fetchone()
        except BaseException:
            self._fold.forget_all()
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        self._fold.forget_all()
        return int(count)

    def _fold_all(self, connection: sqlite3.Connection) -> None:
        after = 0
        while True:
            rows = connection.execute(
                "SELECT id, ts, contact, leg, type, data FROM event WHERE id > ? ORDER BY id LIMIT ?",
                (after, _AT_ONCE),
            ).fetchall()
            if not rows:
                return
            for _, ts, contact, leg, kind, data in rows:
                self._fold.take(Entry(ts, contact, leg, kind, json.loads(data), data))
            self._keep()
            after = rows[-1][0]

    def _write(self, entries: Sequence[Entry]) -> None:
        connection = self._connected()
        connection.execute("BEGIN IMMEDIATE")
        events: list[tuple[Column, ...]] = []
        agent_events: list[tuple[Column, ...]] = []
        for entry in entries:
            if entry.contact in ("", NODE):
                agent_events.append((text(entry.data, "agent"), entry.ts, entry.type, entry.encoded))
                continue
            n = self._fold.take(entry)
            events.append((entry.contact, n, entry.leg, entry.ts, entry.type, entry.encoded))
        self._insert(schema.event, _EVENT, events)
        self._insert(schema.agent_event, _AGENT_EVENT, agent_events)
        self._keep()
        connection.execute("COMMIT")

    def _keep(self) -> None:
        for table, rows in self._fold.changed():
            columns = _columns(table)
            self._insert(table, columns, [tuple(map(row.__getitem__, columns)) for row in rows])

    def _insert(self, table: Table, columns: tuple[str, ...], rows: list[tuple[Column, ...]]) -> None:
        connection = self._connected()
        at = 0
        for chunk in _CHUNKS:
            while len(rows) - at >= chunk:
                values = list(itertools.chain.from_iterable(rows[at : at + chunk]))
                connection.execute(_insert_statement(table, columns, chunk), values)
                at += chunk

    def _rows(self, table: Table, where: Mapping[str, Column]) -> list[Row]:
        names = ",".join(_columns(table))
        asked = " AND ".join(
            f"{name} IS NULL" if value is None else f"{name} = ?" for name, value in where.items()
        )
        given = [value for value in where.values() if value is not None]
        cursor = self._connected().execute(f"SELECT {names} FROM {table.name} WHERE {asked}", given)
        return [dict(zip(_columns(table), row, strict=True)) for row in cursor.fetchall()]

    def _connected(self) -> sqlite3.Connection:
        return self._connection or self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=_BUSY_PATIENCE,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=64,
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _disconnect(self) -> None:
        """Close the connection; an unfinished transaction is rolled back by it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _take_lock(self) -> None:
        lock = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise LedgerInUse(f"another server uses {self._path}") from None
        self._lock = lock


def is_unavailable(problem: BaseException) -> bool:
    """Whether the database is at fault (busy, full, read-only, away, damaged), not what was written."""
    return isinstance(problem, OSError) or type(problem) in (
        sqlite3.OperationalError,
        sqlite3.InternalError,
        sqlite3.DatabaseError,
    )


@functools.cache
def _columns(table: Table) -> tuple[str, ...]:
    return tuple(table.columns.keys())


@functools.cache
def _insert_statement(table: Table, columns: tuple[str, ...], rows: int) -> str:
    """One statement for so many rows; those that are given their key replace their earlier form."""
    one = f"({','.join('?' * len(columns))})"
    statement = f"INSERT INTO {table.name} ({','.join(columns)}) VALUES {','.join([one] * rows)}"
    keys = [each.name for each in table.primary_key]
    if set(keys) <= set(columns):
        changed = ",".join(f"{each}=excluded.{each}" for each in columns if each not in keys)
        statement += f" ON CONFLICT ({','.join(keys)}) DO UPDATE SET {changed}"
    return statement
