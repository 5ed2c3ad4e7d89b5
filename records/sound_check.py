"""Holds the sound files against what the ledger tells of them: missing, changed, or told by nobody. Blocks."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, func, or_, select

from records.moments import DAY, MICROSECONDS
from records.retention.deleting import DELETED
from records.retention.sounds import DEPTH, sha256_of, sound_of
from records.schema import event
from records.views.tables import contact, recording

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from sqlalchemy import Connection

    from records.database import Database

_AT_ONCE = 500
_FRESH = 60.0
"""Seconds within which a new file may not have come to the tables yet."""


class SoundFault(NamedTuple):
    """What is wrong with one file."""

    file: str
    """As the folder of recordings has it, or the name that the ledger tells."""
    contact: str | None
    problem: str


def check_sounds(
    database: Database,
    folder: Path,
    *,
    nodes: Collection[str] = (),
    since: int | None = None,
    until: int | None = None,
    tell: Callable[[int], None] = lambda _: None,
) -> Iterator[SoundFault]:
    """The recordings of these nodes (all of none), begun from `since` to `until` in days since 1970.

    What the ledger tells to be deleted is no fault. Files that have no hash yet are not: see records.hashing. `tell`
    hears how many were looked at. Raises LedgerMissing, StoreUnavailable, OSError.
    """
    seen = 0
    for rows in _pages(database, nodes, since, until):
        for row in rows:
            seen += 1
            tell(seen)
            if (problem := _problem(database, folder, row)) is not None:
                yield SoundFault(str(row["name"]), str(row["contact"]), problem)
    yield from _strangers(database, folder, since, until)


def sound_count(database: Database) -> int:
    """How many recordings the ledger tells of."""
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(recording)).scalar() or 0


def _pages(
    database: Database, nodes: Collection[str], since: int | None, until: int | None
) -> Iterator[list[Mapping[str, Any]]]:
    began, of_it, n = recording.c.began_at, recording.c.contact, recording.c.n
    query = select(recording).join(contact, contact.c.id == of_it).order_by(began, of_it, n).limit(_AT_ONCE)
    if nodes:
        query = query.where(or_(contact.c.node.in_(sorted(nodes)), contact.c.node.is_(None)))
    if since is not None:
        query = query.where(began >= since * DAY * MICROSECONDS)
    if until is not None:
        query = query.where(began < (until + 1) * DAY * MICROSECONDS)
    page = query
    while True:
        with database.read() as connection:
            rows: list[Mapping[str, Any]] = [dict(row) for row in connection.execute(page).mappings()]
        yield rows
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1]
        same = and_(of_it == last["contact"], n > last["n"])
        later = and_(began == last["began_at"], or_(of_it > last["contact"], same))
        page = query.where(or_(began > last["began_at"], later))


def _problem(database: Database, folder: Path, row: Mapping[str, Any]) -> str | None:
    sound = sound_of(dict(row), folder)
    try:
        digest = None if sound is None or row["sha256"] is None else sha256_of(sound.path)
    except FileNotFoundError:
        sound, digest = None, None
    if sound is not None:
        if digest in (None, row["sha256"]):
            return None
        return f"it was changed: its SHA-256 is {digest}, the ledger says {row['sha256']}"
    with database.read() as connection:
        if row["result"] == "failed" and row["sha256"] is None:
            return None  # there may never have been a file
        return (
            None if _is_deleted(connection, row) else "it is missing, and no event tells that it was deleted"
        )


def _is_deleted(connection: Connection, row: Mapping[str, Any]) -> bool:
    query = select(event.c.data).where(event.c.contact == row["contact"], event.c.type == DELETED)
    told = (json.loads(data) for data in connection.execute(query).scalars())
    return any(each.get("recording") == row["name"] for each in told)


def _strangers(
    database: Database, folder: Path, since: int | None, until: int | None
) -> Iterator[SoundFault]:
    """Files that no event tells of; in a folder for each client company and day, where all should be, and elsewhere."""
    newest = time.time() - _FRESH
    for at, folders, files in os.walk(folder):
        folders.sort()
        place = Path(at)
        where = place.relative_to(folder)
        day = _day_of(place.name) if len(where.parts) == DEPTH - 1 else None
        if day is not None and ((since is not None and day < since) or (until is not None and day > until)):
            continue
        known = set() if day is None else _names(database, day)
        for name in sorted([*files, *(each for each in folders if (place / each).is_symlink())]):
            file = place / name
            if known.isdisjoint((str(where / name), name)) and file.lstat().st_mtime < newest:
                yield SoundFault(str(where / name), None, "no event tells of this file")


def _names(database: Database, day: int) -> set[str]:
    """The recordings that began on a day, or shortly before or after it: a file's folder is named at its making.

    By client company, day and name; by name alone where the ledger does not tell the place.
    """
    began = recording.c.began_at
    query = select(func.coalesce(recording.c.file, recording.c.name)).where(
        began >= (day - 1) * DAY * MICROSECONDS, began < (day + 2) * DAY * MICROSECONDS
    )
    with database.read() as connection:
        return {"/".join(Path(told).parts[-DEPTH:]) for told in connection.execute(query).scalars() if told}


def _day_of(name: str) -> int | None:
    try:
        return int(datetime.strptime(name, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()) // DAY
    except ValueError:
        return None
