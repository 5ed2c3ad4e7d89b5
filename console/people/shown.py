"""People, sessions, keys and entries of the audit log as the interface shows them: never a secret or a hash."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.api.model import Model
from records.people.roles import Role

if TYPE_CHECKING:
    from records.people.api_keys import ApiKey
    from records.people.audit import AuditEntry
    from records.people.person import Person
    from records.people.principal import Principal
    from records.people.sessions import Session


class Me(Model):
    """Who asks."""

    id: str
    name: str
    role: Role
    permissions: tuple[str, ...]
    clients: tuple[str, ...] | None
    """Client companies whose data is seen; null: all."""
    teams: tuple[str, ...] | None
    """Teams whose agents are seen; null: all."""
    agent: str | None
    """The agent that it is."""
    second_factor_needed: bool
    """Nothing else may be done until a second factor is set up."""


class PersonShown(Model):
    """Somebody of the directory."""

    id: str
    name: str
    role: Role
    email: str | None
    language: str | None
    agent: str | None
    clients: tuple[str, ...] | None
    teams: tuple[str, ...] | None
    grants: tuple[str, ...]
    active: bool
    made_at: str
    disabled_at: str | None


class SessionShown(Model):
    """Where somebody is signed in."""

    id: str
    person: str
    began: str
    seen: str
    """The last use, to the minute."""
    until: str
    address: str
    device: str
    current: bool
    """Whether this is asked with it."""


class KeyShown(Model):
    """An API key without its secret."""

    id: str
    name: str
    person: str | None
    permissions: tuple[str, ...]
    clients: tuple[str, ...] | None
    made_by: str
    made_at: str
    until: str | None
    used_at: str | None
    revoked_at: str | None


class AuditShown(Model):
    """An entry of the audit log."""

    id: int
    at: str
    kind: str
    by: str
    role: str
    act: str
    result: str
    on: dict[str, str]
    source: str
    code: str | None


def me_of(principal: Principal) -> Me:
    """Who asks."""
    return Me(
        id=principal.id,
        name=principal.name,
        role=principal.role,
        permissions=tuple(sorted(principal.permissions)),
        clients=_sorted(principal.clients),
        teams=_sorted(principal.teams),
        agent=principal.agent,
        second_factor_needed=principal.is_pending,
    )


def person_of(person: Person) -> PersonShown:
    """Somebody."""
    return PersonShown(
        id=person.id,
        name=person.name,
        role=person.role,
        email=person.email,
        language=person.language,
        agent=person.agent,
        clients=_sorted(person.clients),
        teams=_sorted(person.teams),
        grants=tuple(sorted(person.grants)),
        active=person.is_active,
        made_at=moment(person.made_at) or "",
        disabled_at=moment(person.disabled_at),
    )


def session_of(session: Session, current: str | None = None) -> SessionShown:
    """A session."""
    return SessionShown(
        id=session.id,
        person=session.person,
        began=moment(session.made_at) or "",
        seen=moment(session.seen_at) or "",
        until=moment(session.until) or "",
        address=session.address,
        device=session.device,
        current=session.id == current,
    )


def key_of(key: ApiKey) -> KeyShown:
    """An API key."""
    return KeyShown(
        id=key.id,
        name=key.name,
        person=key.person,
        permissions=tuple(sorted(key.permissions)),
        clients=_sorted(key.clients),
        made_by=key.made_by,
        made_at=moment(key.made_at) or "",
        until=moment(key.until),
        used_at=moment(key.used_at),
        revoked_at=moment(key.revoked_at),
    )


def entry_of(entry: AuditEntry) -> AuditShown:
    """An entry of the log."""
    return AuditShown(
        id=entry.id,
        at=datetime.fromtimestamp(entry.ts, UTC).isoformat(timespec="milliseconds"),
        kind=entry.type.removeprefix("audit."),
        by=entry.by,
        role=entry.role,
        act=entry.act,
        result=entry.result,
        on=dict(entry.on),
        source=entry.source,
        code=entry.code,
    )


def moment(unix: float | None) -> str | None:
    """Unix seconds as a moment in UTC."""
    return None if unix is None else datetime.fromtimestamp(unix, UTC).isoformat(timespec="seconds")


def _sorted(scope: frozenset[str] | None) -> tuple[str, ...] | None:
    return None if scope is None else tuple(sorted(scope))
