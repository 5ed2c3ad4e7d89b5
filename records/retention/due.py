"""What is due to be deleted, batch by batch, in the order of its beginning. Blocks: for threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, or_, select, tuple_

from records.database import upsert
from records.narrowing import between
from records.retention.sounds import CALL, Sound, sound_of
from records.retention.tables import retention_mark
from records.schema import contact_key
from records.views.tables import contact, recording

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import ColumnElement

    from records.database import Database


class Due(NamedTuple):
    """One contact whose time is over, or that has a file whose time is."""

    at: int
    """When it, or the file, began: microseconds since 1970 UTC."""
    contact: str
    client: str | None
    number: str | None
    """Who called."""
    n: int = 0
    """The file's number within the contact."""
    kind: str | None = None
    """The file's: call or message."""
    sound: Sound | None = None
    """The file, if it is still there."""


def mark_of(database: Database, client: str, kind: str) -> int:
    """From when on there may be something to delete."""
    query = select(retention_mark.c.until).where(
        retention_mark.c.client == client, retention_mark.c.kind == kind
    )
    with database.read() as connection:
        return int(connection.execute(query).scalar() or 0)


def mark_done(database: Database, client: str, kind: str, until: int) -> None:
    """All that began before then is deleted."""
    with database.write() as connection:
        upsert(connection, retention_mark, [{"client": client, "kind": kind, "until": until}])


def oldest_open(database: Database, client: str, *, since: int, before: int) -> int | None:
    """When the first of the contacts began, from `since` to before `before`, that are not over, or are not told to be.

    No mark goes beyond it: its node may be down, and end it when it comes back.
    """
    query = select(func.min(contact.c.started_at)).where(
        or_(contact.c.client == client, _of(contact.c.client, "")),
        *between(contact.c.started_at, since, before),
        contact.c.ended_at.is_(None),
    )
    with database.read() as connection:
        return connection.execute(query).scalar()


def due_contacts(
    database: Database, client: str, *, since: int, before: int, after: Due | None, limit: int
) -> list[Due]:
    """Contacts that began from `since` to before `before`, are over and are not erased yet."""
    query = (
        select(contact.c.started_at, contact.c.id, contact.c.client, contact.c.ani)
        .select_from(contact.outerjoin(contact_key, contact_key.c.contact == contact.c.id))
        .where(
            _of(contact.c.client, client),
            *between(contact.c.started_at, since, before),
            contact.c.ended_at.is_not(None),
            contact_key.c.shredded_at.is_(None),
        )
        .order_by(contact.c.started_at, contact.c.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(contact.c.started_at, contact.c.id) > (after.at, after.contact))
    with database.read() as connection:
        return [Due(*row) for row in connection.execute(query)]


def due_sounds(
    database: Database,
    folder: Path,
    client: str,
    kind: str,
    *,
    since: int,
    before: int,
    after: Due | None,
    limit: int,
) -> list[Due]:
    """Rows of files that began from `since` to before `before`, of contacts that are over."""
    query = (
        select(recording, contact.c.ani.label("of_number"), contact.c.client.label("of_client"))
        .select_from(recording.join(contact, contact.c.id == recording.c.contact))
        .where(
            _of(contact.c.client, client),
            *between(recording.c.began_at, since, before),
            # One whose end was never told belongs to a call that goes on, or to one that was cut off.
            contact.c.ended_at.is_not(None),
            func.coalesce(recording.c.kind, CALL) == kind,
        )
        .order_by(recording.c.began_at, recording.c.contact, recording.c.n)
        .limit(limit)
    )
    if after is not None:
        place = tuple_(recording.c.began_at, recording.c.contact, recording.c.n)
        query = query.where(place > (after.at, after.contact, after.n))
    with database.read() as connection:
        rows = connection.execute(query).mappings().all()
    return [
        Due(
            row["began_at"], row["contact"], row["of_client"], row["of_number"], row["n"], kind,
            sound_of(dict(row), folder),
        )
        for row in rows
    ]  # fmt: skip


def _of(column: Any, client: str) -> ColumnElement[bool]:
    """Of a client company; of none where that is empty."""
    return or_(column.is_(None), column == "") if not client else column == client
