"""Contacts whose result is required by their client company, and that have none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import desc, select

from records.moments import unix
from records.narrowing import in_period
from records.views.tables import contact

if TYPE_CHECKING:
    from collections.abc import Collection

    from records.database import Database


@dataclass(frozen=True, slots=True)
class Undisposed:
    """One of them. `ended_at` is Unix time, `talked` seconds."""

    contact: str
    client: str
    queue: str | None
    agents: str
    ended_at: float
    talked: float


def undisposed(
    database: Database, clients: Collection[str], *, since: float | None = None, limit: int = 100
) -> list[Undisposed]:
    """The latest contacts of queues, of these client companies, in which an agent talked and gave no result."""
    query = select(
        contact.c.id,
        contact.c.client,
        contact.c.queue,
        contact.c.agents,
        contact.c.ended_at,
        contact.c.talked,
    ).where(
        contact.c.client.in_(sorted(clients)),
        contact.c.ended_at.is_not(None),
        contact.c.queue.is_not(None),
        contact.c.agents != "",
        contact.c.talked > 0,
        contact.c.disposition.is_(None),
    )
    query = query.where(*in_period(contact.c.started_at, since, None))
    with database.read() as connection:
        rows = connection.execute(query.order_by(desc(contact.c.started_at)).limit(limit)).all()
    return [
        Undisposed(row.id, row.client, row.queue, row.agents, unix(row.ended_at), row.talked) for row in rows
    ]
