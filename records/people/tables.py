"""The tables of people. Times are whole microseconds since 1970 UTC; lists are JSON. No secret stands here as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Index, Table, text

from records.columns import blobs, keys, moments, texts
from records.schema import event, metadata

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

person = Table(
    "person",
    metadata,
    *keys("id"),
    *texts("name", "role", nullable=False),
    *texts("email", "language", "agent", "clients", "teams"),
    *texts("grants", nullable=False),
    *moments("made_at", nullable=False),
    *moments("disabled_at"),
)

person_proof = Table(
    "person_proof",
    metadata,
    *keys("person"),
    *texts("password"),
    *moments("password_at"),
    *blobs("second_factor"),
    *moments("second_factor_at"),
    Column("second_factor_step", BigInteger),
)
"""Apart from `person`, so that nobody who lists people reads hashes."""

recovery_code = Table(
    "recovery_code",
    metadata,
    *keys("person", "hash"),
    *moments("used_at"),
)

invitation = Table(
    "invitation",
    metadata,
    *keys("hash"),
    *texts("person", "made_by", nullable=False),
    *moments("until", nullable=False),
    *moments("used_at"),
    Index("invitation_person", "person"),
)

session = Table(
    "session",
    metadata,
    *keys("hash"),
    *texts("id", "person", nullable=False),
    *moments("made_at", "seen_at", "until", nullable=False),
    *moments("ended_at"),
    *texts("address", "device", nullable=False),
    Index("session_person", "person"),
    Index("session_until", "until"),
)

api_key = Table(
    "api_key",
    metadata,
    *keys("id"),
    *texts("hash", "name", nullable=False),
    *texts("person"),
    *texts("permissions", nullable=False),
    *texts("clients"),
    *texts("made_by", nullable=False),
    *moments("made_at", nullable=False),
    *moments("until", "used_at", "revoked_at"),
    Index("api_key_person", "person"),
)

AUDITED = "substr(type, 1, 6) = 'audit.'"
"""Which events are the audit log, letter by letter as its index has it: only then the database uses that."""
Index("event_audit", event.c.id, sqlite_where=text(AUDITED), postgresql_where=text(AUDITED))


def is_audit(type_: Column[str]) -> ColumnElement[bool]:
    """Whether an event belongs to the audit log, by the column of its type."""
    return type_.startswith("audit.")
