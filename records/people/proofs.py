"""How people prove who they are: password hashes, second factors, recovery codes, invitations. Call in threads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, or_, select, update

from base.secret import Secret
from records.database import upsert
from records.moments import stored
from records.people import second_factor
from records.people.bell import SILENT, Bell
from records.people.directory import end_sessions, found, required
from records.people.errors import BadInvitation, SecondFactorExists, WrongLogin
from records.people.tables import invitation, person_proof, recovery_code
from records.people.tokens import (
    INVITATION_PREFIX,
    hashed,
    new_recovery_code,
    new_token,
    read_recovery_code,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from records.database import Database
    from records.people.person import Person
    from records.people.sealing import Seal

INVITATION_LASTS = 48 * 3600.0
"""Seconds."""
RECOVERY_CODES = 10


@dataclass(frozen=True, slots=True)
class Proof:
    """What is kept of somebody to compare with."""

    person: Person | None
    password: str | None
    """The hash."""
    has_second_factor: bool

    def __repr__(self) -> str:
        """Shows no hash."""
        return f"<Proof of {self.person.id if self.person else 'nobody'}>"


class Proofs:
    """All of them, in the database; second factors are sealed with the key of the state folder."""

    __slots__ = ("_bell", "_database", "_seal")

    def __init__(self, database: Database, seal: Seal, bell: Bell = SILENT) -> None:
        """In this database; the bell is rung after each change."""
        self._database, self._seal, self._bell = database, seal, bell

    def of(self, person: str) -> Proof:
        """What to compare with; of nobody as much as of somebody."""
        columns = (person_proof.c.password, person_proof.c.second_factor_at)
        with self._database.read() as connection:
            there = found(connection, person)
            row = connection.execute(select(*columns).where(person_proof.c.person == person)).first()
        return Proof(there, row and row[0], row is not None and row[1] is not None)

    # --- passwords ---

    def set_password(self, person: str, hash_: str, *, now: float, session: str | None = None) -> None:
        """Keep another password's hash; sessions but this one end. Raises UnknownPerson."""
        with self._database.write() as connection:
            required(connection, person)
            row = {"person": person, "password": hash_, "password_at": stored(now)}
            upsert(connection, person_proof, [row])
            end_sessions(connection, person, now=now, but=session)
        self._bell.ring()

    def rehash(self, person: str, was: str, hash_: str) -> None:
        """Keep the same password at another cost, unless it was changed meanwhile."""
        at = (person_proof.c.person == person, person_proof.c.password == was)
        with self._database.write() as connection:
            connection.execute(update(person_proof).where(*at).values(password=hash_))

    # --- second factors ---

    def begin_second_factor(self, person: str) -> Secret:
        """A new secret, which counts once a code of it was shown. Raises UnknownPerson, SecondFactorExists."""
        secret = second_factor.new_secret()
        sealed = self._seal.close(secret.reveal().encode("ascii"), person)
        with self._database.write() as connection:
            required(connection, person)
            at = person_proof.c.person == person
            if connection.execute(select(person_proof.c.second_factor_at).where(at)).scalar() is not None:
                raise SecondFactorExists(
                    f"{person} has a second factor; take it away first: `centralita people totp {person} --remove`"
                )
            row = {"person": person, "second_factor": sealed, "second_factor_step": None}
            upsert(connection, person_proof, [row])
        return secret

    def confirm_second_factor(self, person: str, code: str, *, now: float) -> list[str]:
        """It counts from now on; its recovery codes, which are told this once. Raises WrongLogin."""
        if not self._take(person, code, now=now, confirmed=False):
            raise WrongLogin("this is not the code that the app shows now")
        codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
        with self._database.write() as connection:
            at = person_proof.c.person == person
            connection.execute(update(person_proof).where(at).values(second_factor_at=stored(now)))
            _replace_codes(connection, person, codes)
        self._bell.ring()
        return codes

    def remove_second_factor(self, person: str) -> bool:
        """Take it away, with its recovery codes; whether there was one. Raises UnknownPerson."""
        with self._database.write() as connection:
            required(connection, person)
            at = person_proof.c.person == person
            was = connection.execute(select(person_proof.c.second_factor_at).where(at)).scalar()
            none = {"second_factor": None, "second_factor_at": None, "second_factor_step": None}
            connection.execute(update(person_proof).where(at).values(none))
            _replace_codes(connection, person, [])
        self._bell.ring()
        return was is not None

    def take_code(self, person: str, code: str, *, now: float) -> bool:
        """Whether it is a code of the second factor, or a recovery code, that was not used before."""
        return self._take(person, code, now=now, confirmed=True) or self._take_recovery(person, code, now=now)

    def _take(self, person: str, code: str, *, now: float, confirmed: bool) -> bool:
        at, taken = person_proof.c.person == person, person_proof.c.second_factor_step
        with self._database.read() as connection:
            query = select(person_proof.c.second_factor, person_proof.c.second_factor_at).where(at)
            row = connection.execute(query).first()
        if row is None or row[0] is None or (row[1] is not None) is not confirmed:
            return False
        secret = Secret(self._seal.open(row[0], person).decode("ascii"))
        step = second_factor.step_of(secret, code, now=now)
        secret.wipe()
        if step is None:
            return False
        with self._database.write() as connection:
            # One statement decides, so that of two who send the same code at once one comes in, on whatever node.
            query_ = update(person_proof).where(
                at, person_proof.c.second_factor == row[0], or_(taken.is_(None), taken < step)
            )
            return connection.execute(query_.values(second_factor_step=step)).rowcount == 1

    def _take_recovery(self, person: str, code: str, *, now: float) -> bool:
        with self._database.write() as connection:
            query = update(recovery_code).where(
                recovery_code.c.person == person,
                recovery_code.c.hash == hashed(read_recovery_code(code)),
                recovery_code.c.used_at.is_(None),
            )
            return connection.execute(query.values(used_at=stored(now))).rowcount == 1

    def recovery_codes_left(self, person: str) -> int:
        """How many are unused."""
        query = select(recovery_code.c.hash).where(
            recovery_code.c.person == person, recovery_code.c.used_at.is_(None)
        )
        with self._database.read() as connection:
            return len(connection.execute(query).all())

    # --- invitations ---

    def invite(self, person: str, by: str, *, now: float) -> str:
        """A word with which the person chooses a password, once; earlier ones are void. Raises UnknownPerson."""
        token = new_token(INVITATION_PREFIX)
        row = {"hash": hashed(token), "person": person, "made_by": by}
        with self._database.write() as connection:
            required(connection, person)
            connection.execute(delete(invitation).where(invitation.c.person == person))
            connection.execute(insert(invitation).values(**row, until=stored(now + INVITATION_LASTS)))
        return token

    def invited(self, token: str, *, now: float) -> Person:
        """Whose invitation it is. Raises BadInvitation."""
        with self._database.read() as connection:
            query = select(invitation.c.person).where(*_valid(token, now))
            person = connection.execute(query).scalar()
            there = found(connection, person) if person is not None else None
        if there is None or not there.is_active:
            raise _bad_invitation()
        return there

    def accept(self, token: str, hash_: str, *, now: float) -> None:
        """Use an invitation up: the person has this password from now on. Raises BadInvitation."""
        with self._database.write() as connection:
            person = connection.execute(
                select(invitation.c.person).where(invitation.c.hash == hashed(token))
            ).scalar()
            used = update(invitation).where(*_valid(token, now)).values(used_at=stored(now))
            if connection.execute(used).rowcount != 1:
                raise _bad_invitation()
            row = {"person": person, "password": hash_, "password_at": stored(now)}
            upsert(connection, person_proof, [row])
            end_sessions(connection, str(person), now=now)
        self._bell.ring()


def _valid(token: str, now: float) -> tuple[ColumnElement[bool], ...]:
    return (
        invitation.c.hash == hashed(token),
        invitation.c.used_at.is_(None),
        invitation.c.until > stored(now),
    )


def _bad_invitation() -> BadInvitation:
    return BadInvitation("this invitation is none, was used or is over; ask for another")


def _replace_codes(connection: Connection, person: str, codes: list[str]) -> None:
    connection.execute(delete(recovery_code).where(recovery_code.c.person == person))
    for code in codes:
        connection.execute(insert(recovery_code).values(person=person, hash=hashed(code)))
