"""What the derived tables hold of one contact, for people: moments as Unix seconds, without what is for folding on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, select

from records.moments import unix
from records.views import tables

if TYPE_CHECKING:
    from sqlalchemy import Column, Table

    from records.database import Database

_FOR_FOLDING = frozenset({"last_n", "last_ts", "began_offset", "ongoing", "held_since"})
"""Columns that the fold alone reads."""
_WRITTEN = frozenset({"masked", "rtp"})
"""Columns that hold JSON."""
_MOMENTS = ("_at", "earliest", "latest")
"""How the names of columns end that hold moments."""


def shown_columns(table: Table) -> list[Column[Any]]:
    """Those that are for people, in their order."""
    return [column for column in table.columns if column.name not in _FOR_FOLDING]


def is_moment(column: Column[Any]) -> bool:
    """Whether a column holds a moment."""
    return isinstance(column.type, BigInteger) and column.name.endswith(_MOMENTS)


def is_written(column: Column[Any]) -> bool:
    """Whether a column holds JSON."""
    return column.name in _WRITTEN


def details(database: Database, table: Table, contact: str) -> list[dict[str, Any]]:
    """The rows of one contact in their order. Raises StoreUnavailable."""
    columns = shown_columns(table)
    key = table.c.id if table is tables.contact else table.c.contact
    order = [table.c[name] for name in ("n", "visit", "invited_at", "created_at", "id") if name in table.c]
    with database.read() as connection:
        found = connection.execute(select(*columns).where(key == contact).order_by(*order)).mappings()
        return [{column.name: _value(column, row[column.name]) for column in columns} for row in found]


def _value(column: Column[Any], value: Any) -> Any:
    if is_moment(column):
        return unix(value)
    return json.loads(value) if value is not None and is_written(column) else value
