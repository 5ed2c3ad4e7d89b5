"""Webhooks, how far each has come, and what could not be delivered. Times are whole microseconds since 1970 UTC."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from records.schema import metadata

_ROW_NUMBER = BigInteger().with_variant(Integer, "sqlite")

webhook = Table(
    "webhook",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("types", Text, nullable=False),  # JSON: patterns of types; empty is all
    Column(
        "clients", Text
    ),  # JSON: the client companies it is told of; none is all, and what is of no company
    Column("personal", Boolean, nullable=False),
    Column("batch", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("cursor", BigInteger, nullable=False),  # what was delivered, or given up
    Column("upto", BigInteger),  # the end of the delivery that failed and is tried again
    Column("tries", Integer, nullable=False),
    Column("failing_since", BigInteger),
    Column("next_try", BigInteger),
    Column("failure", Text),
    Column("paused", Text),  # why nothing is delivered; none while it is
    Column("dead_in_a_row", Integer, nullable=False),
    Column("delivered_at", BigInteger),
)

webhook_dead = Table(
    "webhook_dead",
    metadata,
    Column("id", _ROW_NUMBER, primary_key=True),
    Column("webhook", Text, nullable=False),
    Column("after", BigInteger, nullable=False),  # events after this cursor
    Column("upto", BigInteger, nullable=False),  # up to this one
    Column("events", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("failure", Text, nullable=False),
    Column("first_try", BigInteger, nullable=False),
    Column("died_at", BigInteger, nullable=False),
    Index("webhook_dead_webhook", "webhook", "id"),
)
