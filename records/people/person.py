"""A person of the directory, and what goes together with each role."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from base.document import suggest
from records.people.errors import BadPerson
from records.people.principal import NODE_ID
from records.people.roles import GRANTABLE, MAY, PERMISSIONS, Role

if TYPE_CHECKING:
    from collections.abc import Collection

_ID = re.compile(r"[a-z][a-z0-9]*([._-][a-z0-9]+)*")
_LONGEST_ID = 64
_RESERVED = frozenset({NODE_ID, "api", "system", "key", "me"})
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SCOPE = re.compile(r"[\w.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works with the centre. Times are Unix seconds."""

    id: str
    name: str
    role: Role
    email: str | None = None
    language: str | None = None
    agent: str | None = None
    """The agent of agents.yaml that it is."""
    clients: frozenset[str] | None = None
    """The client companies whose data it sees; None: of all."""
    teams: frozenset[str] | None = None
    """The teams whose agents it sees and directs; None: all."""
    grants: frozenset[str] = field(default_factory=frozenset)
    """What it may besides what the role may."""
    made_at: float = 0.0
    disabled_at: float | None = None

    @property
    def is_active(self) -> bool:
        """Whether it may come in."""
        return self.disabled_at is None

    @property
    def known_as(self) -> tuple[str, ...]:
        """What a password of this person must not hold."""
        return (self.id, self.name, *((self.email.partition("@")[0],) if self.email else ()))


def check(person: Person) -> Person:
    """The same person. Raises BadPerson with what does not go together."""
    if _ID.fullmatch(person.id) is None or len(person.id) > _LONGEST_ID:
        raise BadPerson("id: write small letters and digits, divided by . _ or -, such as eva.lopez")
    if person.id in _RESERVED:
        raise BadPerson(f"id: {person.id} has a meaning of its own; take another")
    if not person.name.strip() or len(person.name) > 100 or not person.name.isprintable():
        raise BadPerson("name: one line of up to 100 characters")
    if person.email is not None and _EMAIL.fullmatch(person.email) is None:
        raise BadPerson("email: this is no address; write name@example.com")
    if person.language is not None and _LANGUAGE.fullmatch(person.language) is None:
        raise BadPerson("language: write its code, such as es, pl or en")
    for name, scope in (("clients", person.clients), ("teams", person.teams)):
        _check_scope(person.role, name, scope)
    if person.role is Role.VIEWER and person.agent is not None:
        raise BadPerson("agent: a viewer takes no calls; make the person an agent or a supervisor")
    for grant in sorted(person.grants):
        if grant not in PERMISSIONS:
            raise BadPerson(f"grants: no permission is called {grant}; {suggest(grant, PERMISSIONS)}")
        if grant not in GRANTABLE[person.role]:
            raise BadPerson(f"grants: {_ungrantable(person.role, grant)}")
    return person


def _check_scope(role: Role, name: str, scope: frozenset[str] | None) -> None:
    if scope is None:
        if role is Role.VIEWER and name == "clients":
            raise BadPerson("clients: say whose data a viewer sees, one client company at least")
        return
    if role is Role.ADMINISTRATOR:
        raise BadPerson(f"{name}: an administrator sees everything; make the person a supervisor")
    if not scope:
        raise BadPerson(f"{name}: nothing would be seen; name one at least, or leave it out for all")
    bad = sorted(each for each in scope if _SCOPE.fullmatch(each) is None)
    if bad:
        raise BadPerson(f"{name}: {bad[0]!r} is not a name of one; write them as config does")


def _ungrantable(role: Role, grant: str) -> str:
    if grant in MAY[role]:
        return f"a person who is {role} may {grant} already"
    allowed = ", ".join(sorted(GRANTABLE[role])) or "nothing"
    return f"a person who is {role} cannot be given {grant}, only {allowed}"


def unknown(
    person: Person, *, agents: Collection[str], clients: Collection[str], teams: Collection[str]
) -> list[str]:
    """What a person's record names that the configuration does not have, with what would be right."""
    named: tuple[tuple[str, str, Collection[str], Collection[str]], ...] = (
        ("agent", "agent", {person.agent} if person.agent else set(), agents),
        ("clients", "client company", person.clients or set(), clients),
        ("teams", "team", person.teams or set(), teams),
    )
    return [
        f"{name}: no {kind} is called {each}; {suggest(each, known) or 'the configuration has none'}"
        for name, kind, given, known in named
        for each in sorted(given)
        if each not in known
    ]
