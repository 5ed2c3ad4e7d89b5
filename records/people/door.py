"""The door through which people and programs come in: login with password and second factor, sessions, API keys.

What waits for the database or for a hash runs beside the loop. Who is refused is not told why, and waits as long
whether the person exists or not.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from records.errors import RecordsError, StoreUnavailable
from records.people import audit
from records.people.api_keys import ApiKeys
from records.people.audit import Deed
from records.people.bell import Bell
from records.people.directory import Directory
from records.people.errors import CodeNeeded, WrongLogin
from records.people.familiar import Familiar
from records.people.lockout import Attempts
from records.people.passwords import Passwords, refuse_weak
from records.people.principal import NODE, NODE_ID
from records.people.proofs import Proofs
from records.people.sessions import SessionRules, Sessions, principal_of
from records.people.tokens import KEY_PREFIX, SESSION_PREFIX
from sip.protection.guard import network_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from base.secret import Secret
    from records.database import Database
    from records.people.person import Person
    from records.people.principal import Principal
    from records.people.sealing import Seal
    from records.people.sessions import Session


@dataclass(frozen=True, slots=True)
class Caller:
    """From where somebody comes."""

    address: str
    device: str = ""

    @property
    def source(self) -> str:
        """Whom attempts are counted for."""
        return network_of(self.address)


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who has come in."""

    principal: Principal
    session: Session
    token: str

    def __repr__(self) -> str:
        """Without the token."""
        return f"<Entered {self.principal.id}>"


class Door:
    """All that people and their proofs are, over one database."""

    def __init__(
        self,
        database: Database,
        seal: Seal,
        record: Callable[[str, Mapping[str, object]], None],
        *,
        rules: Callable[[], SessionRules] = SessionRules,
        passwords: Passwords | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`record` puts an event into the ledger, by its type and data; `clock` tells Unix time."""
        self.bell = Bell()
        self.directory = Directory(database, self.bell)
        self.proofs = Proofs(database, seal, self.bell)
        self.sessions = Sessions(database, rules, self.bell)
        self.keys = ApiKeys(database, self.bell)
        self.passwords = passwords or Passwords()
        self._record = record
        self._rules = rules
        self._clock = clock
        self._attempts, self._familiar = Attempts(), Familiar(self.sessions)

    def now(self) -> float:
        """Unix time."""
        return self._clock()

    def close(self) -> None:
        """Let the threads go."""
        self.passwords.close()

    def note(self, deed: Deed, kind: str = audit.ACT) -> None:
        """Write into the audit log."""
        self._record(kind, deed.data())

    async def principal(self, token: str) -> Principal | None:
        """Who shows this token, of a session or an API key; None of one that opens nothing. Raises StoreUnavailable."""
        find = {SESSION_PREFIX: self.sessions.principal, KEY_PREFIX: self.keys.principal}.get(token[:3])
        if find is None:
            return None
        return await asyncio.to_thread(find, token, now=self.now())

    async def standing(self, who: str) -> Principal | None:
        """Somebody by the id of a principal as they stand now, though they ask for nothing. Raises StoreUnavailable."""
        kind, _, key = who.partition(":")
        if kind == NODE_ID:
            return NODE
        if kind == "key":
            return await asyncio.to_thread(self.keys.standing, key, now=self.now())
        return await asyncio.to_thread(self.sessions.standing, who)

    async def log_in(self, person: str, password: Secret, code: str | None, caller: Caller) -> Entered:
        """Begin a session.

        Raises WrongLogin, CodeNeeded, LockedOut, TooManyLogins, StoreUnavailable.
        """
        attempt = await self._begin(person, caller)
        try:
            proof = await asyncio.to_thread(self.proofs.of, person)
            found = await self.passwords.compare(proof.password, password)
        except RecordsError:
            attempt.forgive()
            raise
        there = proof.person
        if not found.is_right or there is None or not there.is_active:
            raise self._refused(there, caller)
        if proof.has_second_factor:
            if code is None:
                attempt.forgive()
                raise CodeNeeded("send the code that the app shows, or a recovery code, as well")
            if not await asyncio.to_thread(self.proofs.take_code, person, code, now=self.now()):
                raise self._refused(there, caller, "wrong_code")
        attempt.succeed()
        self._familiar.add(there.id, caller.source)
        if found.is_stale and proof.password is not None:
            await self._rehash(there, proof.password, password)
        return await self._enter(there, caller, has_second_factor=proof.has_second_factor)

    async def log_out(self, principal: Principal, caller: Caller) -> None:
        """End the session that somebody uses. Raises UnknownSession of one who uses none."""
        await asyncio.to_thread(self.sessions.end, principal.session or "", now=self.now())
        self.note(Deed(principal.id, principal.role.value, "logout", source=caller.address), audit.LOGOUT)

    async def change_password(self, principal: Principal, old: Secret, new: Secret, caller: Caller) -> None:
        """Another password for oneself; one's other sessions end. Raises WrongLogin, LockedOut, WeakPassword."""
        person = await self.prove(principal, old, caller)
        refuse_weak(new, person.known_as)
        hash_ = await self.passwords.hash(new)
        now, session = self.now(), principal.session
        await asyncio.to_thread(self.proofs.set_password, person.id, hash_, now=now, session=session)

    async def prove(self, principal: Principal, password: Secret, caller: Caller) -> Person:
        """Ask somebody who is in for the password once more. Raises WrongLogin, LockedOut, TooManyLogins."""
        person = principal.person or ""
        attempt = await self._begin(person, caller)
        try:
            proof = await asyncio.to_thread(self.proofs.of, person)
            found = await self.passwords.compare(proof.password, password)
        except RecordsError:
            attempt.forgive()
            raise
        if not found.is_right or proof.person is None:
            raise self._refused(proof.person, caller)
        attempt.forgive()
        return proof.person

    async def set_password(self, person: Person, new: Secret) -> None:
        """A password for somebody else, whose sessions end. Raises WeakPassword."""
        refuse_weak(new, person.known_as)
        hash_ = await self.passwords.hash(new)
        await asyncio.to_thread(self.proofs.set_password, person.id, hash_, now=self.now())

    async def accept(self, token: str, password: Secret, caller: Caller) -> Person:
        """Use an invitation: choose a password. Raises BadInvitation, WeakPassword, LockedOut."""
        self._attempts.begin_of_source(caller.source, now=self.now())
        person = await asyncio.to_thread(self.proofs.invited, token, now=self.now())
        self._attempts.forgive_source(caller.source)
        refuse_weak(password, person.known_as)
        hash_ = await self.passwords.hash(password)
        await asyncio.to_thread(self.proofs.accept, token, hash_, now=self.now())
        self.note(Deed(person.id, person.role.value, "invitation accept", source=caller.address))
        return person

    async def _begin(self, person: str, caller: Caller) -> _Attempt:
        """Raises LockedOut, StoreUnavailable."""
        now, source = self.now(), caller.source
        is_known = await self._familiar.knows(person, source, now=now)
        self._attempts.begin(person, source, is_known=is_known, now=now)
        return _Attempt(self._attempts, person, source, is_known)

    def _refused(self, there: Person | None, caller: Caller, code: str = "wrong_login") -> WrongLogin:
        """Who does not exist is not named: people type passwords where their names belong."""
        on = {"person": there.id} if there is not None else {}
        if there is not None and not there.is_active:
            code = "disabled"
        deed = Deed("", "", "login", audit.REFUSED, on, caller.address, code)
        self.note(deed, audit.LOGIN)
        return WrongLogin("person, password or code are not right")

    async def _rehash(self, person: Person, was: str, password: Secret) -> None:
        """The cost has changed since it was set. Whoever comes in need not wait for a busy database."""
        hash_ = await self.passwords.hash(password)
        try:
            await asyncio.to_thread(self.proofs.rehash, person.id, was, hash_)
        except StoreUnavailable:
            return

    async def _enter(self, person: Person, caller: Caller, *, has_second_factor: bool) -> Entered:
        token, session = await asyncio.to_thread(
            self.sessions.begin,
            person.id,
            address=caller.address,
            device=caller.device,
            now=self.now(),
        )
        is_pending = person.role in self._rules().second_factor and not has_second_factor
        principal = principal_of(person, session=session.id, is_pending=is_pending)
        self.note(Deed(person.id, person.role.value, "login", source=caller.address), audit.LOGIN)
        return Entered(principal, session, token)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One that has begun, and counts as wrong until it is said what it was."""

    attempts: Attempts
    person: str
    source: str
    is_known: bool

    def succeed(self) -> None:
        """It was right."""
        self.attempts.succeed(self.person, self.source, is_known=self.is_known)

    def forgive(self) -> None:
        """It was not wrong."""
        self.attempts.forgive(self.person, self.source, is_known=self.is_known)
