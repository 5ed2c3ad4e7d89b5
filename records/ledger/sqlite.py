"""Writing to an SQLite file.

Durability: WAL with synchronous=FULL, so each commit is one fsync of the log: what was committed survives
kill -9 and, with honest disks, power loss. NORMAL would survive kill -9 too, but lose the last batches with
the power. Since all that comes in one gathering interval shares a commit, FULL costs one fsync per interval,
in a thread of its own and outside the interpreter lock.

The driver's executemany gives the interpreter lock up and takes it back for each row, which under a busy event loop
costs up to 5 ms (the switch interval) a row. Many rows per statement do so once per statement.
"""

from __future__ import annotations

import fcntl
import functools
import itertools
import os
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

from records.errors import LedgerInUse
from records.ledger.session import insert_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Table

_BUSY_PATIENCE = 0.5
"""Seconds that SQLite itself waits for a lock before we are told."""

_LOG_PAGES = 4_000
"""How long the log grows before it is written back, 16 MB: pages that every commit changes go back more rarely."""

_PLACES = 20_000
"""Rows of which it is known where they stand in the indexes: about 10 MB."""

_CHUNKS = (64, 16, 4, 1)
"""Rows per statement: few different statements, so that all stay prepared."""


class SqliteOpener:
    """One file, held by one process at a time."""

    def __init__(self, path: Path) -> None:
        """Nothing is touched before `begin`."""
        self._path = path
        self._lock: int | None = None

    def begin(self) -> None:
        """Take the file for ourselves. Records are personal data: for this user only."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise LedgerInUse(f"a node writes to {self._path}") from None
        self._lock = lock
        # The log files beside it take over its mode.
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))

    def connect(self) -> SqliteSession:
        """See Opener."""
        connection = sqlite3.connect(
            self._path,
            timeout=_BUSY_PATIENCE,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=128,
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
            connection.execute("PRAGMA secure_delete = ON")
        except BaseException:
            connection.close()
            raise
        return SqliteSession(connection)

    def is_away(self, problem: BaseException) -> bool:
        """See Session."""
        return is_away(problem)

    def end(self) -> None:
        """Let the next one have the file."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


class SqliteSession:
    """See Session."""

    mark = "?"

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Owns the connection."""
        self._connection = connection
        self._last: int | None = None
        self._places: dict[tuple[object, ...], tuple[object, ...]] = {}
        """What stands in the indexes of rows that we wrote, by their keys; the latest last."""

    def begin(self) -> None:
        """At once with the right to write."""
        self._connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """See Session."""
        self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """See Session."""
        self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """See Session."""
        self._connection.close()

    def execute(self, statement: str, *values: object) -> None:
        """See Session."""
        self._connection.execute(statement, values)

    def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        """See Session."""
        cursor = self._connection.execute(statement, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def stream(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """See Session."""
        yield from self._connection.execute(statement)

    def ids(self, count: int) -> Sequence[int]:
        """Nobody else writes events, so that the last one is looked up once."""
        if self._last is None:
            found = self._connection.execute("SELECT MAX(id) FROM event").fetchone()
            self._last = int(found[0] or 0)
        first = self._last + 1
        self._last += count
        return range(first, first + count)

    def add(self, table: Table, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        """See Session."""
        self._insert(table, columns, rows, None)

    def put(self, table: Table, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        """See Session.

        SQLite takes a row out of the index of a column that is set and puts it in again even where the value is the
        same: of rows that keep their places in all indexes, those columns are not set.
        """
        shape = _shape(table, columns)
        moved: list[tuple[Any, ...]] = []
        staying: list[tuple[Any, ...]] = []
        places = self._places
        for row in rows:
            key, place = shape.key(row), shape.place(row)
            (staying if places.pop(key, None) == place else moved).append(row)
            places[key] = place
        self._insert(table, columns, moved, columns)
        self._insert(table, columns, staying, shape.unindexed)
        while len(places) > _PLACES:
            del places[next(iter(places))]

    def has_company(self) -> bool:
        """A file has one writer: `begin` has seen to it."""
        return False

    def is_away(self, problem: BaseException) -> bool:
        """See Session."""
        return is_away(problem)

    def _insert(
        self,
        table: Table,
        columns: tuple[str, ...],
        rows: list[tuple[Any, ...]],
        taken_over: tuple[str, ...] | None,
    ) -> None:
        at = 0
        for chunk in _CHUNKS:
            while len(rows) - at >= chunk:
                values = list(itertools.chain.from_iterable(rows[at : at + chunk]))
                self._connection.execute(_statement(table, columns, chunk, taken_over), values)
                at += chunk


class _Shape(NamedTuple):
    """How rows of a table are written."""

    key: Callable[[tuple[Any, ...]], tuple[object, ...]]
    """Table and primary key of a row."""
    place: Callable[[tuple[Any, ...]], tuple[object, ...]]
    """What stands of it in other indexes."""
    unindexed: tuple[str, ...]


@functools.cache
def _shape(table: Table, columns: tuple[str, ...]) -> _Shape:
    keys = [columns.index(column.name) for column in table.primary_key]
    found = {column.name for index in table.indexes for column in index.columns}
    indexed = [at for at, name in enumerate(columns) if name in found]
    return _Shape(
        lambda row: (table.name, *(row[at] for at in keys)),
        lambda row: tuple([row[at] for at in indexed]),
        tuple(name for name in columns if name not in found),
    )


@functools.cache
def _statement(table: Table, columns: tuple[str, ...], rows: int, taken_over: tuple[str, ...] | None) -> str:
    return insert_statement(table, columns, rows, itertools.repeat("?"), taken_over=taken_over)


def is_away(problem: BaseException) -> bool:
    """Whether the database is at fault, not what was written."""
    return isinstance(problem, OSError) or type(problem) in (
        sqlite3.OperationalError,
        sqlite3.InternalError,
        sqlite3.DatabaseError,
    )
