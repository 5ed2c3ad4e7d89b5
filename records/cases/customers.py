"""Customers of client companies: found by number or by the company's own reference, merged when two are one."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, desc, insert, select, update
from sqlalchemy.exc import IntegrityError

from records.cases import tables
from records.cases.errors import ChangedMeanwhile, CustomerNotFound, CustomerTaken, NotMergeable
from records.cases.history import changing, history
from records.moments import unix
from records.narrowing import matching
from records.texts import cleaned
from records.views import tables as views

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Table

    from base.ids import Ids
    from records.cases.history import Change, Entry
    from records.database import Database

_AT_ONCE = 400
"""Values in one IN of a statement: databases take only so many parameters."""
_BACK = 1000
"""Earlier contacts from a number that are linked when a customer gets it."""


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


class Customers:
    """Their store. Everything waits for the database: call it in threads."""

    def __init__(self, database: Database, ids: Ids, clock: Callable[[], float]) -> None:
        """`clock` tells Unix time."""
        self._database = database
        self._ids = ids
        self._clock = clock

    # --- looking up ---

    def find(self, wanted: str, *, clients: Collection[str] | None = None) -> list[Customer]:
        """Those with this id, number (E.164) or reference, of the client companies that may be seen (None: any)."""
        by_number, by_reference = tables.customer_number, tables.customer_reference
        with self._database.read() as connection:
            found = {
                wanted,
                *_column(connection, by_number.c.customer, by_number.c.number == wanted),
                *_column(connection, by_reference.c.customer, by_reference.c.reference == wanted),
            }
            return _loaded(connection, found, clients)

    def get(self, customer: str, *, clients: Collection[str] | None = None) -> CustomerFile:
        """One with contacts, cases and history. Raises CustomerNotFound."""
        linked, case = tables.customer_contact, tables.case
        with self._database.read() as connection:
            found = _loaded(connection, [customer], clients)
            if not found:
                raise CustomerNotFound(f"no customer is called {customer}")
            own = found[0].id
            contacts = (
                select(linked.c.contact).where(linked.c.customer == own).order_by(desc(linked.c.contact))
            )
            cases = (
                select(case.c.id).where(case.c.customer == own).order_by(desc(case.c.opened_at), case.c.id)
            )
            return CustomerFile(
                found[0],
                tuple(connection.execute(contacts.limit(_BACK)).scalars()),
                tuple(connection.execute(cases.limit(_BACK)).scalars()),
                tuple(history(connection, customer=own)),
            )

    def page(
        self, *, clients: Collection[str] | None = None, after: str | None = None, limit: int = 100
    ) -> list[Customer]:
        """All that are not merged into others, in order of their ids, from after one of these."""
        table = tables.customer
        query = select(table.c.id).where(table.c.merged_into.is_(None), *matching(table, clients))
        if after is not None:
            query = query.where(table.c.id > after)
        with self._database.read() as connection:
            found = connection.execute(query.order_by(table.c.id).limit(limit)).scalars().all()
            return sorted(_loaded(connection, found, clients), key=lambda each: each.id)

    # --- changing ---

    def add(
        self,
        client: str,
        by: str,
        *,
        name: str | None = None,
        notes: str | None = None,
        language: str | None = None,
        numbers: Sequence[str] = (),
        references: Sequence[str] = (),
    ) -> tuple[Customer, list[Entry]]:
        """A new one, and what is to be told. Raises CustomerTaken for what is another's."""
        with self._change(by) as change:
            customer = self.make(change, client, name=name, notes=notes, language=language)
            _give(change, client, customer, numbers, references)
            return _loaded(change.connection, [customer], None)[0], change.entries

    def make(self, change: Change, client: str, **personal: str | None) -> str:
        """A new one within somebody else's transaction; its id."""
        customer = self._ids.new()
        own = {
            "id": customer,
            "client": client,
            "created_at": change.at,
            "created_by": change.by,
            "version": 1,
        }
        texts = {name: cleaned(each) for name, each in personal.items()}
        change.connection.execute(insert(tables.customer).values(**own, **texts))
        change.tell("customer.added", client, customer=customer)
        return customer

    def edit(
        self,
        customer: str,
        version: int,
        by: str,
        *,
        numbers: Sequence[str] | None = None,
        references: Sequence[str] | None = None,
        **personal: str | None,
    ) -> tuple[Customer, list[Entry]]:
        """Change what is given: name, notes, language; all numbers, all references.

        Raises CustomerNotFound, ChangedMeanwhile, CustomerTaken.
        """
        with self._change(by) as change:
            before = _one(change.connection, customer)
            texts = {name: cleaned(each) for name, each in personal.items()}
            _bump(change.connection, before.id, version, texts)
            if numbers is not None:
                _take(change.connection, tables.customer_number, before.id)
            if references is not None:
                _take(change.connection, tables.customer_reference, before.id)
            _give(change, before.client, before.id, numbers or (), references or ())
            changed = sorted(personal)
            changed += [
                name for name, new in (("numbers", numbers), ("references", references)) if new is not None
            ]
            change.tell("customer.changed", before.client, {"changed": changed}, customer=before.id)
            return _loaded(change.connection, [before.id], None)[0], change.entries

    def merge(self, kept: str, gone: str, by: str) -> tuple[Customer, list[Entry]]:
        """Two are one: `kept` gets all that `gone` had. Raises CustomerNotFound, NotMergeable."""
        with self._change(by) as change:
            connection = change.connection
            one, other = _one(connection, kept), _one(connection, gone)
            if one.id == other.id:
                raise NotMergeable("they are one customer already")
            if one.client != other.client:
                raise NotMergeable(f"one is {one.client}'s customer, the other {other.client}'s")
            for table in (
                tables.customer_number,
                tables.customer_reference,
                tables.customer_contact,
                tables.case,
                tables.note,
            ):
                connection.execute(update(table).where(table.c.customer == other.id).values(customer=one.id))
            notes = "\n".join(filter(None, (one.notes, other.notes))) or None
            filled = {
                "name": one.name or other.name,
                "language": one.language or other.language,
                "notes": notes,
            }
            _bump(connection, one.id, one.version, filled)
            empty = {"merged_into": one.id, "name": None, "notes": None}
            _bump(connection, other.id, other.version, empty)
            chained = update(tables.customer).where(tables.customer.c.merged_into == other.id)
            connection.execute(chained.values(merged_into=one.id))
            told = {"kept": one.id, "gone": other.id}
            for each in (one.id, other.id):
                change.tell("customer.merged", one.client, told, customer=each)
            return _loaded(connection, [one.id], None)[0], change.entries

    # --- contacts ---

    def link(self, contacts: Iterable[tuple[str, str, str]]) -> int:
        """Whose visit each of (contact, client, number) is, by the number; how many were linked."""
        wanted = list(contacts)
        table, linked = tables.customer_number, 0
        with self._database.read() as connection:
            known: dict[tuple[str, str], str] = {}
            for at in range(0, len(wanted), _AT_ONCE):
                numbers = {number for _, _, number in wanted[at : at + _AT_ONCE]}
                found = connection.execute(select(table).where(table.c.number.in_(sorted(numbers))))
                known |= {(row.client, row.number): row.customer for row in found}
        rows = [
            {"contact": contact, "customer": known[client, number]}
            for contact, client, number in wanted
            if (client, number) in known
        ]
        if rows:
            with self._database.write() as connection:
                linked = _link(connection, rows)
        return linked

    @contextmanager
    def _change(self, by: str) -> Iterator[Change]:
        try:
            with changing(self._database, by, self._clock()) as change:
                yield change
        except IntegrityError:
            raise ChangedMeanwhile(
                "somebody else has just given this number or reference to a customer"
            ) from None


def customer_of(connection: Connection, client: str, number: str) -> str | None:
    """The customer of a client company who has a number."""
    table = tables.customer_number
    query = select(table.c.customer).where(table.c.client == client, table.c.number == number)
    return connection.execute(query).scalar()


def _give(
    change: Change, client: str, customer: str, numbers: Sequence[str], references: Sequence[str]
) -> None:
    """Numbers and references that no other customer may have; earlier contacts from the numbers are theirs, too."""
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
    found = connection.execute(query.order_by(desc(contact.c.started_at)).limit(_BACK)).scalars().all()
    _link(connection, [{"contact": each, "customer": customer} for each in found])


def add_number(change: Change, client: str, customer: str, number: str) -> None:
    """Give a customer that was just made the number he called from."""
    _give(change, client, customer, (number,), ())


def _link(connection: Connection, rows: Sequence[dict[str, str]]) -> int:
    table = tables.customer_contact
    known: set[str] = set()
    for at in range(0, len(rows), _AT_ONCE):
        contacts = [row["contact"] for row in rows[at : at + _AT_ONCE]]
        known |= set(_column(connection, table.c.contact, table.c.contact.in_(contacts)))
    new = [row for row in rows if row["contact"] not in known]
    if new:
        connection.execute(insert(table), new)
    return len(new)


def _take(connection: Connection, table: Table, customer: str) -> None:
    connection.execute(delete(table).where(table.c.customer == customer))


def _bump(connection: Connection, customer: str, version: int, values: dict[str, str | None]) -> None:
    table = tables.customer
    statement = update(table).where(table.c.id == customer, table.c.version == version)
    if connection.execute(statement.values(**values, version=version + 1)).rowcount != 1:
        raise ChangedMeanwhile(f"the customer {customer} is not at version {version} any more: read it again")


def _one(connection: Connection, customer: str) -> Customer:
    found = _loaded(connection, [customer], None)
    if not found:
        raise CustomerNotFound(f"no customer is called {customer}")
    return found[0]


def _loaded(
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


def _column(connection: Connection, column: Any, where: Any) -> list[str]:
    return list(connection.execute(select(column).where(where)).scalars())
