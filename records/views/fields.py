"""Reading what an event holds without complaint: a missing or strange field gives None, and its column stays empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from records.moments import MICROSECONDS, stored
from records.texts import fit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Table

Column: TypeAlias = str | int | float | None
Row: TypeAlias = dict[str, Column]
Data: TypeAlias = "Mapping[str, object]"
Load: TypeAlias = "Callable[[Table, Mapping[str, Column]], list[Row]]"
"""Gives the rows of a table, with all its columns by name, in which these columns have these values."""


def text(data: Data, name: str) -> str | None:
    """A text field, fit for any database."""
    value = data.get(name)
    if value is None or (isinstance(value, str) and value.isascii() and "\0" not in value):
        return value
    if not isinstance(value, str | int | float):
        return None
    return fit(str(value))


def whole(data: Data, name: str) -> int | None:
    """A whole number of at most 31 bits, which a SIP status, a Q.850 cause and any count of ours are."""
    value = data.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 31 else None


def real(data: Data, name: str) -> float | None:
    """A finite number, such as seconds."""
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e15 < value < 1e15:
        return None
    return float(value)


def last_seen(data: Data, at: int) -> int:
    """When it truly ended: an interrupted contact or leg is closed long after its last sign of life."""
    value = data.get("last_seen")
    if isinstance(value, int | float) and 0 < value * MICROSECONDS <= at:
        return stored(value)
    return at


def number(value: Column) -> int:
    """A column that holds a whole number; 0 where it is empty."""
    return value if isinstance(value, int) else 0


def seconds(value: Column) -> float:
    """A column that holds seconds; 0 where it is empty."""
    return float(value) if isinstance(value, int | float) else 0.0


def span(began: Column, ended: int) -> float:
    """Seconds between two moments; never less than none."""
    return max(0, ended - began) / MICROSECONDS if isinstance(began, int) else 0.0
