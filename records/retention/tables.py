"""The tables of retention: what is held, and how far deletion has come."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, Text

from records.schema import metadata

MICROSECONDS = 1_000_000

legal_hold = Table(
    "legal_hold",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("client", Text),
    Column("reason", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("until", BigInteger),
    Column("released_by", Text),
    Column("released_at", BigInteger),
    Index("legal_hold_subject", "kind", "subject"),
)
"""`kind` is contact, customer or client. Of a customer `subject` is a keyed hash of the number, and `label` its end."""

retention_mark = Table(
    "retention_mark",
    metadata,
    Column("client", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
)
"""What of a client company began before `until` is deleted; what is held stops it. No `client` is the house."""
