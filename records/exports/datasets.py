"""What can be taken out as a table: which rows, which columns, of which type. Rows come in pieces, never at once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Float, Integer, func, select

from records.views import tables
from records.views.detail import is_moment, shown_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Column, ColumnElement, Connection, FromClause, Select, Table

    from records.figures.question import Question

AT_ONCE = 2_000
"""Rows of one piece."""


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    WHOLE = "whole"
    REAL = "real"
    TRUTH = "truth"
    MOMENT = "moment"
    """Microseconds since 1970 UTC."""


Piece = list[tuple[Any, ...]]
"""Some rows, their values in the order of the columns."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """One table of the records, of the contacts of a period."""

    name: str
    about: str
    table: Table
    at: str
    """The column by which a row belongs to a day."""

    @property
    def columns(self) -> tuple[tuple[str, Kind], ...]:
        """Names and kinds, in order."""
        return tuple((column.name, _kind(column)) for column in shown_columns(self.table))

    @property
    def is_of_clients(self) -> bool:
        """Whether rows belong to client companies: agents' time belongs to none."""
        return self.table is not tables.agent_span

    def count(self, connection: Connection, asked: Question) -> int:
        """How many rows there are, for who watches."""
        query = self._picked(asked, func.count())
        return int(connection.execute(query).scalar_one())

    def pieces(self, connection: Connection, asked: Question) -> Iterator[Piece]:
        """The rows, in order of time."""
        keys = [self.table.c[self.at], *self.table.primary_key.columns]
        query = self._picked(asked, *shown_columns(self.table)).order_by(*keys)
        found = connection.execute(query, execution_options={"yield_per": AT_ONCE})
        for piece in found.partitions():
            yield [tuple(row) for row in piece]

    def _picked(self, asked: Question, *what: Any) -> Select[Any]:
        return select(*what).select_from(self._joined()).where(*self.picked(asked))

    def picked(self, asked: Question) -> list[ColumnElement[bool]]:
        """Which rows: of the period, of those asked for, of the client companies that may be seen."""
        table = self.table
        client = table.c.client if "client" in table.c else tables.contact.c.client
        found = [asked.within(table.c[self.at], client if self.is_of_clients else None)]
        for group, value in asked.only.items():
            found.append((client if group.value == "client" else table.c[group.value]) == value)
        if asked.clients is not None:
            found.append(client.in_(sorted(asked.clients)))
        if asked.agents is not None and not self.is_of_clients:
            found.append(table.c.agent.in_(sorted(asked.agents)))
        return found

    def _joined(self) -> FromClause:
        if "client" in self.table.c:
            return self.table
        return self.table.join(tables.contact, tables.contact.c.id == self.table.c.contact)


def _kind(column: Column[Any]) -> Kind:
    if is_moment(column):
        return Kind.MOMENT
    kinds = {Boolean: Kind.TRUTH, Integer: Kind.WHOLE, Float: Kind.REAL}
    return next((kind for of, kind in kinds.items() if isinstance(column.type, of)), Kind.TEXT)


DATASETS = {
    each.name: each
    for each in (
        Dataset("contacts", "each contact", tables.contact, "started_at"),
        Dataset("legs", "each party of a contact", tables.leg, "invited_at"),
        Dataset("segments", "what each party did from when to when", tables.segment, "began_at"),
        Dataset("queue_visits", "each wait in a queue", tables.queue_visit, "joined_at"),
        Dataset("reservations", "each agent held for a caller", tables.reservation, "created_at"),
        Dataset("agent_spans", "what agents did from when to when", tables.agent_span, "began_at"),
        Dataset("menu_steps", "each step in a menu", tables.menu_step, "entered_at"),
        Dataset("recordings", "each sound file", tables.recording, "began_at"),
        Dataset("promises", "each callback promised", tables.promise, "latest"),
    )
}
