"""Sessions of people who logged in: opaque tokens, of which a hash is kept; over when idle, after a day, or ended.

Call in threads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, update

from records.moments import stored, unix
from records.people.bell import SILENT, Bell
from records.people.directory import end_sessions, found
from records.people.errors import UnknownSession
from records.people.principal import Principal
from records.people.roles import Role, permissions_of
from records.people.tables import person_proof
from records.people.tables import session as table
from records.people.tokens import SESSION_PREFIX, hashed, new_token, short_id
from records.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from records.database import Database
    from records.people.person import Person

SEEN_EVERY = 60.0
"""Seconds between two notes that a session is used: not each request writes."""
KEPT = 90 * 86400.0
"""Seconds for which ended sessions are kept to be listed."""

PENDING = frozenset({"self:write"})
"""What may be done before the second factor that the role asks for is set up."""


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long sessions last, in seconds, and who needs a second factor."""

    idle: float = 1800.0
    longest: float = 43200.0
    second_factor: frozenset[Role] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Session:
    """One that was begun. Times are Unix seconds."""

    id: str
    person: str
    made_at: float
    seen_at: float
    until: float
    ended_at: float | None
    address: str
    device: str


class Sessions:
    """Begun, found by their token, ended."""

    __slots__ = ("_bell", "_database", "_rules")

    def __init__(
        self, database: Database, rules: Callable[[], SessionRules] = SessionRules, bell: Bell = SILENT
    ) -> None:
        """In this database; the rules may change. The bell is rung when sessions are ended."""
        self._database, self._rules, self._bell = database, rules, bell

    def begin(self, person: str, *, address: str, device: str, now: float) -> tuple[str, Session]:
        """A new session and its token, which is told this once. Those long over are forgotten."""
        token, rules = new_token(SESSION_PREFIX), self._rules()
        made = Session(short_id(), person, now, now, now + rules.longest, None, address, one_line(device))
        row = {
            "hash": hashed(token),
            "id": made.id,
            "person": person,
            "made_at": stored(now),
            "seen_at": stored(now),
            "until": stored(made.until),
            "address": address,
            "device": made.device,
        }
        with self._database.write() as connection:
            connection.execute(delete(table).where(table.c.until < stored(now - KEPT)))
            connection.execute(insert(table).values(row))
        return token, made

    def principal(self, token: str, *, now: float) -> Principal | None:
        """Whose session it is, as they may now; None of a token that is none, or over."""
        rules, key = self._rules(), hashed(token)
        with self._database.read() as connection:
            row = connection.execute(select(table).where(table.c.hash == key)).mappings().first()
            if row is None or row["ended_at"] is not None:
                return None
            seen, until = unix(row["seen_at"]), unix(row["until"])
            if now >= until or now >= seen + rules.idle:
                return None
            person = found(connection, row["person"])
            if person is None or not person.is_active:
                return None
            is_pending = self._is_pending(connection, person)
        if now - seen >= SEEN_EVERY:
            self._note(key, now)
        return principal_of(person, session=row["id"], is_pending=is_pending)

    def standing(self, person: str) -> Principal | None:
        """Somebody as they would be with a session now; None of who may not come in."""
        with self._database.read() as connection:
            there = found(connection, person)
            if there is None or not there.is_active:
                return None
            return principal_of(there, is_pending=self._is_pending(connection, there))

    def _is_pending(self, connection: Connection, person: Person) -> bool:
        if person.role not in self._rules().second_factor:
            return False
        query = select(person_proof.c.second_factor_at).where(person_proof.c.person == person.id)
        return connection.execute(query).scalar() is None

    def _note(self, key: str, now: float) -> None:
        with self._database.write() as connection:
            connection.execute(update(table).where(table.c.hash == key).values(seen_at=stored(now)))

    def open(self, person: str | None = None, *, now: float) -> list[Session]:
        """Those that are in force, of one person or of all, the newest first."""
        query = select(table).where(
            table.c.ended_at.is_(None),
            table.c.until > stored(now),
            table.c.seen_at > stored(now - self._rules().idle),
        )
        if person is not None:
            query = query.where(table.c.person == person)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(table.c.made_at.desc())).all()
        return [
            Session(
                row.id, row.person, unix(row.made_at), unix(row.seen_at), unix(row.until), unix(row.ended_at),
                row.address, row.device,
            )
            for row in rows
        ]  # fmt: skip

    def sources(self, *, now: float, limit: int = 100_000) -> list[tuple[str, str]]:
        """Who came in from which address since sessions are kept, the latest first."""
        last = func.max(table.c.made_at)
        query = (
            select(table.c.person, table.c.address)
            .where(table.c.made_at > stored(now - KEPT))
            .group_by(table.c.person, table.c.address)
            .order_by(last.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [(str(person), str(address)) for person, address in connection.execute(query)]

    def end(self, session: str, *, now: float, person: str | None = None) -> str:
        """End one by its id, of this person where one is named; whose it was. Raises UnknownSession."""
        at = [table.c.id == session, table.c.ended_at.is_(None)]
        if person is not None:
            at.append(table.c.person == person)
        with self._database.write() as connection:
            whose = connection.execute(select(table.c.person).where(*at)).scalar()
            if whose is None:
                raise UnknownSession(f"no session {session!r} is open")
            connection.execute(update(table).where(*at).values(ended_at=stored(now)))
        self._bell.ring()
        return str(whose)

    def end_all(self, person: str, *, now: float) -> int:
        """End all of a person; how many."""
        with self._database.write() as connection:
            ended = end_sessions(connection, person, now=now)
        self._bell.ring()
        return ended


def principal_of(person: Person, *, session: str | None = None, is_pending: bool = False) -> Principal:
    """A person as somebody who asks."""
    permissions = permissions_of(person.role, person.grants)
    return Principal(
        person.id,
        person.name,
        person.role,
        permissions & PENDING if is_pending else permissions,
        person.clients,
        person.teams,
        person.agent,
        person.id,
        session,
        is_pending,
    )
