"""Folding without a database: tables in memory, kept up in batches or made at once from all events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.ledger.entry import Entry, ready
from records.views import tables
from records.views.fold import Fold
from tests.records.calls import BEGAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Table

    from records import LedgerEvent
    from records.views.fields import Column, Row


class Kept:
    """What a database would have."""

    def __init__(self) -> None:
        self.rows: dict[Table, dict[tuple[Column, ...], Row]] = {table: {} for table in tables.ALL}

    def load(self, table: Table, where: Mapping[str, Column]) -> list[Row]:
        found = self.rows[table].values()
        return [dict(row) for row in found if all(row[name] == value for name, value in where.items())]

    def keep(self, fold: Fold) -> None:
        for table, rows in fold.changed():
            keys = [column.name for column in table.primary_key]
            for row in rows:
                assert list(row) == table.columns.keys()
                self.rows[table][tuple(row[key] for key in keys)] = dict(row)

    def of(self, table: Table, **where: Column) -> list[Row]:
        """Rows of a table in order of their keys."""
        return [
            row
            for _, row in sorted(self.rows[table].items(), key=lambda item: str(item[0]))
            if all(row[name] == value for name, value in where.items())
        ]


def entry(told: LedgerEvent, *, shift: float = 0.0, with_offset: bool = False) -> Entry:
    """As the writer hands it to the fold; `shift` is by how much the wall clock was set since the beginning."""
    offset = told.ts - BEGAN + 5 if with_offset else None
    return ready(told._replace(ts=told.ts + shift, offset=offset), "main")[0]


def folded(entries: Iterable[LedgerEvent | Entry]) -> Kept:
    """All at once."""
    return in_batches([list(entries)])


def in_batches(batches: Iterable[Sequence[LedgerEvent | Entry]], *, forgets: bool = False) -> Kept:
    """One batch after the other; a fold that `forgets` loads all rows anew in each."""
    kept = Kept()
    fold = Fold(kept.load)
    for batch in batches:
        for each in batch:
            fold.take(each if isinstance(each, Entry) else entry(each))
        kept.keep(fold)
        if forgets:
            fold.forget_all()
    return kept
