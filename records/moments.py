"""Moments: the tables hold whole microseconds since 1970 UTC, everything else speaks of Unix seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import overload

MICROSECONDS = 1_000_000
"""In a second."""
DAY = 86_400
"""Seconds of a day."""
_EPOCH = datetime(1970, 1, 1)


@overload
def stored(seconds: float) -> int: ...
@overload
def stored(seconds: None) -> None: ...
@overload
def stored(seconds: float | None) -> int | None: ...
def stored(seconds: float | None) -> int | None:
    """Unix seconds as a column holds them; so are lengths, from seconds to microseconds."""
    return None if seconds is None else round(seconds * MICROSECONDS)


@overload
def unix(column: int) -> float: ...
@overload
def unix(column: None) -> None: ...
@overload
def unix(column: int | None) -> float | None: ...
def unix(column: int | None) -> float | None:
    """A column as Unix seconds."""
    return None if column is None else column / MICROSECONDS


def iso(column: int, precision: str = "microseconds") -> str:
    """A column as RFC 3339 has it, `2026-11-23T08:00:00.000000Z`; exact, which by way of seconds it would not be."""
    return (_EPOCH + timedelta(microseconds=column)).isoformat(timespec=precision) + "Z"


def utc(seconds: float | None) -> str:
    """Unix seconds for people, `2026-11-23 08:00:00`; empty text of none."""
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
