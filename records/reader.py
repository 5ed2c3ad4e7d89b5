"""Reads the ledger by connections that cannot write; the server may be running or not."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam, desc, select

from records import schema
from records.database import Database
from records.errors import ContactAmbiguous, ContactNotFound
from records.feed import Feed
from records.moments import stored, unix
from records.narrowing import in_period, matching
from records.people.tables import is_audit
from records.personal.reading import SEALED, Unsealed
from records.views import tables
from records.views.answering import KINDS, Asked, asked_for_person
from records.views.search import narrowed
from records.views.stays import KINDS as STAY_KINDS
from records.views.stays import STATES, Ends, Told, stays
from records.views.sums import OFF
from records.views.whole import whole_contact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Column, Connection, RowMapping, Select, Table

    from records.personal.master_key import MasterKey
    from records.views.search import Wanted
    from records.views.stays import Stay
    from records.views.whole import WholeContact

_TIMES = frozenset({"ts", "started_at", "answered_at", "ended_at", "invited_at", "ringing_at"})
_AMBIGUOUS_SHOWN = 5
_AT_ONCE = 1000
"""Rows that are read in one go."""


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One customer's visit. Times are Unix seconds, `waited` and `talked` are seconds."""

    id: str
    client: str | None
    profile: str | None
    trunk: str | None
    account: str | None
    ani: str | None
    dnis: str | None
    language: str | None
    started_at: float
    answered_at: float | None
    ended_at: float | None
    outcome: str | None
    ended_by: str | None
    status: int | None
    cause: int | None
    queue: str | None
    agents: str
    waited: float
    talked: float

    @property
    def length(self) -> float | None:
        """Seconds from beginning to end; None while it lasts."""
        return None if self.ended_at is None else self.ended_at - self.started_at


@dataclass(frozen=True, slots=True)
class LegRow:
    """One party of a contact. Times are Unix seconds."""

    id: str
    contact: str
    role: str | None
    direction: str | None
    peer: str | None
    sip_call_id: str | None
    agent: str | None
    account: str | None
    codec: str | None
    invited_at: float
    ringing_at: float | None
    answered_at: float | None
    ended_at: float | None
    held: float
    holds: int
    ended_by: str | None
    status: int | None
    cause: int | None
    reason: str | None
    rtp: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event as it was written; `n` counts from one within its contact."""

    n: int
    ts: float
    leg: str | None
    type: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AgentEvent:
    """One event that belongs to no contact."""

    ts: float
    agent: str | None
    type: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NotedEvent:
    """One event with what its contact is."""

    contact: str
    ts: float
    data: Mapping[str, Any]
    client: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class ContactTimeline:
    """All that is known of one contact."""

    contact: ContactRow
    legs: tuple[LegRow, ...]
    events: tuple[StoredEvent, ...]

    @property
    def messages(self) -> tuple[StoredEvent, ...]:
        """The rows of the SIP ladder."""
        return tuple(event for event in self.events if event.type == "leg.message")


class Reader:
    """Questions to the ledger. Each has a connection of its own, so none stands in the writer's way."""

    def __init__(self, where: Database | Path | str, master: MasterKey | None = None) -> None:
        """Read this database. What is sealed can be read with the master key alone. Raises LedgerMissing."""
        self.database = Database.of(where)
        self.database.check_exists()
        self._master = master
        self._unsealed = Unsealed(master)

    def feed(self) -> Feed:
        """All events in the order of their commit, by which others are told."""
        return Feed(self.database, self._master)

    def contacts(
        self, limit: int = 50, *, client: str | None = None, since: float | None = None
    ) -> list[ContactRow]:
        """The latest contacts, newest first; of one client, or begun at `since` (Unix time) or later."""
        table = tables.contact
        query = select(*_columns(ContactRow, table)).order_by(desc(table.c.started_at), desc(table.c.id))
        query = query.where(*matching(table, client=client), *in_period(table.c.started_at, since, None))
        return [_filled(ContactRow, row) for row in self._all(query.limit(limit))]

    def search(self, wanted: Wanted, *, limit: int = 100) -> list[ContactRow]:
        """The contacts that are wanted, newest first."""
        query = narrowed(select(*_columns(ContactRow, tables.contact)), wanted)
        return [_filled(ContactRow, row) for row in self._all(query.limit(limit))]

    def whole(self, contact: str) -> WholeContact:
        """All that is derived of one contact, by its whole id. Raises ContactNotFound."""
        with self.database.read() as connection:
            found = whole_contact(connection, contact)
        if found is None:
            raise ContactNotFound(f"no contact {contact!r}")
        return found

    def unbalanced(self, limit: int = 100) -> list[tuple[str, float, float]]:
        """The latest contacts whose sums are off: id, beginning (Unix time), seconds off."""
        contact = tables.contact
        query = select(contact.c.id, contact.c.started_at, contact.c.off_by).where(contact.c.checked == OFF)
        rows = self._all(query.order_by(desc(contact.c.started_at), desc(contact.c.id)).limit(limit))
        return [(row["id"], unix(row["started_at"]), row["off_by"]) for row in rows]

    def contact(self, wanted: str) -> ContactTimeline:
        """Everything about one contact, by its identifier or a beginning of it that only it has."""
        with self.database.read() as connection:
            row = _find(connection, wanted)
            legs = connection.execute(_LEGS, {"contact": row.id}).mappings().all()
            events = self._events_of(connection, row.id)
        return ContactTimeline(row, tuple(_filled(LegRow, each) for each in legs), tuple(events))

    def events(self, contact: str, *, after: int = 0) -> list[StoredEvent]:
        """One contact's events in order; `after` leaves out those up to that number, for following a call."""
        with self.database.read() as connection:
            return self._events_of(connection, contact, after=after)

    def noted(self, kind: str, *, client: str | None = None, limit: int = 100) -> list[NotedEvent]:
        """The latest events of one type, newest first, of one client company's contacts or of all."""
        event, contact = schema.event, tables.contact
        query = select(event.c.contact, event.c.ts, event.c.data, contact.c.client, contact.c.language)
        joined = query.join(contact, contact.c.id == event.c.contact)
        joined = joined.where(event.c.type == kind, *matching(contact, client=client))
        return self._events(NotedEvent, joined.order_by(desc(event.c.id)).limit(limit))

    def happened(
        self, types: Collection[str], *, since: float, until: float
    ) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Events of these types of all contacts that began from `since` to before `until` (Unix time).

        As (contact, type, data): one contact after the other, each one's in order. Read bit by bit: there may be many.
        """
        event, contact = schema.event, tables.contact
        query = (
            select(event.c.contact, event.c.type, event.c.data)
            .select_from(contact.join(event, event.c.contact == contact.c.id))
            .where(*in_period(contact.c.started_at, since, until), event.c.type.in_(sorted(types)))
            .order_by(contact.c.started_at, contact.c.id, event.c.n)
        )
        with self.database.read() as connection:
            asked = query.add_columns(*SEALED)
            with connection.execute(asked, execution_options={"yield_per": _AT_ONCE}) as found:
                for rows in found.mappings().partitions():
                    for row in self._unsealed.rows(connection, rows):
                        yield row["contact"], row["type"], row["data"]

    def stays(self, *, since: float, until: float) -> list[Stay]:
        """Stays in queues of the contacts that began from `since` to before `until` (Unix time), by their beginning."""
        event, contact, agent = schema.event, tables.contact, schema.event.alias()
        told = (
            select(*_columns(Told, event, contact))
            .select_from(contact.join(event, event.c.contact == contact.c.id))
            .where(*in_period(contact.c.started_at, since, until), event.c.type.in_(STAY_KINDS))
            .order_by(contact.c.started_at, contact.c.id, event.c.n)
        )
        states = select(agent.c.agent, agent.c.ts, agent.c.data).where(
            agent.c.agent.is_not(None), agent.c.type == STATES, agent.c.ts >= stored(since)
        )
        ends = Ends(
            (row["agent"], unix(row["ts"]), json.loads(row["data"])["state"])
            for row in self._all(states.order_by(agent.c.ts, agent.c.id))
        )
        return stays((_filled(Told, row) for row in self._all(told)), ends)

    def asked_for_person(
        self, *, client: str | None = None, since: float | None = None, until: float | None = None
    ) -> list[Asked]:
        """The contacts that asked for a person; of one client, begun at `since` or later and before `until`."""
        event, contact = schema.event, tables.contact
        query = select(event.c.contact, contact.c.client, event.c.ts, event.c.type, event.c.data)
        query = query.join(contact, contact.c.id == event.c.contact).where(
            event.c.type.in_(KINDS),
            *matching(contact, client=client),
            *in_period(contact.c.started_at, since, until),
        )
        rows = self._all(query.order_by(contact.c.started_at, event.c.contact, event.c.n))
        return asked_for_person(
            (row["contact"], row["client"], unix(row["ts"]), row["type"], json.loads(row["data"]))
            for row in rows
        )

    def agent_events(self, agent: str | None = None, limit: int = 100) -> list[AgentEvent]:
        """What happened outside contacts, newest first; to one agent. The audit log is read apart."""
        table = schema.event
        query = select(*_columns(AgentEvent, table)).where(
            table.c.contact.is_(None), ~is_audit(table.c.type), *matching(table, agent=agent)
        )
        return self._events(AgentEvent, query.order_by(desc(table.c.id)).limit(limit))

    def node_events(self, limit: int = 100) -> list[AgentEvent]:
        """What people did to the whole node, such as closing in an emergency, newest first."""
        table = schema.event
        query = select(*_columns(AgentEvent, table))
        query = query.where(table.c.contact.is_(None), table.c.agent.is_(None), ~is_audit(table.c.type))
        return self._events(AgentEvent, query.order_by(desc(table.c.id)).limit(limit))

    def _all(self, query: Select[Any]) -> list[RowMapping]:
        with self.database.read() as connection:
            return list(connection.execute(query).mappings())

    def _events(self, kind: type[_T], query: Select[Any]) -> list[_T]:
        with self.database.read() as connection:
            rows = connection.execute(query.add_columns(*SEALED)).mappings().all()
            return self._opened(connection, kind, rows)

    def _events_of(self, connection: Connection, contact: str, *, after: int = 0) -> list[StoredEvent]:
        rows = connection.execute(_EVENTS, {"contact": contact, "after": after}).mappings().all()
        return self._opened(connection, StoredEvent, rows)

    def _opened(self, connection: Connection, kind: type[_T], rows: Sequence[RowMapping]) -> list[_T]:
        """Events, what is sealed of them opened."""
        names = [each.name for each in fields(kind)]  # type: ignore[arg-type]
        opened = self._unsealed.rows(connection, rows)
        return [kind(**{name: _value(name, row[name]) for name in names}) for row in opened]


_T = TypeVar("_T")


def _find(connection: Connection, wanted: str) -> ContactRow:
    """The contact of this identifier, or the only one that begins so."""
    asked = {"first": wanted, "last": f"{wanted}{_LAST}"}
    near = connection.execute(_NEAR, asked).mappings().all() if wanted else ()
    found = [row for row in near if row["id"].startswith(wanted)]
    if not found:
        raise ContactNotFound(f"no contact {wanted!r}")
    if len(found) > 1 and found[0]["id"] != wanted:
        names = ", ".join(row["id"] for row in found)
        raise ContactAmbiguous(f"several contacts begin with {wanted!r}: {names}")
    return _filled(ContactRow, found[0])


def _columns(kind: type[Any], *of: Table) -> list[Column[Any]]:
    """The columns that a value's fields are named for, each of the first table that has one."""
    return [next(table.c[each.name] for table in of if each.name in table.c) for each in fields(kind)]


def _filled(kind: type[_T], row: RowMapping) -> _T:
    return kind(**{name: _value(name, value) for name, value in row.items()})


def _value(name: str, value: Any) -> Any:
    if name in ("data", "rtp") and not isinstance(value, dict):
        return json.loads(value) if value else {}
    return unix(value) if name in _TIMES else value


# Made once: to put a query together takes as long as to ask it.
_LAST = "\U0010ffff"
"""Sorts after every letter."""
_NEAR = (
    select(*_columns(ContactRow, tables.contact))
    .where(tables.contact.c.id >= bindparam("first"), tables.contact.c.id < bindparam("last"))
    .order_by(tables.contact.c.id)
    .limit(_AMBIGUOUS_SHOWN)
)
"""Whose identifiers begin with `first`, itself before all others: an index finds them, as it would not by LIKE."""
_LEGS = (
    select(*_columns(LegRow, tables.leg))
    .where(tables.leg.c.contact == bindparam("contact"))
    .order_by(tables.leg.c.invited_at, tables.leg.c.id)
)
_EVENTS = (
    select(*_columns(StoredEvent, schema.event), *SEALED)
    .where(schema.event.c.contact == bindparam("contact"), schema.event.c.n > bindparam("after"))
    .order_by(schema.event.c.n)
)
