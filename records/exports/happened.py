"""Events of queues and agents in the order of their commit, of a period or from now on: what live logs are made of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from records import schema
from records.event import LedgerEvent
from records.exports.floor import KINDS
from records.moments import MICROSECONDS, unix
from records.narrowing import matching
from records.views import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from records.database import Database

AT_ONCE = 2_000
LEAD = 12 * 3600 * MICROSECONDS
"""How long before a period its logs begin to read, in silence: who waits at its beginning came before it."""
_STRAY = 3600 * MICROSECONDS
"""Events of several nodes may be committed a little out of order."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event, and its cursor."""

    cursor: int
    event: LedgerEvent


def first_cursor(database: Database, at: int) -> int:
    """The cursor before the first event that happened then or later; events are ordered by time, but for strays."""
    ids, table = schema.event.c.id, schema.event
    with database.read() as connection:
        low, high = connection.execute(select(func.min(ids), func.max(ids))).one()
        if low is None:
            return 0
        low, high = low - 1, high
        while low < high:
            middle = (low + high + 1) // 2
            ts = connection.execute(
                select(table.c.ts).where(ids >= middle).order_by(ids).limit(1)
            ).scalar_one()
            if ts < at:
                low = middle
            else:
                high = middle - 1
        return int(low)


def newest_cursor(database: Database) -> int:
    """The cursor of the last event that there is."""
    with database.read() as connection:
        return connection.execute(select(func.max(schema.event.c.id))).scalar() or 0


def page(
    database: Database,
    after: int,
    *,
    clients: frozenset[str] | None = None,
    agents: frozenset[str] | None = None,
) -> tuple[list[Told], int]:
    """Some events after a cursor, and up to where was looked; of agents too, unless only some clients may be seen.

    `agents` are those whose own time may be seen, all unless given; who served a contact is told with the contact.
    """
    event, contact = schema.event, tables.contact
    query = (
        select(
            event.c.id, event.c.ts, event.c.contact, event.c.leg, event.c.agent, event.c.type, event.c.data,
            contact.c.ani, contact.c.dnis,
        )
        .select_from(event.outerjoin(contact, contact.c.id == event.c.contact))
        .where(event.c.id > after, event.c.type.in_(KINDS), *matching(contact, clients))
        .order_by(event.c.id)
        .limit(AT_ONCE)
    )  # fmt: skip
    if agents is not None:
        query = query.where(or_(event.c.contact.is_not(None), event.c.agent.in_(sorted(agents))))
    with database.read() as connection:
        # Before the rows: what is committed between the two is on the next page.
        newest = connection.execute(select(func.max(event.c.id))).scalar() or 0
        rows = connection.execute(query).all()
    found = []
    for row in rows:
        data = json.loads(row.data)
        if row.type == "contact.opened":  # what is personal is sealed in events, and open in the table
            data |= {"ani": row.ani, "dnis": row.dnis}
        if row.contact is None:
            data.setdefault("agent", row.agent)
        happened = LedgerEvent(unix(row.ts), row.contact or "", row.leg, row.type, data)
        found.append(Told(row.id, happened))
    upto = found[-1].cursor if len(found) == AT_ONCE else max(newest, after, found[-1].cursor if found else 0)
    return found, upto


def of_period(
    database: Database,
    since: int,
    until: int,
    *,
    clients: frozenset[str] | None = None,
    agents: frozenset[str] | None = None,
) -> Iterator[LedgerEvent]:
    """The events of a period in microseconds, and those before it that tell how things stood at its beginning."""
    cursor, last = first_cursor(database, since - LEAD), first_cursor(database, until + _STRAY)
    while cursor < last:
        found, cursor = page(database, cursor, clients=clients, agents=agents)
        yield from (each.event for each in found if each.cursor <= last)
