"""The append-only history of cases and customers, and what of it the ledger has still to be told.

An entry is written in the transaction of the change that it tells of. Whoever told it to the ledger says so afterwards:
what a crash kept from being told is told at the next start, under the same number.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, insert, select, update

from base.compact import compact_text
from records.cases import tables
from records.moments import stored, unix

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sqlalchemy import Connection, Select

    from records.database import Database

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done. `at` is Unix time."""

    id: int
    case_id: str | None
    customer: str | None
    client: str
    contact: str | None
    at: float
    by: str
    type: str
    data: Mapping[str, Any]

    def told(self) -> dict[str, object]:
        """What the ledger gets: all of it, with the entry's own number, by which a second telling is known."""
        named = {"case": self.case_id, "by": self.by, "client": self.client, "entry": self.id}
        if self.case_id is None:
            named["about"] = self.customer
        return {**{name: each for name, each in named.items() if each is not None}, **self.data}


class Change:
    """One transaction's changes: who makes them and when; collects what is to be told."""

    __slots__ = ("at", "by", "connection", "entries")

    def __init__(self, connection: Connection, by: str, at: float) -> None:
        """`at` is Unix time."""
        self.connection = connection
        self.by = by
        self.at = stored(at)
        self.entries: list[Entry] = []

    def tell(
        self,
        kind: str,
        client: str,
        data: Mapping[str, object] = MappingProxyType({}),
        *,
        case_id: str | None = None,
        customer: str | None = None,
        contact: str | None = None,
    ) -> None:
        """Write down what was done; nothing personal."""
        about = {"case_id": case_id, "customer": customer, "client": client, "contact": contact}
        kept = {name: each for name, each in data.items() if each is not None}
        statement = insert(tables.case_event).values(
            **about, at=self.at, by=self.by, type=kind, data=compact_text(kept), told=False
        )
        found = self.connection.execute(statement).inserted_primary_key
        number = int(found[0]) if found is not None else 0
        self.entries.append(
            Entry(number, case_id, customer, client, contact, unix(self.at), self.by, kind, kept)
        )


@contextmanager
def changing(database: Database, by: str, at: float) -> Iterator[Change]:
    """One transaction, with what it tells. `at` is Unix time. Raises StoreUnavailable."""
    with database.write() as connection:
        yield Change(connection, by, at)


def history(
    connection: Connection, *, case_id: str | None = None, customer: str | None = None
) -> list[Entry]:
    """All that was done to a case, or to a customer, in order."""
    table = tables.case_event
    which = table.c.case_id == case_id if case_id is not None else table.c.customer == customer
    return _read(connection, select(table).where(which).order_by(table.c.id))


def untold(database: Database, before: float) -> list[Entry]:
    """What was done before this moment and the ledger has not been told, oldest first; so many at once."""
    table = tables.case_event
    is_left = and_(table.c.told.is_(False), table.c.at < stored(before))
    with database.read() as connection:
        return _read(connection, select(table).where(is_left).order_by(table.c.id).limit(_AT_ONCE))


def mark_told(database: Database, entries: Collection[int]) -> None:
    """The ledger has these."""
    if entries:
        table = tables.case_event
        with database.write() as connection:
            connection.execute(update(table).where(table.c.id.in_(list(entries))).values(told=True))


def _read(connection: Connection, query: Select[Any]) -> list[Entry]:
    return [
        Entry(
            row.id, row.case_id, row.customer, row.client, row.contact, unix(row.at), row.by, row.type,
            json.loads(row.data),
        )
        for row in connection.execute(query)
    ]  # fmt: skip
