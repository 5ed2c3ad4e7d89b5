"""Figures as rows to be taken out: what they are told apart by, then a column for each figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.exports.datasets import Kind
from records.figures.catalogue import DEFINITIONS
from records.figures.definition import Unit
from records.figures.figures import figures_in, names_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from records.exports.datasets import Piece
    from records.figures.question import Question


class FigureRows:
    """The figures of one question: few rows, whatever the records hold."""

    def __init__(self, asked: Question) -> None:
        """What the columns are depends on the question."""
        self._names = names_for(asked)
        kinds = {Unit.COUNT: Kind.WHOLE, Unit.SECONDS: Kind.REAL, Unit.SHARE: Kind.REAL}
        self.columns = (
            *((group.value, Kind.TEXT) for group in asked.by),
            *((name, kinds[DEFINITIONS[name].unit]) for name in self._names),
        )

    def count(self, connection: Connection, asked: Question) -> int:
        """Not known before they are reckoned."""
        return 0

    def pieces(self, connection: Connection, asked: Question) -> Iterator[Piece]:
        """All of them."""
        yield [
            (
                *row.key,
                *(
                    None
                    if (value := row.figures[name].value) is None
                    else round(value)
                    if DEFINITIONS[name].unit is Unit.COUNT
                    else value
                    for name in self._names
                ),
            )
            for row in figures_in(connection, asked, self._names).rows
        ]
