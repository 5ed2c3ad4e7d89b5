"""Call detail records of a period as rows to be taken out, in the columns of Asterisk, some contacts at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from records.exports.datasets import DATASETS, Kind
from records.views import tables
from records.views.cdr import COLUMNS, cdr
from records.views.whole import whole_contacts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from records.exports.datasets import Piece
    from records.figures.question import Question

_WHOLE = frozenset({"duration", "billsec", "sequence"})


class CdrRows:
    """A row for each leg of the contacts that began in the period."""

    columns = tuple((name, Kind.WHOLE if name in _WHOLE else Kind.TEXT) for name in COLUMNS)

    def count(self, connection: Connection, asked: Question) -> int:
        """How many legs there are."""
        contacts = select(tables.contact.c.id).where(*DATASETS["contacts"].picked(asked))
        query = select(func.count()).select_from(tables.leg).where(tables.leg.c.contact.in_(contacts))
        return int(connection.execute(query).scalar_one())

    def pieces(self, connection: Connection, asked: Question) -> Iterator[Piece]:
        """All of them, contact by contact."""
        for rows in DATASETS["contacts"].pieces(connection, asked):
            yield [
                tuple(row[name] for name in COLUMNS)
                for whole in whole_contacts(connection, [str(row[0]) for row in rows])
                for row in cdr(whole)
            ]
