"""What rows of a table are narrowed to, as terms of SQL. What is None narrows nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from records.moments import stored

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, FromClause


def matching(
    table: FromClause, clients: Collection[str] | None = None, **values: str | None
) -> list[ColumnElement[bool]]:
    """Rows of one of these client companies, that have each of these values in the column of its name."""
    of = [] if clients is None else [table.c.client.in_(sorted(clients))]
    return of + [table.c[name] == value for name, value in values.items() if value is not None]


def in_period(
    column: ColumnElement[Any], since: float | None, until: float | None
) -> list[ColumnElement[bool]]:
    """A moment from `since` to before `until`, in Unix seconds."""
    return between(column, stored(since), stored(until))


def between(column: ColumnElement[Any], since: int | None, until: int | None) -> list[ColumnElement[bool]]:
    """A moment from `since` to before `until`, in microseconds."""
    found: list[ColumnElement[bool]] = []
    if since is not None:
        found.append(column >= since)
    if until is not None:
        found.append(column < until)
    return found
