"""API keys of programs: a prefix that names the key, and a secret that is shown once. Call in threads.

A key may never do or see more than whoever made it, and, where it is a person's, than that person at the moment.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from base.document import suggest
from records.moments import stored, unix
from records.people.bell import SILENT, Bell
from records.people.directory import found, read_scope, scope_json
from records.people.errors import BadKey, UnknownKey
from records.people.principal import Principal
from records.people.roles import PERMISSIONS, Role, permissions_of
from records.people.tables import api_key as table
from records.people.tokens import KEY_PREFIX, hashed, new_token, short_id

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, RowMapping

    from records.database import Database

SEEN_EVERY = 60.0
"""Seconds between two notes that a key is used."""
_NEVER_KEYS = frozenset({"self:write", "people:write", "keys:write"})
"""What no program gets: a key that leaked shall make no other keys and no people."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key, without its secret. Times are Unix seconds."""

    id: str
    name: str
    person: str | None
    """Whose it is; None: nobody's, made on the node itself."""
    permissions: frozenset[str]
    clients: frozenset[str] | None
    made_by: str
    made_at: float
    until: float | None
    used_at: float | None
    revoked_at: float | None

    def is_valid(self, *, now: float) -> bool:
        """Whether it opens anything."""
        return self.revoked_at is None and (self.until is None or now < self.until)


class ApiKeys:
    """Made, found by what was shown, revoked."""

    __slots__ = ("_bell", "_database")

    def __init__(self, database: Database, bell: Bell = SILENT) -> None:
        """In this database; the bell is rung when a key is revoked."""
        self._database, self._bell = database, bell

    def make(
        self,
        maker: Principal,
        name: str,
        permissions: Collection[str],
        *,
        clients: Collection[str] | None = None,
        until: float | None = None,
        now: float,
    ) -> tuple[str, ApiKey]:
        """A new key and what is shown of it this once. Raises BadKey."""
        _check(maker, name, permissions, until, now)
        seen = maker.narrowed(clients)
        if seen is not None and (not seen or (clients is not None and set(clients) - seen)):
            raise BadKey("clients: a key sees no more than whoever makes it, and one client company at least")
        made = ApiKey(
            short_id(10),
            name,
            maker.person,
            frozenset(permissions),
            seen,
            maker.id,
            now,
            until,
            None,
            None,
        )
        token = f"{new_token(f'{KEY_PREFIX}{made.id}_')}"
        row = {
            "id": made.id,
            "hash": hashed(token),
            "name": name,
            "person": made.person,
            "permissions": json.dumps(sorted(made.permissions)),
            "clients": scope_json(seen),
            "made_by": made.made_by,
            "made_at": stored(now),
            "until": stored(until),
        }
        with self._database.write() as connection:
            connection.execute(insert(table).values(row))
        return token, made

    def principal(self, token: str, *, now: float) -> Principal | None:
        """Who asks with it; None of a key that is none, or over, or of somebody who may not come in."""
        key = token.removeprefix(KEY_PREFIX).partition("_")[0]
        with self._database.read() as connection:
            row = connection.execute(select(table).where(table.c.id == key)).mappings().first()
            given = hashed(token)
            # An unknown key is compared with itself turned round, so that it costs the same.
            is_right = hmac.compare_digest(row["hash"] if row is not None else given[::-1], given)
            if row is None or not is_right:
                return None
            there = _key(row)
            who = _who(connection, there, now)
        if who is None:
            return None
        if there.used_at is None or now - there.used_at >= SEEN_EVERY:
            with self._database.write() as connection:
                at = update(table).where(table.c.id == there.id)
                connection.execute(at.values(used_at=stored(now)))
        return who

    def standing(self, key: str, *, now: float) -> Principal | None:
        """Who asks with the key of this id, without its being shown; None of one that opens nothing."""
        with self._database.read() as connection:
            row = connection.execute(select(table).where(table.c.id == key)).mappings().first()
            return None if row is None else _who(connection, _key(row), now)

    def all(self, person: str | None = None, *, after: str = "", limit: int | None = None) -> list[ApiKey]:
        """All keys by id, from behind one on, or those of one person; revoked ones too."""
        query = select(table).where(table.c.id > after).order_by(table.c.id).limit(limit)
        if person is not None:
            query = query.where(table.c.person == person)
        with self._database.read() as connection:
            return [_key(row) for row in connection.execute(query).mappings()]

    def revoke(self, key: str, *, now: float) -> ApiKey:
        """It opens nothing any more. Raises UnknownKey."""
        wanted = key.removeprefix("key:").removeprefix(KEY_PREFIX).partition("_")[0]
        with self._database.write() as connection:
            row = connection.execute(select(table).where(table.c.id == wanted)).mappings().first()
            if row is None:
                # Not quoted: somebody may have pasted the whole of it.
                raise UnknownKey("no API key has this id; `centralita people key list` shows which there are")
            query = update(table).where(table.c.id == wanted, table.c.revoked_at.is_(None))
            connection.execute(query.values(revoked_at=stored(now)))
        self._bell.ring()
        found = _key(row)
        return found if found.revoked_at is not None else replace(found, revoked_at=now)


def _who(connection: Connection, key: ApiKey, now: float) -> Principal | None:
    if not key.is_valid(now=now):
        return None
    if key.person is None:
        return Principal(f"key:{key.id}", key.name, Role.ADMINISTRATOR, key.permissions, key.clients)
    person = found(connection, key.person)
    if person is None or not person.is_active:
        return None
    return Principal(
        f"key:{key.id}",
        f"{key.name} ({person.id})",
        person.role,
        key.permissions & permissions_of(person.role, person.grants),
        _both(key.clients, person.clients),
        person.teams,
        person.agent,
        person.id,
    )


def _check(
    maker: Principal, name: str, permissions: Collection[str], until: float | None, now: float
) -> None:
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise BadKey("name: say in one line which program has it")
    if not permissions:
        raise BadKey("permissions: name one at least, such as figures:read")
    for each in sorted(permissions):
        if each not in PERMISSIONS:
            raise BadKey(f"permissions: none is called {each}; {suggest(each, PERMISSIONS)}")
        if each in _NEVER_KEYS:
            raise BadKey(f"permissions: {each} is for people only")
        if not maker.may(each):
            raise BadKey(f"permissions: {maker.id} may not {each}, and so no key of theirs")
    if until is not None and until <= now:
        raise BadKey("until: this is over already")


def _both(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _key(row: RowMapping) -> ApiKey:
    return ApiKey(
        id=row["id"],
        name=row["name"],
        person=row["person"],
        permissions=frozenset(json.loads(row["permissions"])),
        clients=read_scope(row["clients"]),
        made_by=row["made_by"],
        made_at=unix(row["made_at"]),
        until=unix(row["until"]),
        used_at=unix(row["used_at"]),
        revoked_at=unix(row["revoked_at"]),
    )
