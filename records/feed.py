"""Events in the order of their commit, page by page, with what their contacts are: others are told from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from records import schema
from records.ledger.order import IN_ORDER
from records.personal.reading import SEALED, Unsealed
from records.views import tables

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from records.database import Database
    from records.personal.master_key import MasterKey

PAGE = 500
"""Events that are read in one go."""
PATIENCE = 1.0
"""Seconds that writers are waited for; it is asked again soon."""


@dataclass(frozen=True, slots=True)
class FedEvent:
    """One committed event. `cursor` grows with each, and every later event has a greater one."""

    cursor: int
    node: str
    ts: int
    """Microseconds since 1970 UTC."""
    contact: str | None
    leg: str | None
    agent: str | None
    type: str
    data: Mapping[str, Any]
    client: str | None
    """Of the contact."""
    queue: str | None
    """The contact's last."""
    agents: tuple[str, ...]
    """Who has served the contact."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some events, and the cursor up to which nothing more is to be read."""

    events: tuple[FedEvent, ...]
    upto: int
    is_last: bool
    """Whether nothing had been committed after `upto` when this was read."""


class Feed:
    """Reads with connections of its own. All of it waits: call it in threads. Raises StoreUnavailable."""

    def __init__(self, database: Database, master: MasterKey | None = None) -> None:
        """Nothing is opened yet. Without the master key what is personal is missing."""
        self._database = database
        self._unsealed = Unsealed(master)

    def bounds(self) -> tuple[int, int]:
        """The oldest and the newest cursor there is; (0, 0) of an empty ledger."""
        ids = schema.event.c.id
        with self._database.read() as connection:
            oldest, newest = connection.execute(select(func.min(ids), func.max(ids))).one()
        return (oldest or 0, newest or 0)

    def page(
        self, after: int, *, without: Collection[str] = (), upto: int | None = None, limit: int = PAGE
    ) -> Page:
        """What was committed after a cursor, up to another one where that is given; types of `without` left out."""
        event, contact = schema.event, tables.contact
        query = (
            select(
                *(event.c.id, event.c.node, event.c.ts, event.c.contact, event.c.leg, event.c.agent),
                *(event.c.type, event.c.data, contact.c.client, contact.c.queue, contact.c.agents),
                *SEALED,
            )
            .select_from(event.outerjoin(contact, contact.c.id == event.c.contact))
            .where(event.c.id > after, event.c.type.not_in(sorted(without)))
            .order_by(event.c.id)
            .limit(limit)
        )
        if upto is not None:
            query = query.where(event.c.id <= upto)
        newest = newest_complete(self._database)
        if newest is None or newest <= after:
            return Page((), after, is_last=True)
        query = query.where(event.c.id <= newest)
        with self._database.read() as connection:
            rows = connection.execute(query).mappings().all()
            events = tuple(_fed(row) for row in self._unsealed.rows(connection, rows))
        if len(events) == limit:
            return Page(events, events[-1].cursor, is_last=False)
        return Page(events, newest if upto is None else max(min(newest, upto), after), is_last=True)


def newest_complete(database: Database) -> int | None:
    """The newest cursor below which nothing is still to be committed; None while that cannot be told.

    Several nodes may write to one PostgreSQL, and one may commit after another that took greater numbers. Raises
    LedgerMissing, StoreUnavailable.
    """
    ids = schema.event.c.id
    with database.read() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{round(PATIENCE * 1000)}ms'"))
            try:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": IN_ORDER})
            except OperationalError:
                return None
        return connection.execute(select(func.max(ids))).scalar() or 0


def _fed(row: Mapping[str, Any]) -> FedEvent:
    return FedEvent(
        row["id"],
        row["node"],
        row["ts"],
        row["contact"],
        row["leg"],
        row["agent"],
        row["type"],
        row["data"],
        row["client"],
        row["queue"],
        tuple((row["agents"] or "").split()),
    )
