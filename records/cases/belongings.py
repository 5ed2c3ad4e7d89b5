"""What belongs to customers: numbers and references, each of one of them alone, and the contacts from the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, desc, insert, select

from records.cases import tables
from records.cases.errors import CustomerTaken
from records.views import tables as views

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Table

    from records.cases.history import Change

AT_ONCE = 400
"""Values in one IN of a statement: databases take only so many parameters."""
BACK = 1000
"""Earlier contacts from a number that are linked when a customer gets it."""


def customer_of(connection: Connection, client: str, number: str) -> str | None:
    """The customer of a client company who has a number."""
    table = tables.customer_number
    query = select(table.c.customer).where(table.c.client == client, table.c.number == number)
    return connection.execute(query).scalar()


def give(
    change: Change, client: str, customer: str, numbers: Sequence[str], references: Sequence[str]
) -> None:
    """Numbers and references, with earlier contacts from the numbers. Raises CustomerTaken for what is another's."""
    connection = change.connection
    for table, column, values in (
        (tables.customer_number, tables.customer_number.c.number, numbers),
        (tables.customer_reference, tables.customer_reference.c.reference, references),
    ):
        for value in dict.fromkeys(values):
            owner = connection.execute(
                select(table.c.customer).where(table.c.client == client, column == value)
            ).scalar()
            if owner is not None and owner != customer:
                raise CustomerTaken(f"this {column.name} is that of the customer {owner}: merge the two")
            if owner is None:
                row = {"client": client, column.name: value, "customer": customer}
                connection.execute(insert(table).values(**row))
    for number in dict.fromkeys(numbers):
        _give_contacts(connection, client, number, customer)


def _give_contacts(connection: Connection, client: str, number: str, customer: str) -> None:
    """The latest contacts from a number become a customer's."""
    contact = views.contact
    query = select(contact.c.id).where(contact.c.ani == number, contact.c.client == client)
    found = connection.execute(query.order_by(desc(contact.c.started_at)).limit(BACK)).scalars().all()
    link(connection, [{"contact": each, "customer": customer} for each in found])


def add_number(change: Change, client: str, customer: str, number: str) -> None:
    """Give a customer that was just made the number he called from."""
    give(change, client, customer, (number,), ())


def link(connection: Connection, rows: Sequence[dict[str, str]]) -> int:
    """Contacts become customers', unless they are somebody's; how many did."""
    table = tables.customer_contact
    known: set[str] = set()
    for at in range(0, len(rows), AT_ONCE):
        contacts = [row["contact"] for row in rows[at : at + AT_ONCE]]
        known |= set(column_of(connection, table.c.contact, table.c.contact.in_(contacts)))
    new = [row for row in rows if row["contact"] not in known]
    if new:
        connection.execute(insert(table), new)
    return len(new)


def take(connection: Connection, table: Table, customer: str) -> None:
    """All that a customer has in a table of numbers or references."""
    connection.execute(delete(table).where(table.c.customer == customer))


def column_of(connection: Connection, column: Any, where: Any) -> list[str]:
    """One column of some rows."""
    return list(connection.execute(select(column).where(where)).scalars())
