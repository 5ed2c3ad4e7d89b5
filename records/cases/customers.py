"""Customers of client companies: found by number or by the company's own reference, merged when two are one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import desc, insert, select, update
from sqlalchemy.exc import IntegrityError

from records.cases import tables
from records.cases.belongings import AT_ONCE, BACK, column_of, give, link, take
from records.cases.customer import Customer, CustomerFile, loaded, one_customer
from records.cases.errors import ChangedMeanwhile, CustomerNotFound, NotMergeable
from records.cases.history import changing, history
from records.narrowing import matching
from records.texts import cleaned

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from base.ids import Ids
    from records.cases.history import Change, Entry
    from records.database import Database


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
                *column_of(connection, by_number.c.customer, by_number.c.number == wanted),
                *column_of(connection, by_reference.c.customer, by_reference.c.reference == wanted),
            }
            return loaded(connection, found, clients)

    def get(self, customer: str, *, clients: Collection[str] | None = None) -> CustomerFile:
        """One with contacts, cases and history. Raises CustomerNotFound."""
        linked, case = tables.customer_contact, tables.case
        with self._database.read() as connection:
            found = loaded(connection, [customer], clients)
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
                tuple(connection.execute(contacts.limit(BACK)).scalars()),
                tuple(connection.execute(cases.limit(BACK)).scalars()),
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
            return sorted(loaded(connection, found, clients), key=lambda each: each.id)

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
            give(change, client, customer, numbers, references)
            return loaded(change.connection, [customer], None)[0], change.entries

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
            before = one_customer(change.connection, customer)
            texts = {name: cleaned(each) for name, each in personal.items()}
            _bump(change.connection, before.id, version, texts)
            if numbers is not None:
                take(change.connection, tables.customer_number, before.id)
            if references is not None:
                take(change.connection, tables.customer_reference, before.id)
            give(change, before.client, before.id, numbers or (), references or ())
            changed = sorted(personal)
            changed += [
                name for name, new in (("numbers", numbers), ("references", references)) if new is not None
            ]
            change.tell("customer.changed", before.client, {"changed": changed}, customer=before.id)
            return loaded(change.connection, [before.id], None)[0], change.entries

    def merge(self, kept: str, gone: str, by: str) -> tuple[Customer, list[Entry]]:
        """Two are one: `kept` gets all that `gone` had. Raises CustomerNotFound, NotMergeable."""
        with self._change(by) as change:
            connection = change.connection
            one, other = one_customer(connection, kept), one_customer(connection, gone)
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
            return loaded(connection, [one.id], None)[0], change.entries

    # --- contacts ---

    def link(self, contacts: Iterable[tuple[str, str, str]]) -> int:
        """Whose visit each of (contact, client, number) is, by the number; how many were linked."""
        wanted = list(contacts)
        table, linked = tables.customer_number, 0
        with self._database.read() as connection:
            known: dict[tuple[str, str], str] = {}
            for at in range(0, len(wanted), AT_ONCE):
                numbers = {number for _, _, number in wanted[at : at + AT_ONCE]}
                found = connection.execute(select(table).where(table.c.number.in_(sorted(numbers))))
                known |= {(row.client, row.number): row.customer for row in found}
        rows = [
            {"contact": contact, "customer": known[client, number]}
            for contact, client, number in wanted
            if (client, number) in known
        ]
        if rows:
            with self._database.write() as connection:
                linked = link(connection, rows)
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


def _bump(connection: Connection, customer: str, version: int, values: dict[str, str | None]) -> None:
    table = tables.customer
    statement = update(table).where(table.c.id == customer, table.c.version == version)
    if connection.execute(statement.values(**values, version=version + 1)).rowcount != 1:
        raise ChangedMeanwhile(f"the customer {customer} is not at version {version} any more: read it again")
