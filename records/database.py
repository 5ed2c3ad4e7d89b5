"""Where the records are kept: an SQLite file, or a PostgreSQL database by its URL. All of it waits: call it in threads.

Passwords do not stand in URLs of files: libpq's own ways (PGPASSWORD, a password file) or the environment give them.
"""

from __future__ import annotations

import sqlite3
import weakref
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool

from records.card_scan import guard
from records.errors import DatabaseUnknown, LedgerMissing, LedgerTooOld, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Self

    from sqlalchemy import Connection, Table

PATIENCE = 5.0
"""Seconds that a reader or writer waits for a lock, a connection of the pool, or the server."""

_AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""The database's fault rather than the statement's."""

_NO_SUCH_TABLE = "42P01"
"""PostgreSQL's word for it (appendix A of its manual): a database in which no node has made its tables."""

_NO_SUCH_COLUMN = "42703"
_OLD = ("no such column", "no such table")
"""SQLite's words where the tables are not those that are asked for."""
_OPTIONS = "-c timezone=UTC -c statement_timeout=60s -c jit=off"
"""To compile the queries of a day's figures takes the server three times as long as to answer them."""

_READERS = 8
"""Connections that stand ready towards PostgreSQL."""


class Database:
    """One database. Holds no connection until it is asked."""

    __slots__ = ("__weakref__", "_engines", "url")

    def __init__(self, url: URL) -> None:
        """As SQLAlchemy writes it; see `of`."""
        self.url = url
        self._engines: dict[str, Engine] = {}

    @classmethod
    def of(cls, where: Path | str | Self) -> Database:
        """An SQLite file by its path, or any by its URL. Raises DatabaseUnknown."""
        if isinstance(where, Database):
            return where
        if isinstance(where, Path):
            return cls(URL.create("sqlite", database=str(where)))
        try:
            url = make_url(where)
        except (ArgumentError, ValueError):
            # Not quoted: it may hold a password, and where it stands cannot be told.
            raise DatabaseUnknown(f"this is no address of a database; {_WRITE_IT}") from None
        if url.drivername in ("postgresql", "postgres", "postgresql+psycopg") and url.database:
            return cls(url.set(drivername="postgresql+psycopg"))
        if url.drivername == "sqlite" and url.database:
            return cls(url)
        raise DatabaseUnknown(
            f"{url.set(query={}).render_as_string()} is no database that we know; {_WRITE_IT}"
        )

    def __str__(self) -> str:
        """As people may read it: without password."""
        return (
            str(self.path)
            if self.path is not None
            else self.url.set(drivername="postgresql", query={}).render_as_string()
        )

    __repr__ = __str__

    @property
    def without_password(self) -> str:
        """The URL as a file may hold it: who reads it asks libpq's own places for the password."""
        url = self.url.set(drivername=self.url.get_backend_name(), password=None)
        return url.difference_update_query(["password", "sslpassword"]).render_as_string()

    @property
    def path(self) -> Path | None:
        """The SQLite file; None of PostgreSQL."""
        return Path(str(self.url.database)) if self.url.drivername == "sqlite" else None

    def check_exists(self) -> None:
        """Raises LedgerMissing for an SQLite file that is not there: reading would say less clearly."""
        if self.path is not None and not self.path.exists():
            raise LedgerMissing(f"no ledger at {self.path}: no server has run with this state folder yet")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that cannot write. Raises StoreUnavailable, LedgerMissing."""
        self.check_exists()
        try:
            with self._guarded(), self._engine("read").connect() as connection:
                yield connection
        except ProgrammingError as problem:
            if getattr(problem.orig, "sqlstate", None) != _NO_SUCH_TABLE:
                raise
            raise LedgerMissing(f"no ledger in {self}: no server has run with this database yet") from None

    @contextmanager
    def read_moment(self) -> Iterator[Connection]:
        """As `read`, and all that is read is of one moment, whoever writes meanwhile."""
        with self.read() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all is kept at the end, or nothing where an exception passes. Raises StoreUnavailable."""
        with self._guarded(), self._engine("write").begin() as connection:
            yield connection

    def wipe_leftovers(self) -> None:
        """After an erasure: write SQLite's log back and empty it, since it holds what the pages held before.

        What is freed in the file itself is overwritten as it is freed. PostgreSQL keeps old rows until it cleans up by
        itself; that is hurried here. Backups are not reached. Raises StoreUnavailable.
        """
        if self.path is None:
            with self._guarded(), self._engine("write").connect() as connection:
                alone = connection.execution_options(isolation_level="AUTOCOMMIT")
                alone.exec_driver_sql("VACUUM contact, leg, contact_key")
            return
        with closing(sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)) as store:
            store.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of the connections that stand ready."""
        while self._engines:
            self._engines.popitem()[1].dispose()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as problem:
            words = first_line(problem.orig)
            if words.startswith(_OLD) or getattr(problem.orig, "sqlstate", None) == _NO_SUCH_COLUMN:
                raise LedgerTooOld(
                    f"{self} has the tables of an earlier version; a node that starts brings them up to date ({words})"
                ) from None
            if isinstance(problem, _AWAY) or type(problem) is DatabaseError:
                raise StoreUnavailable(f"{self}: {words}") from None
            raise
        except PoolTimeout:
            raise StoreUnavailable(f"{self}: all connections are busy") from None

    def _engine(self, use: str) -> Engine:
        found = self._engines.get(use)
        if found is None:
            make = _sqlite_engine if self.path is not None else _postgresql_engine
            found = self._engines[use] = make(self.url, is_reader=use == "read")
            # Held until we are gone: the collector would find connections that stand ready still open otherwise.
            weakref.finalize(self, found.dispose)
            if use == "write":
                guard(found)
        return found


_WRITE_IT = "write postgresql://USER@HOST:5432/NAME, or leave it out for an SQLite file in the state folder"


def first_line(problem: object) -> str:
    """What a driver says, short enough for a log. Rows that it quotes stand in the lines below."""
    return (str(problem).strip().splitlines() or ["it does not answer"])[0][:200]


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; those whose primary key is there already take the new values."""
    if not rows:
        return
    is_sqlite = connection.dialect.name == "sqlite"
    statement: Any = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if changed:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, list(rows))


def _sqlite_engine(url: URL, *, is_reader: bool) -> Engine:
    path = Path(str(url.database))

    def connect() -> sqlite3.Connection:
        address = f"file:{quote(str(path.resolve()))}?mode={'ro' if is_reader else 'rwc'}"
        connection = sqlite3.connect(
            address, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )
        if not is_reader:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    how = "BEGIN" if is_reader else "BEGIN IMMEDIATE"
    # The driver would begin at the first change, and find then that another has written since it read.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(how))
    return engine


def _postgresql_engine(url: URL, *, is_reader: bool) -> Engine:
    return create_engine(
        url,
        pool_size=_READERS,
        pool_timeout=PATIENCE,
        pool_pre_ping=True,
        execution_options={"postgresql_readonly": True} if is_reader else {},
        connect_args={
            "connect_timeout": int(PATIENCE),
            "options": _OPTIONS,
        },
    )
