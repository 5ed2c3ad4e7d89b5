"""The directory of people in the database. Every call waits for it: call in threads."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from records.moments import stored, unix
from records.people import tables
from records.people.bell import SILENT, Bell
from records.people.errors import PersonExists, UnknownPerson
from records.people.person import Person, check
from records.people.roles import Role
from records.people.tables import person as table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, RowMapping

    from records.database import Database


class Directory:
    """People, by id."""

    __slots__ = ("_bell", "_database")

    def __init__(self, database: Database, bell: Bell = SILENT) -> None:
        """In this database, which is migrated; the bell is rung after each change."""
        self._database, self._bell = database, bell

    def add(self, person: Person, *, now: float) -> Person:
        """Take somebody in. Raises BadPerson, PersonExists."""
        made = replace(check(person), made_at=now, disabled_at=None)
        try:
            with self._database.write() as connection:
                connection.execute(insert(table).values(_row(made)))
        except IntegrityError:
            raise PersonExists(f"somebody has the id {person.id} already; take another") from None
        return made

    def find(self, person: str) -> Person | None:
        """One person, whether active or not."""
        with self._database.read() as connection:
            return found(connection, person)

    def get(self, person: str) -> Person:
        """One person. Raises UnknownPerson."""
        with self._database.read() as connection:
            return required(connection, person)

    def all(
        self, *, after: str = "", limit: int | None = None, clients: frozenset[str] | None = None
    ) -> list[Person]:
        """Everybody by id, from behind one on; with `clients` those who see no others."""
        query = select(table).where(table.c.id > after).order_by(table.c.id)
        if clients is not None:
            # Lists are JSON, which neither database compares as a set: these few people are looked through here.
            query = query.where(table.c.clients.is_not(None))
        with self._database.read() as connection:
            rows = connection.execute(query if clients is not None else query.limit(limit)).mappings()
            found = (_person(row) for row in rows)
            seen = (each for each in found if clients is None or clients.issuperset(each.clients or ()))
            return list(islice(seen, limit))

    def edit(self, person: str, changes: Mapping[str, Any]) -> Person:
        """Change fields of somebody. Raises UnknownPerson, BadPerson."""
        with self._database.write() as connection:
            there = required(connection, person)
            changed = check(replace(there, **changes))
            connection.execute(update(table).where(table.c.id == person).values(_row(changed)))
        self._bell.ring()
        return changed

    def disable(self, person: str, *, now: float) -> Person:
        """Let somebody in no more: open sessions end, API keys do nothing. Raises UnknownPerson."""
        with self._database.write() as connection:
            there = required(connection, person)
            at = stored(now if there.disabled_at is None else there.disabled_at)
            connection.execute(update(table).where(table.c.id == person).values(disabled_at=at))
            end_sessions(connection, person, now=now)
        self._bell.ring()
        return replace(there, disabled_at=unix(at))

    def enable(self, person: str) -> Person:
        """Let somebody in again. Raises UnknownPerson."""
        with self._database.write() as connection:
            there = required(connection, person)
            connection.execute(update(table).where(table.c.id == person).values(disabled_at=None))
        self._bell.ring()
        return replace(there, disabled_at=None)


def found(connection: Connection, person: str) -> Person | None:
    """One person, on a connection that is open."""
    row = connection.execute(select(table).where(table.c.id == person)).mappings().first()
    return None if row is None else _person(row)


def required(connection: Connection, person: str) -> Person:
    """Likewise. Raises UnknownPerson."""
    there = found(connection, person)
    if there is None:
        raise nobody(person)
    return there


def nobody(person: str) -> UnknownPerson:
    """What is said where there is none, and of those whom the asker may not see."""
    return UnknownPerson(f"nobody has the id {person!r}; `centralita people list` shows who there is")


def end_sessions(connection: Connection, person: str, *, now: float, but: str | None = None) -> int:
    """End the open sessions of somebody, but one by its id; how many."""
    which = tables.session
    query = update(which).where(which.c.person == person, which.c.ended_at.is_(None))
    if but is not None:
        query = query.where(which.c.id != but)
    return connection.execute(query.values(ended_at=stored(now))).rowcount


def scope_json(scope: frozenset[str] | None) -> str | None:
    """A scope as a column holds it."""
    return None if scope is None else json.dumps(sorted(scope), ensure_ascii=False)


def read_scope(column: str | None) -> frozenset[str] | None:
    """A column as a scope."""
    return None if column is None else frozenset(json.loads(column))


def _row(person: Person) -> dict[str, object]:
    return {
        "id": person.id,
        "name": person.name,
        "role": person.role.value,
        "email": person.email,
        "language": person.language,
        "agent": person.agent,
        "clients": scope_json(person.clients),
        "teams": scope_json(person.teams),
        "grants": scope_json(person.grants),
        "made_at": stored(person.made_at),
        "disabled_at": stored(person.disabled_at),
    }


def _person(row: RowMapping) -> Person:
    return Person(
        id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        email=row["email"],
        language=row["language"],
        agent=row["agent"],
        clients=read_scope(row["clients"]),
        teams=read_scope(row["teams"]),
        grants=read_scope(row["grants"]) or frozenset(),
        made_at=unix(row["made_at"]),
        disabled_at=unix(row["disabled_at"]),
    )
