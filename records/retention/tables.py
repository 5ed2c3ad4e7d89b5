"""The tables of retention: what is held, and how far deletion has come."""

from __future__ import annotations

from sqlalchemy import Index, Table

from records.columns import keys, moments, texts
from records.schema import metadata

legal_hold = Table(
    "legal_hold",
    metadata,
    *keys("id"),
    *texts("kind", "subject", "label", nullable=False),
    *texts("client"),
    *texts("reason", "made_by", nullable=False),
    *moments("made_at", nullable=False),
    *moments("until"),
    *texts("released_by"),
    *moments("released_at"),
    Index("legal_hold_subject", "kind", "subject"),
)
"""`kind` is contact, customer or client. Of a customer `subject` is a keyed hash of the number, and `label` its end."""

retention_mark = Table(
    "retention_mark",
    metadata,
    *keys("client", "kind"),
    *moments("until", nullable=False),
)
"""What of a client company began before `until` is deleted; what is held stops it. No `client` is the house."""
