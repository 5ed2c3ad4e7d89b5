"""What the store asks of a connection that writes; sqlite.py and postgresql.py are the two that there are."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sqlalchemy import Table

    from records.database import Database


class Session(Protocol):
    """One connection to write by, and the lock that keeps others from writing as the same node."""

    mark: str
    """What stands for a value in a statement."""

    def begin(self) -> None:
        """Begin a transaction."""

    def commit(self) -> None:
        """End it; all is kept."""

    def rollback(self) -> None:
        """End it; nothing is kept."""

    def close(self) -> None:
        """Let go of the connection; an unfinished transaction leaves no trace."""

    def execute(self, statement: str, *values: object) -> None:
        """Carry out a statement that gives no rows."""

    def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        """What a query finds, by the names of its columns."""

    def stream(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query bit by bit, while others are written in the same transaction."""

    def ids(self, count: int) -> Sequence[int]:
        """Numbers for so many new events, rising."""

    def add(self, table: Table, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        """Insert rows that are new."""

    def put(self, table: Table, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        """Insert rows; those whose primary key is there already take the new values."""

    def has_company(self) -> bool:
        """Whether another node writes to this database."""

    def is_away(self, problem: BaseException) -> bool:
        """Whether the database is at fault (busy, full, read-only, away, damaged), not what was written."""


class Opener(Protocol):
    """Opens sessions of one database."""

    def begin(self) -> None:
        """Get ready, once, before the tables are looked at. Raises LedgerInUse."""

    def connect(self) -> Session:
        """A new connection. Raises what `is_away` knows, or LedgerInUse."""

    def is_away(self, problem: BaseException) -> bool:
        """As of a session."""

    def end(self) -> None:
        """Let go of what `begin` took."""


def opener(database: Database, node: str) -> Opener:
    """What opens this database for this node."""
    if database.path is not None:
        from records.ledger.sqlite import SqliteOpener

        return SqliteOpener(database.path)
    from records.ledger.postgresql import PostgresqlOpener

    return PostgresqlOpener(database, node)


def insert_statement(
    table: Table,
    columns: tuple[str, ...],
    rows: int,
    marks: Iterable[str],
    *,
    taken_over: Collection[str] | None = None,
) -> str:
    """One statement for so many rows; those whose key is there already take over these columns, where any are told.

    `marks` are what stands for the values, one after the other.
    """
    values = iter(marks)
    each = [f"({','.join(itertools.islice(values, len(columns)))})" for _ in range(rows)]
    statement = f"INSERT INTO {table.name} ({','.join(columns)}) VALUES {','.join(each)}"
    if taken_over is None:
        return statement
    keys = [column.name for column in table.primary_key]
    changes = ",".join(
        f"{name}=excluded.{name}" for name in columns if name in taken_over and name not in keys
    )
    return f"{statement} ON CONFLICT ({','.join(keys)}) DO " + (
        f"UPDATE SET {changes}" if changes else "NOTHING"
    )
