"""Holds what is derived against the events: folded anew as for a rebuild, but compared instead of written.

Contacts in batches, each batch in a transaction of its own, so that the node may go on and memory stays as it is; then
what is told among the events of the nodes: agents' spans, callbacks promised outside of contacts. With it goes whether
each contact's key is there or gone as its events say. SQLite holds values of any type in any column: none breaks this.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import and_, func, select, type_coerce
from sqlalchemy.types import NullType

from records.errors import MasterKeyWrong, SealBroken, StoreUnavailable
from records.feed import newest_complete
from records.ledger.stored import STORED, stored_entry
from records.personal.columns import DERIVED, MARK
from records.personal.sealing import PERSON, Opener, owner
from records.schema import contact_key, event
from records.views import tables
from records.views.contact import TELLS_CLIENT
from records.views.difference import Difference, Told, key_differences
from records.views.fold import Fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Row, Table

    from records.database import Database
    from records.ledger.entry import Entry
    from records.personal.master_key import MasterKey
    from records.views.fields import Column
    from records.views.fields import Row as Derived

_CONTACTS = 100
"""Contacts that are held in memory together."""
_EVENTS = 2_000
_OF_CONTACTS = tuple(each for each in tables.ALL if each is not tables.agent_span)


def _raw(table: Table) -> dict[str, Any]:
    """Columns as they are: SQLAlchemy would fail at a text where octets should be, and take any text for true."""
    return {column.name: type_coerce(column, NullType()).label(column.name) for column in table.columns}


_KEY: list[Any] = list(_raw(contact_key).values())
_EVENT = _raw(event)
_READ = tuple(_EVENT[name] for name in STORED)
_ROWS = {table: tuple(_raw(table).values()) for table in tables.ALL}
_FAULTS = (ValueError, TypeError, AttributeError)
_KEYS = {table: tuple(column.name for column in table.primary_key) for table in tables.ALL}
_PERSONAL = {each.table: frozenset(each.columns) for each in DERIVED}
Rows: TypeAlias = "dict[tuple[Table, tuple[Any, ...]], Mapping[Any, Any]]"
"""By table and key."""


def compare(
    database: Database, master: MasterKey | None, tell: Callable[[int], None] = lambda _: None
) -> Iterator[Difference]:
    """All that differs. `tell` hears how many events have been folded. Raises LedgerMissing, StoreUnavailable.

    Without the master key what is personal cannot be read: nothing that is sealed may be there then.
    """
    seen = _Seen(tell)
    yield from _Contacts(database, master, seen).differences()
    if (upto := newest_complete(database)) is None:
        raise StoreUnavailable(f"{database}: nodes are writing much just now; try again")
    yield from _Others(database, master, seen, upto).differences()


class _Seen:
    """How many events were folded."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell, self._count = tell, 0

    def one_more(self) -> None:
        self._count += 1
        if self._count % _EVENTS == 0:
            self._tell(self._count)


class _Contacts:
    """Contacts in the order of their ids, with all that belongs to them."""

    def __init__(self, database: Database, master: MasterKey | None, seen: _Seen) -> None:
        self._database, self._seen = database, seen
        self._opener = None if master is None else Opener(master)

    def differences(self) -> Iterator[Difference]:
        last = ""
        while True:
            with self._database.read_moment() as connection:
                ids = (
                    select(event.c.contact)
                    .where(event.c.contact > last)
                    .group_by(event.c.contact)
                    .order_by(event.c.contact)
                    .limit(_CONTACTS)
                )
                found = connection.execute(ids).scalars().all()
                # Rows of contacts that no event tells of lie between those that are told of, or behind them all.
                end = found[-1] if len(found) == _CONTACTS else None
                yield from self._batch(connection, last, end)
            if end is None:
                return
            last = end

    def _batch(self, connection: Connection, last: str, end: str | None) -> Iterator[Difference]:
        def within(column: ColumnElement[Any]) -> ColumnElement[bool]:
            return column > last if end is None else and_(column > last, column <= end)

        there = _found(connection, {table: within(_contact_of(table)) for table in _OF_CONTACTS})
        keys = {
            row.contact: row
            for row in connection.execute(select(*_KEY).where(within(contact_key.c.contact)))
            if not str(row.contact).startswith(PERSON)
        }
        fold = Fold(_nothing)
        told: dict[str, Told] = {}
        query = select(*_READ).where(within(event.c.contact)).order_by(event.c.contact, event.c.n)
        with connection.execute(query, execution_options={"yield_per": _EVENTS}) as rows:
            for row in rows:
                key = keys.get(row.contact)
                self._take(fold, told.setdefault(row.contact, Told()), row, None if key is None else key.key)
        expected = _rows(fold)
        erased = {contact for contact, key in keys.items() if key.key is None}
        _clear(expected, erased)
        unread = {contact for contact, each in told.items() if each.problem is not None}
        for contact in sorted(told | keys, key=str):
            yield from key_differences(contact, told.get(contact, Told()), keys.get(contact))
        yield from _differences(expected, there, unread)

    def _take(self, fold: Fold, told: Told, row: Row[Any], key: bytes | None) -> None:
        self._seen.one_more()
        told.is_there = True
        told.is_erased = told.is_erased or row.type == MARK
        told.is_sealed = told.is_sealed or row.sealed is not None
        if told.problem is not None:
            return
        try:
            fold.take(_entry(row, key, self._opener))
        except (SealBroken, MasterKeyWrong) as problem:
            told.problem = str(problem)
        except _FAULTS:
            told.problem = "an event of it cannot be read: see the chain"


class _Others:
    """What is folded from the events of no contact, in their order."""

    def __init__(self, database: Database, master: MasterKey | None, seen: _Seen, upto: int) -> None:
        self._database, self._master, self._seen, self._upto = database, master, seen, upto
        self._fold = Fold(self._load)
        self._promises: dict[str, Derived] = {}
        self._open: dict[tuple[Any, ...], Mapping[Any, Any]] = {}
        """The last span of each agent."""
        self._persons: dict[str, Told] = {}
        self._connection: Connection
        self._at = 0

    def differences(self) -> Iterator[Difference]:
        """To where all was committed at the beginning page by page, then what came since, all of one moment."""
        while self._at < self._upto:
            with self._database.read_moment() as connection:
                yield from self._page(connection, self._upto)
        with self._database.read_moment() as connection:
            yield from self._page(connection, None)
            yield from self._last(connection)

    def _page(self, connection: Connection, upto: int | None) -> Iterator[Difference]:
        self._connection = connection
        where = [event.c.contact.is_(None), event.c.id > self._at]
        query = select(*_READ, event.c.id).order_by(event.c.id)
        if upto is not None:
            query, where = query.limit(_EVENTS), [*where, event.c.id <= upto]
        rows = connection.execute(query.where(*where)).all()
        for *row, number in rows:
            self._at = number
            self._take(row)
        if upto is not None and len(rows) < _EVENTS:
            self._at = upto
        expected: Rows = {}
        for (table, key), row_ in _rows(self._fold).items():
            if table is tables.promise:
                self._promises[str(key[0])] = dict(row_)
            elif row_["ended_at"] is None:
                self._open[key] = row_
            else:
                self._open.pop(key, None)
                expected[table, key] = row_
        yield from _differences(expected, self._spans(connection, [key for _, key in expected]), ())

    def _take(self, row: Sequence[Any]) -> None:
        self._seen.one_more()
        try:
            entry = _entry(row, None, None)
            self._fold.take(entry)
            whose = owner(None, entry.data)
        except _FAULTS:
            return  # the chain tells of it
        if whose is not None:
            told = self._persons.setdefault(whose, Told())
            told.is_there = True
            told.is_erased = told.is_erased or entry.type == MARK
            told.is_sealed = told.is_sealed or row[STORED.index("sealed")] is not None

    def _last(self, connection: Connection) -> Iterator[Difference]:
        """Of all agents, persons and callbacks together: what there is no end of, and what is too many."""
        expected: Rows = {(tables.agent_span, key): row for key, row in self._open.items()}
        expected |= {(tables.promise, (name,)): row for name, row in self._promises.items()}
        there = self._spans(connection, list(self._open))
        there |= _found(connection, {tables.promise: tables.promise.c.contact == ""})
        last = {str(agent): int(n) for agent, n in self._open}
        spans = tables.agent_span
        for agent, n in connection.execute(
            select(spans.c.agent, func.max(spans.c.n)).group_by(spans.c.agent)
        ):
            if not isinstance(n, int) or n > last.get(agent, 0):
                there[spans, (agent, n)] = {}
        yield from _differences(expected, there, ())
        keys = {
            row.contact: row
            for row in connection.execute(select(*_KEY).where(contact_key.c.contact.startswith(PERSON)))
        }
        for whose in sorted(self._persons | keys, key=str):
            told, key = self._persons.get(whose, Told()), keys.get(whose)
            if key is not None and key.key is not None and self._master is not None:
                try:
                    self._master.unwrap(whose, key.key)
                except MasterKeyWrong as problem:
                    told.problem = str(problem)
                except _FAULTS:
                    told.problem = "it is no key"
            yield from key_differences(whose, told, key)

    def _spans(self, connection: Connection, keys: Sequence[tuple[Any, ...]]) -> Rows:
        found: Rows = {}
        spans = tables.agent_span
        by_agent: dict[str, list[int]] = {}
        for agent, n in keys:
            by_agent.setdefault(agent, []).append(n)
        for agent, numbers in by_agent.items():
            found |= _found(
                connection,
                {spans: and_(spans.c.agent == agent, spans.c.n.between(min(numbers), max(numbers)))},
            )
        return {key: row for key, row in found.items() if key[1] in set(keys)}

    def _load(self, table: Table, where: Mapping[str, Column]) -> list[Derived]:
        """What a rebuild would have written by now, or writes of contacts."""
        if table is tables.promise:
            name = str(where["reference"])
            if name in self._promises:
                return [self._promises[name]]
            of_contact = and_(tables.promise.c.reference == name, tables.promise.c.contact != "")
            found = _found(self._connection, {table: of_contact})
            return [dict(row) for row in found.values()]
        if table is tables.contact:
            return self._client(str(where["id"]))
        return []

    def _client(self, contact: str) -> list[Derived]:
        """The client company of a contact, if it was told by now."""
        query = select(*_READ).where(
            event.c.contact == contact, event.c.type.in_(sorted(TELLS_CLIENT)), event.c.id < self._at
        )
        fold = Fold(_nothing)
        for row in self._connection.execute(query.order_by(event.c.n)):
            with suppress(*_FAULTS):  # the chain tells of it
                fold.take(_entry(row, None, None))
        return [{"client": fold.client(contact)}]


def _nothing(table: Table, where: Mapping[str, Column]) -> list[Derived]:
    return []


def _entry(row: Sequence[Any], key: bytes | None, opener: Opener | None) -> Entry:
    """As `stored_entry` has it. Raises TypeError also where a column holds what it cannot."""
    contact, leg, agent, ts, offset, kind, text, sealed, node = row
    texts = (contact or "", leg or "", agent or "", kind, text, node)
    if not all(isinstance(each, str) for each in texts) or not isinstance(sealed, bytes | None):
        raise TypeError("no text")
    if not isinstance(ts, int) or not isinstance(offset, int | None):
        raise TypeError("no number")
    return stored_entry(row, key, opener)


def _contact_of(table: Table) -> Any:
    return table.c.id if table is tables.contact else table.c.contact


def _found(connection: Connection, wanted: Mapping[Table, ColumnElement[bool]]) -> Rows:
    return {
        (table, tuple(row[name] for name in _KEYS[table])): row
        for table, where in wanted.items()
        for row in connection.execute(select(*_ROWS[table]).where(where)).mappings()
    }


def _rows(fold: Fold) -> dict[tuple[Table, tuple[Any, ...]], Derived]:
    return {
        (table, tuple(row[name] for name in _KEYS[table])): row
        for table, rows in fold.changed()
        for row in rows
    }


def _clear(expected: dict[tuple[Table, tuple[Any, ...]], Derived], erased: set[str]) -> None:
    """Events from before they were sealed tell of persons still; what is derived from them does not."""
    for (table, _), row in expected.items():
        if row["id" if table is tables.contact else "contact"] in erased:
            row.update(dict.fromkeys(_PERSONAL.get(table, ())))
            if table is tables.contact and row["account"] is not None:
                row["dnis"] = None


def _differences(
    expected: Mapping[tuple[Table, tuple[Any, ...]], Mapping[Any, Any]],
    there: Rows,
    unread: set[str] | tuple[()],
) -> Iterator[Difference]:
    for table, key in sorted(expected.keys() | there.keys(), key=lambda each: (each[0].name, str(each[1]))):
        row, told = there.get((table, key)), expected.get((table, key))
        name = ", ".join(f"{column} {value}" for column, value in zip(_KEYS[table], key, strict=True))
        if (row or told or {}).get(_contact_of(table).name) in unread:
            continue
        if row is None:
            yield Difference(table.name, name, None, "the row is missing")
        elif told is None:
            yield Difference(table.name, name, None, "no event tells of this row")
        else:
            for column in map(str, table.columns.keys()):
                if row[column] != told[column]:
                    yield Difference(table.name, name, column, _differs(table, column, row, told))


def _differs(table: Table, column: str, row: Mapping[Any, Any], told: Mapping[Any, Any]) -> str:
    if column in _PERSONAL.get(table, ()) or column in ("dnis", "ongoing"):
        return "it is not what the events say"
    return f"it is {row[column]!r}, the events say {told[column]!r}"
