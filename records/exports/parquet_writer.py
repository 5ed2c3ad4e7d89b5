"""Parquet: typed columns, moments as UTC timestamps of microseconds; a row group for each few pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from records.exports.datasets import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from records.exports.datasets import Piece

ROW_GROUP = 20_000
"""Rows that are held until they are written together: small row groups would make large files."""


class ParquetWriter:
    """Writes pieces to a file that takes bytes. What reads Parquet takes a while to load: only here."""

    def __init__(self, file: BinaryIO, columns: Sequence[tuple[str, Kind]]) -> None:
        """Fix the columns."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        types = {
            Kind.TEXT: pa.string(),
            Kind.WHOLE: pa.int64(),
            Kind.REAL: pa.float64(),
            Kind.TRUTH: pa.bool_(),
            Kind.MOMENT: pa.timestamp("us", tz="UTC"),
        }
        self._arrow: Any = pa
        self._kinds = [kind for _, kind in columns]
        self._schema = pa.schema([(name, types[kind]) for name, kind in columns])
        self._writer: Any = pq.ParquetWriter(file, self._schema, compression="zstd")
        self._held: Piece = []

    def write(self, piece: Piece) -> None:
        """Some rows more."""
        self._held += piece
        if len(self._held) >= ROW_GROUP:
            self._flush()

    def close(self) -> None:
        """Write what is held, and the end, without which nobody can read the file."""
        if self._held:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        columns = zip(*self._held, strict=True)
        arrays = [
            self._arrow.array([_value(kind, value) for value in column], type=self._schema.field(place).type)
            for place, (kind, column) in enumerate(zip(self._kinds, columns, strict=True))
        ]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._held = []


def _value(kind: Kind, value: Any) -> Any:
    """SQLite has no truth values, and its whole numbers may stand for real ones."""
    if value is None:
        return None
    if kind is Kind.TRUTH:
        return bool(value)
    return float(value) if kind is Kind.REAL else value
