"""A customer of a client company as it is read, with numbers and references."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from records.cases import tables
from records.cases.errors import CustomerNotFound
from records.moments import unix

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection, Table

    from records.cases.history import Entry


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer. `created_at` is Unix time."""

    id: str
    client: str
    name: str | None
    notes: str | None
    language: str | None
    created_at: float
    created_by: str
    version: int
    numbers: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    """How the client company itself calls the customer."""


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """A customer with all that belongs to him."""

    customer: Customer
    contacts: tuple[str, ...]
    """The newest first."""
    cases: tuple[str, ...]
    history: tuple[Entry, ...]


def one_customer(connection: Connection, customer: str) -> Customer:
    """Whoever has this id. Raises CustomerNotFound."""
    found = loaded(connection, [customer], None)
    if not found:
        raise CustomerNotFound(f"no customer is called {customer}")
    return found[0]


def loaded(
    connection: Connection, customers: Collection[str], clients: Collection[str] | None
) -> list[Customer]:
    """Customers with numbers and references; who was merged is the one that has all of it now."""
    table = tables.customer
    wanted = sorted(customers)
    rows = connection.execute(select(table).where(table.c.id.in_(wanted))).mappings().all()
    merged = {row["merged_into"] for row in rows if row["merged_into"] is not None} - {*wanted}
    if merged:
        rows = [*rows, *connection.execute(select(table).where(table.c.id.in_(sorted(merged)))).mappings()]
    found = [
        row for row in rows if row["merged_into"] is None and (clients is None or row["client"] in clients)
    ]
    ids = [row["id"] for row in found]
    numbers = _by_customer(connection, tables.customer_number, "number", ids)
    references = _by_customer(connection, tables.customer_reference, "reference", ids)
    return [
        Customer(
            row["id"],
            row["client"],
            row["name"],
            row["notes"],
            row["language"],
            unix(row["created_at"]),
            row["created_by"],
            row["version"],
            tuple(numbers.get(row["id"], ())),
            tuple(references.get(row["id"], ())),
        )
        for row in found
    ]


def _by_customer(
    connection: Connection, table: Table, name: str, customers: Sequence[str]
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    query = (
        select(table.c.customer, table.c[name]).where(table.c.customer.in_(customers)).order_by(table.c[name])
    )
    for customer, value in connection.execute(query):
        found.setdefault(customer, []).append(value)
    return found
