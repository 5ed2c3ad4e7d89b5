"""Opens what is sealed of events that were read from the tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, select

from records import schema
from records.personal.sealing import ERASED, Opener, owner

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import Connection, RowMapping

    from records.database import Database
    from records.personal.master_key import MasterKey

SEALED = (
    schema.event.c.contact.label("sealed_of"),
    schema.event.c.type.label("sealed_type"),
    schema.event.c.sealed,
)
"""What a query of events must ask for besides `data`."""

_AT_ONCE = 500
"""Keys that one query asks for."""


class Unsealed:
    """Rows of events with the whole of their data."""

    def __init__(self, master: MasterKey | None) -> None:
        """Without a master key personal fields are missing, and `sealed` is said of their events."""
        self._opener = None if master is None else Opener(master)

    def rows(self, connection: Connection, rows: Sequence[RowMapping]) -> Iterator[dict[str, Any]]:
        """The rows, `data` as what it was before it was sealed."""
        found = [dict(row) | {"data": json.loads(row["data"])} for row in rows]
        keys: dict[str, bytes | None] = {}
        if self._opener is not None:
            keys = _keys(connection, {whose for row in found if (whose := _owner(row)) is not None})
        for row in found:
            if row["sealed"] is not None:
                row["data"] = self._open(row, keys)
            yield row

    def _open(self, row: dict[str, Any], keys: dict[str, bytes | None]) -> Any:
        if self._opener is None:
            return row["data"] | {"sealed": True}
        whose = _owner(row)
        key = None if whose is None else keys.get(whose)
        if key is None:
            return row["data"] | {ERASED: True}
        return self._opener.open(row["sealed_of"], row["sealed_type"], row["data"], row["sealed"], key)


def holds_keys(database: Database) -> bool:
    """Whether anything is sealed in this database. Raises StoreUnavailable."""
    if database.path is not None and (not database.path.exists() or database.path.stat().st_size == 0):
        return False
    with database.read() as connection:
        has_table = inspect(connection).has_table(schema.contact_key.name)
        return (
            has_table
            and connection.execute(select(schema.contact_key.c.contact).limit(1)).first() is not None
        )


def _owner(row: dict[str, Any]) -> str | None:
    return owner(row["sealed_of"], row["data"]) if row["sealed"] is not None else None


def _keys(connection: Connection, owners: Collection[str]) -> dict[str, bytes | None]:
    """The stored keys of these; None of one that was destroyed."""
    table = schema.contact_key
    found: dict[str, bytes | None] = {}
    ordered = sorted(owners)
    for at in range(0, len(ordered), _AT_ONCE):
        query = select(table.c.contact, table.c.key).where(table.c.contact.in_(ordered[at : at + _AT_ONCE]))
        found |= {row.contact: row.key for row in connection.execute(query)}
    return found
