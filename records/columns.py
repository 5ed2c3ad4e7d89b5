"""What columns the tables are made of: texts, moments (whole microseconds since 1970 UTC), numbers, truths.

A column may be empty unless it is said that it is not.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, LargeBinary, Text

# SQLite gives row numbers without a sequence only to a column that is exactly INTEGER PRIMARY KEY.
_ROW_NUMBER = BigInteger().with_variant(Integer, "sqlite")


def row_number() -> Column[int]:
    """`id`: numbers that the database gives, in the order of insertion."""
    return Column("id", _ROW_NUMBER, primary_key=True)


def keys(*names: str) -> list[Column[str]]:
    """Texts that are the primary key together."""
    return [Column(name, Text, primary_key=True) for name in names]


def texts(*names: str, nullable: bool = True) -> list[Column[str]]:
    """Such as ids, names, and JSON."""
    return [Column(name, Text, nullable=nullable) for name in names]


def moments(*names: str, nullable: bool = True) -> list[Column[int]]:
    """And lengths in microseconds."""
    return [Column(name, BigInteger, nullable=nullable) for name in names]


def numbers(*names: str, nullable: bool = True) -> list[Column[int]]:
    """Whole ones of at most 31 bits."""
    return [Column(name, Integer, nullable=nullable) for name in names]


def reals(*names: str, nullable: bool = True) -> list[Column[float]]:
    """Such as seconds."""
    return [Column(name, Float, nullable=nullable) for name in names]


def truths(*names: str, nullable: bool = True) -> list[Column[bool]]:
    """Yes or no."""
    return [Column(name, Boolean, nullable=nullable) for name in names]


def blobs(*names: str, nullable: bool = True) -> list[Column[bytes]]:
    """Bytes: hashes, and what is sealed."""
    return [Column(name, LargeBinary, nullable=nullable) for name in names]


def sums(*names: str) -> list[Column[float]]:
    """Seconds that add up from none."""
    return [Column(name, Float, nullable=False, server_default="0") for name in names]


def counts(*names: str) -> list[Column[int]]:
    """Numbers that count up from none."""
    return [Column(name, Integer, nullable=False, server_default="0") for name in names]
