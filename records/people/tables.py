"""The tables of people. Times are whole microseconds since 1970 UTC; lists are JSON. No secret stands here as it is."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ColumnElement, Index, LargeBinary, Table, Text, text

from records.schema import event, metadata

MICROSECONDS = 1_000_000

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("email", Text),
    Column("language", Text),
    Column("agent", Text),
    Column("clients", Text),
    Column("teams", Text),
    Column("grants", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
)

person_proof = Table(
    "person_proof",
    metadata,
    Column("person", Text, primary_key=True),
    Column("password", Text),
    Column("password_at", BigInteger),
    Column("second_factor", LargeBinary),
    Column("second_factor_at", BigInteger),
    Column("second_factor_step", BigInteger),
)
"""Apart from `person`, so that nobody who lists people reads hashes."""

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("person", Text, primary_key=True),
    Column("hash", Text, primary_key=True),
    Column("used_at", BigInteger),
)

invitation = Table(
    "invitation",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index("invitation_person", "person"),
)

session = Table(
    "session",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("id", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("address", Text, nullable=False),
    Column("device", Text, nullable=False),
    Index("session_person", "person"),
    Index("session_until", "until"),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("person", Text),
    Column("permissions", Text, nullable=False),
    Column("clients", Text),
    Column("made_by", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("until", BigInteger),
    Column("used_at", BigInteger),
    Column("revoked_at", BigInteger),
    Index("api_key_person", "person"),
)

AUDITED = "substr(type, 1, 6) = 'audit.'"
"""Which events are the audit log, letter by letter as its index has it: only then the database uses that."""
Index("event_audit", event.c.id, sqlite_where=text(AUDITED), postgresql_where=text(AUDITED))


def is_audit(type_: Column[str]) -> ColumnElement[bool]:
    """Whether an event belongs to the audit log, by the column of its type."""
    return type_.startswith("audit.")


def stored(moment: float) -> int:
    """Unix seconds as a column holds them."""
    return round(moment * MICROSECONDS)


def read(column: int | None) -> float | None:
    """A column as Unix seconds."""
    return None if column is None else column / MICROSECONDS
