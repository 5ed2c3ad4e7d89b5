"""Writing to a PostgreSQL database.

Durability: synchronous_commit is on for our transactions whatever the server's default is, so that what was committed
survives a crash of the server; what a standby has of it is the server's own setting. New events go by COPY, rows that
may be there already by statements of many rows.
"""

from __future__ import annotations

import functools
import itertools
import zlib
from typing import TYPE_CHECKING, Any

import psycopg

from records.database import PATIENCE
from records.errors import LedgerInUse
from records.ledger.order import IN_ORDER
from records.ledger.session import insert_statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Table

    from records.database import Database

_CHUNKS = (64, 16, 4, 1)
"""Rows per statement: few different statements, so that all stay prepared; those of a table are one round trip."""

_AT_ONCE = 2_000
"""Rows that a stream fetches in one go."""

_OPTIONS = "-c timezone=UTC -c synchronous_commit=on -c statement_timeout=60s"


class PostgresqlOpener:
    """One database; each node's events are written by one process at a time."""

    def __init__(self, database: Database, node: str) -> None:
        """Nothing is touched before `connect`."""
        self._database, self._node = database, node

    def begin(self) -> None:
        """The lock goes with each connection."""

    def connect(self) -> PostgresqlSession:
        """See Opener."""
        url = self._database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = psycopg.connect(
            url, autocommit=True, connect_timeout=int(PATIENCE), options=_OPTIONS, tcp_user_timeout=10_000
        )
        try:
            taken = connection.execute(
                "SELECT pg_try_advisory_lock(%s, %s)", (_LOCK, _key(self._node))
            ).fetchone()
            if taken is None or not taken[0]:
                raise LedgerInUse(
                    f"another server writes to {self._database} as node {self._node}: "
                    "stop it, or give each its own `node:`"
                )
        except BaseException:
            connection.close()
            raise
        return PostgresqlSession(connection)

    def is_away(self, problem: BaseException) -> bool:
        """See Session."""
        return is_away(problem)

    def end(self) -> None:
        """The lock went with the connection."""


_LOCK = 0x4C454447
"""The first half of the advisory locks that stand for nodes."""


def _key(node: str) -> int:
    """The second half: a signed number of 32 bits."""
    return zlib.crc32(node.encode()) - (1 << 31)


class PostgresqlSession:
    """See Session."""

    mark = "%s"

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        """Owns the connection."""
        self._connection = connection

    def begin(self) -> None:
        """See Session."""
        self._connection.execute("BEGIN")

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
        self._connection.execute(statement.encode(), values)

    def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        """See Session."""
        with self._connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            return cursor.execute(statement.encode(), values).fetchall()

    def stream(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """See Session."""
        with self._connection.cursor(name="stream") as cursor:
            cursor.itersize = _AT_ONCE
            cursor.execute(statement.encode())
            yield from cursor

    def ids(self, count: int) -> Sequence[int]:
        """See Session. Whoever reads on waits for those who have numbers and have not committed: `IN_ORDER`."""
        self._connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", (IN_ORDER,))
        query = "SELECT nextval(pg_get_serial_sequence('event', 'id')) AS id FROM generate_series(1, %s)"
        return [row["id"] for row in self.rows(query, count)]

    def add(self, table: Table, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        """By COPY, the fastest way in."""
        if not rows:
            return
        statement = f"COPY {table.name} ({','.join(columns)}) FROM STDIN"
        with self._connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def put(self, table: Table, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        """See Session."""
        at = 0
        with self._connection.pipeline(), psycopg.RawCursor(self._connection) as cursor:
            for chunk in _CHUNKS:
                while len(rows) - at >= chunk:
                    values = list(itertools.chain.from_iterable(rows[at : at + chunk]))
                    cursor.execute(_statement(table, columns, chunk), values)
                    at += chunk

    def has_company(self) -> bool:
        """Other nodes hold locks like ours."""
        query = (
            "SELECT 1 AS found FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND classid = %s"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND pid <> pg_backend_pid()"
        )
        return bool(self.rows(query, _LOCK))

    def is_away(self, problem: BaseException) -> bool:
        """See Session."""
        return is_away(problem)


@functools.cache
def _statement(table: Table, columns: tuple[str, ...], rows: int) -> bytes:
    """With numbered marks, which the driver need not look for: it would at each statement that is so long."""
    marks = (f"${number}" for number in itertools.count(1))
    return insert_statement(table, columns, rows, marks, taken_over=columns).encode()


def is_away(problem: BaseException) -> bool:
    """Whether the database is at fault, not what was written: a broken connection, a full disk."""
    return isinstance(
        problem, OSError | psycopg.OperationalError | psycopg.InterfaceError | psycopg.InternalError
    )
