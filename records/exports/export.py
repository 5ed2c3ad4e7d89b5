"""Takes a table out, piece by piece, into CSV or Parquet. Memory stays flat however many rows there are."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Protocol

from records.exports.csv_writer import CsvWriter
from records.exports.parquet_writer import ParquetWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from sqlalchemy import Connection

    from records.database import Database
    from records.exports.datasets import Kind, Piece
    from records.figures.question import Question


class Rows(Protocol):
    """Rows that can be taken out."""

    @property
    def columns(self) -> tuple[tuple[str, Kind], ...]:
        """Names and kinds, in order."""

    def count(self, connection: Connection, asked: Question) -> int:
        """How many there are."""

    def pieces(self, connection: Connection, asked: Question) -> Iterator[Piece]:
        """All of them."""


class Format(Enum):
    """How a table is written."""

    CSV = "csv"
    PARQUET = "parquet"


def export(
    database: Database,
    rows: Rows,
    asked: Question,
    file: BinaryIO,
    *,
    format: Format,  # noqa: A002 - the word for it
    mark: bool = False,
    tell: Callable[[int, int], None] = lambda done, whole: None,
) -> int:
    """Write all rows of a question; how many they are. `tell` hears how far it is, of how many.

    All rows are of one moment. Raises StoreUnavailable, LedgerMissing, and what the file raises.
    """
    done = 0
    with database.read() as connection:
        whole = rows.count(connection, asked)
        tell(0, whole)
        writer = (
            CsvWriter(file, rows.columns, mark=mark)
            if format is Format.CSV
            else ParquetWriter(file, rows.columns)
        )
        for piece in rows.pieces(connection, asked):
            writer.write(piece)
            done += len(piece)
            tell(done, max(done, whole))
        writer.close()
    return done
