"""What people keep of a person by hand: customers with their names and notes, cases, notes. Blocks: for threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, or_, select, update

from records.cases.tables import (
    case,
    case_contact,
    customer,
    customer_number,
    customer_reference,
    note,
)
from records.narrowing import matching

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

    from records.database import Database
    from records.retention.person import Person

_GONE = ""


def erase_customers(database: Database, who: Person, client: str | None, *, dry_run: bool) -> int:
    """Nothing that tells of the person is left in them; cases stay as figures. How many customers there were."""
    with database.read() if dry_run else database.write() as connection:
        found = _customers(connection, who, client)
        if dry_run or not found:
            return len(found)
        cases = connection.scalars(select(case.c.id).where(case.c.customer.in_(found))).all()
        connection.execute(update(note).where(_of(found, cases)).values(text=_GONE))
        connection.execute(update(case).where(case.c.id.in_(cases)).values(title=None, follow_up_note=None))
        for table in (customer_number, customer_reference):
            connection.execute(delete(table).where(table.c.customer.in_(found)))
        connection.execute(update(customer).where(customer.c.id.in_(found)).values(name=None, notes=None))
        return len(found)


def kept_customers(database: Database, who: Person, client: str | None) -> list[Mapping[str, Any]]:
    """All of it, as JSON has it."""
    with database.read() as connection:
        found = _customers(connection, who, client)
        if not found:
            return []
        cases = list(connection.scalars(select(case.c.id).where(case.c.customer.in_(found))))
        asked = {
            "customer": select(customer).where(customer.c.id.in_(found)),
            "number": select(customer_number).where(customer_number.c.customer.in_(found)),
            "reference": select(customer_reference).where(customer_reference.c.customer.in_(found)),
            "case": select(case).where(case.c.id.in_(cases)),
            "contact of case": select(case_contact).where(case_contact.c.case_id.in_(cases)),
            "note": select(note).where(_of(found, cases)),
        }
        return [
            {"what": what, **row}
            for what, query in asked.items()
            for row in connection.execute(query).mappings()
        ]


def _customers(connection: Connection, who: Person, client: str | None) -> list[str]:
    """Whoever has the number, and those who were merged into them."""
    query = select(customer_number.c.customer).where(
        customer_number.c.number.in_(sorted(who.spellings)), *matching(customer_number, client=client)
    )
    found = set(connection.scalars(query))
    fresh = found
    while fresh:
        merged = connection.scalars(select(customer.c.id).where(customer.c.merged_into.in_(sorted(fresh))))
        fresh = set(merged) - found
        found |= fresh
    return sorted(found)


def _of(customers: Sequence[str], cases: Sequence[str]) -> ColumnElement[bool]:
    return or_(note.c.customer.in_(customers), note.c.case_id.in_(cases))
