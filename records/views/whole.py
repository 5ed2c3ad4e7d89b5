"""All rows of a contact, read together: for its record, its call detail records, its table of segments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from records.views import tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Table

    from records.views.fields import Row

_AT_ONCE = 500
"""Contacts whose rows are read together."""

_ORDER: dict[Table, tuple[str, ...]] = {
    tables.leg: ("invited_at", "id"),
    tables.queue_visit: ("visit",),
    tables.reservation: ("created_at", "id"),
    tables.segment: ("began_at", "n"),
    tables.menu_step: ("n",),
    tables.recording: ("n",),
}


@dataclass(frozen=True, slots=True)
class WholeContact:
    """A contact's row, and its rows in the other tables, in order of time."""

    contact: Row
    legs: Sequence[Row]
    visits: Sequence[Row]
    reservations: Sequence[Row]
    segments: Sequence[Row]
    steps: Sequence[Row]
    recordings: Sequence[Row]

    @property
    def customers(self) -> list[Row]:
        """The customer's segments."""
        return [row for row in self.segments if row["party"] == "customer"]

    def wrapped(self, agent: object) -> float:
        """Seconds that an agent wrapped up."""
        own = (row for row in self.segments if row["kind"] == "wrap_up" and row["agent"] == agent)
        return sum(float(row["seconds"] or 0.0) for row in own)


def whole_contact(connection: Connection, contact: str) -> WholeContact | None:
    """One contact by its whole id; None where there is none."""
    return next(iter(whole_contacts(connection, [contact])), None)


def whole_contacts(connection: Connection, contacts: Sequence[str]) -> Iterator[WholeContact]:
    """These contacts in this order, read some hundreds at a time."""
    for at in range(0, len(contacts), _AT_ONCE):
        wanted = contacts[at : at + _AT_ONCE]
        found = select(tables.contact).where(tables.contact.c.id.in_(wanted))
        own: dict[object, Row] = {row["id"]: dict(row) for row in connection.execute(found).mappings()}
        rest = [_by_contact(connection, table, wanted) for table in _ORDER]
        for contact in wanted:
            if contact in own:
                yield WholeContact(own[contact], *(rows.get(contact, []) for rows in rest))


def _by_contact(connection: Connection, table: Table, wanted: Sequence[str]) -> dict[object, list[Row]]:
    order = [table.c[name] for name in ("contact", *_ORDER[table])]
    rows = connection.execute(select(table).where(table.c.contact.in_(wanted)).order_by(*order)).mappings()
    found: dict[object, list[Row]] = {}
    for row in rows:
        found.setdefault(row["contact"], []).append(dict(row))
    return found
