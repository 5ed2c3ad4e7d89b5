"""CSV (RFC 4180): CRLF, quotes where needed, moments as in RFC 3339; no cell that a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from records.exports.cells import safe
from records.exports.datasets import Kind
from records.moments import iso

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from records.exports.datasets import Piece

_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()


class CsvWriter:
    """Writes pieces to a file that takes bytes."""

    def __init__(self, file: BinaryIO, columns: Sequence[tuple[str, Kind]], *, mark: bool = False) -> None:
        """Write the head. `mark`: begin with the byte order mark by which some spreadsheets know UTF-8."""
        self._file = file
        self._kinds = [kind for _, kind in columns]
        if mark:
            file.write(_MARK)
        self._rows([[safe(name) for name, _ in columns]])

    def write(self, piece: Piece) -> None:
        """Some rows more."""
        self._rows(
            [[_cell(kind, value) for kind, value in zip(self._kinds, row, strict=True)] for row in piece]
        )

    def close(self) -> None:
        """Nothing is held back."""

    def _rows(self, rows: Sequence[Sequence[str]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        self._file.write(text.getvalue().encode("utf-8", "replace"))


def _cell(kind: Kind, value: Any) -> str:
    if value is None:
        return ""
    if kind is Kind.TEXT:
        return safe(str(value))
    if kind is Kind.MOMENT:
        return iso(int(value))
    if kind is Kind.TRUTH:
        return "true" if value else "false"
    return repr(float(value)) if kind is Kind.REAL else str(value)
