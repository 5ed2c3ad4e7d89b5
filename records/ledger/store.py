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
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from records import schema
from records.database import Database
from records.errors import LedgerInUse, StoreUnavailable
from records.event import NODE
from records.migrate import upgrade
from records.views.projection import Column, ContactState, Data, new_contact, project, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Table

_BUSY_PATIENCE = 0.5
"""Seconds that SQLite itself waits for a lock before we are told."""

_CHUNKS = (64, 16, 4, 1)
"""Rows per statement: few different statements, so that all stay prepared."""

_CLOSED_KEPT = 256
"""Closed contacts whose rows are kept at hand."""

_EVENT = ("contact", "n", "leg", "ts", "type", "data")
_AGENT_EVENT = ("agent", "ts", "type", "data")
_CONTACT = tuple(schema.contact.columns.keys())
_LEG = tuple(schema.leg.columns.keys())


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


class Store:
    """One connection that writes. Used by one thread at a time; `open` may run on another than `write`."""

    def __init__(self, path: Path) -> None:
        """Nothing is touched before `open`."""
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._lock: int | None = None
        self._open: dict[str, ContactState] = {}
        self._closed: deque[str] = deque()

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
            self._open.clear()
            self._disconnect()
            if is_unavailable(problem):
                raise StoreUnavailable(str(problem)) from problem
            raise
        self._forget_closed(entries)

    def unclosed(self) -> list[ContactState]:
        """The contacts that never got their contact.closed, oldest first."""
        found = self._connected().execute(
            "SELECT id FROM contact WHERE ended_at IS NULL ORDER BY started_at, id"
        )
        return [state for (contact,) in found.fetchall() if (state := self._load(contact))]

    def rebuild(self) -> int:
        """Make the contact and leg tables anew from the events; how many contacts there are."""
        connection = self._connected()
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute("DELETE FROM leg")
            connection.execute("DELETE FROM contact")
            count = 0
            for state in self._folded(connection):
                self._keep([state])
                count += 1
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        self._open.clear()
        return count

    def _folded(self, connection: sqlite3.Connection) -> Iterator[ContactState]:
        rows = connection.execute("SELECT contact, leg, ts, type, data FROM event ORDER BY contact, n")
        for contact, events in itertools.groupby(rows, key=lambda row: str(row[0])):
            state: ContactState | None = None
            for _, leg, ts, kind, data in events:
                state = state or new_contact(contact, ts)
                project(state, leg, ts, kind, json.loads(data))
            if state is not None:
                yield state

    def _write(self, entries: Sequence[Entry]) -> None:
        connection = self._connected()
        connection.execute("BEGIN IMMEDIATE")
        events: list[tuple[Column, ...]] = []
        agent_events: list[tuple[Column, ...]] = []
        touched: dict[str, ContactState] = {}
        for entry in entries:
            if entry.contact in ("", NODE):
                agent_events.append((text(entry.data, "agent"), entry.ts, entry.type, entry.encoded))
                continue
            state = touched[entry.contact] = self._state(entry)
            n = project(state, entry.leg, entry.ts, entry.type, entry.data)
            events.append((entry.contact, n, entry.leg, entry.ts, entry.type, entry.encoded))
        self._insert(schema.event, _EVENT, events)
        self._insert(schema.agent_event, _AGENT_EVENT, agent_events)
        self._keep(touched.values())
        connection.execute("COMMIT")

    def _keep(self, states: Iterable[ContactState]) -> None:
        contacts = list(states)
        self._insert(
            schema.contact, _CONTACT, [tuple(map(state.contact.__getitem__, _CONTACT)) for state in contacts]
        )
        legs = [tuple(map(row.__getitem__, _LEG)) for state in contacts for row in state.legs.values()]
        self._insert(schema.leg, _LEG, legs)

    def _insert(self, table: Table, columns: tuple[str, ...], rows: list[tuple[Column, ...]]) -> None:
        connection = self._connected()
        at = 0
        for chunk in _CHUNKS:
            while len(rows) - at >= chunk:
                values = list(itertools.chain.from_iterable(rows[at : at + chunk]))
                connection.execute(_insert_statement(table, columns, chunk), values)
                at += chunk

    def _state(self, entry: Entry) -> ContactState:
        contact = entry.contact
        state = self._open.get(contact)
        if state is None:
            state = self._open[contact] = self._load(contact) or new_contact(contact, entry.ts)
        return state

    def _load(self, contact: str) -> ContactState | None:
        found = self._rows("SELECT * FROM contact WHERE id = ?", contact)
        if not found:
            return None
        legs = self._rows("SELECT * FROM leg WHERE contact = ?", contact)
        return ContactState(found[0], {leg["id"]: leg for leg in legs})

    def _rows(self, statement: str, contact: str) -> list[dict[str, Any]]:
        cursor = self._connected().execute(statement, (contact,))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _forget_closed(self, entries: Sequence[Entry]) -> None:
        """Closed contacts stay a little while: the last SIP messages come after the closing."""
        self._closed.extend(each.contact for each in entries if each.type == "contact.closed")
        while len(self._closed) > _CLOSED_KEPT:
            self._open.pop(self._closed.popleft(), None)

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
def _insert_statement(table: Table, columns: tuple[str, ...], rows: int) -> str:
    """One statement for so many rows; rows with a text key replace their earlier form."""
    one = f"({','.join('?' * len(columns))})"
    statement = f"INSERT INTO {table.name} ({','.join(columns)}) VALUES {','.join([one] * rows)}"
    if columns[0] == "id":
        statement += " ON CONFLICT (id) DO UPDATE SET " + ",".join(
            f"{each}=excluded.{each}" for each in columns[1:]
        )
    return statement
