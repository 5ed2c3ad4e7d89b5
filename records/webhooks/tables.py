"""Webhooks, how far each has come, and what could not be delivered. Times are whole microseconds since 1970 UTC."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table

from records.columns import keys, moments, numbers, row_number, texts, truths
from records.schema import metadata

webhook = Table(
    "webhook",
    metadata,
    *keys("id"),
    *texts("url", "about", "types", nullable=False),
    *texts("clients"),
    *truths("personal", nullable=False),
    *numbers("batch", nullable=False),
    *moments("made_at", nullable=False),
    *texts("made_by", nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("upto", BigInteger),
    *numbers("tries", nullable=False),
    *moments("failing_since", "next_try"),
    *texts("failure", "paused"),
    *numbers("dead_in_a_row", nullable=False),
    *moments("delivered_at"),
)
"""`types` are patterns of types as JSON, all if there are none; `clients`, as JSON, the client companies it is told of,
empty: all, and what is of no company. `cursor` is up to where it was delivered or given up, `upto` the end of the
delivery that failed and is tried again. `paused` says why nothing is delivered.
"""

webhook_dead = Table(
    "webhook_dead",
    metadata,
    row_number(),
    *texts("webhook", nullable=False),
    Column("after", BigInteger, nullable=False),
    Column("upto", BigInteger, nullable=False),
    *numbers("events", "tries", nullable=False),
    *texts("failure", nullable=False),
    *moments("first_try", "died_at", nullable=False),
    Index("webhook_dead_webhook", "webhook", "id"),
)
"""A delivery that was given up: the events after one cursor and up to another."""
