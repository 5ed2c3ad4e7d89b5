"""A door for people with cheap hashes, a clock of its own and an ear for what is audited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyotp

from base.secret import Secret
from records.people.door import Caller, Door, Entered
from records.people.passwords import Cost, Passwords
from records.people.person import Person
from records.people.roles import Role
from records.people.sealing import Seal
from records.people.sessions import SessionRules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from records.database import Database

PASSWORD = "tangerine-Boat-42"
NOW = 1_900_000_000.0
HERE = Caller("192.0.2.7", "browser")
KEY = bytes(range(32))
CHEAP = Cost(1, 8, 1)


class Doorstep:
    """The door, and what stands before it."""

    def __init__(
        self,
        database: Database,
        cost: Cost = CHEAP,
        record: Callable[[str, Mapping[str, object]], None] = lambda kind, data: None,
    ) -> None:
        self.database = database
        self.now = NOW
        self.rules = SessionRules()
        self.events: list[tuple[str, Mapping[str, object]]] = []
        self.passwords = Passwords(cost)

        def hear(kind: str, data: Mapping[str, object]) -> None:
            self.events.append((kind, data))
            record(kind, data)

        self.door = Door(
            database,
            Seal(KEY),
            hear,
            rules=lambda: self.rules,
            passwords=self.passwords,
            clock=lambda: self.now,
        )

    def add(self, person: str, role: Role = Role.SUPERVISOR, **parts: object) -> Person:
        """Somebody with the usual password."""
        made = self.door.directory.add(Person(person, f"Name of {person}", role, **parts), now=self.now)  # type: ignore[arg-type]
        hash_ = self.passwords.hash_now(Secret(PASSWORD))
        self.door.proofs.set_password(person, hash_, now=self.now)
        return made

    async def enter(
        self, person: str, password: str = PASSWORD, code: str | None = None, caller: Caller = HERE
    ) -> Entered:
        """Log in."""
        return await self.door.log_in(person, Secret(password), code, caller)

    def app_of(self, person: str) -> tuple[pyotp.TOTP, list[str]]:
        """Set up the second factor of somebody: the app, and the recovery codes."""
        app = pyotp.TOTP(self.door.proofs.begin_second_factor(person).reveal())
        codes = self.door.proofs.confirm_second_factor(person, app.at(int(self.now)), now=self.now)
        self.now += 60.0
        return app, codes

    @property
    def audited(self) -> list[Mapping[str, object]]:
        """The data of the audit log's entries."""
        return [data for _, data in self.events]
