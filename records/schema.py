"""The ledger's own tables: append-only events, their chain by day, and the keys of what is sealed in them.

Times are whole microseconds since 1970 UTC. What is derived from events stands in records.views.tables. The tables are
made and changed by the migrations; this is their present form.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, text

from records.columns import blobs, keys, moments, numbers, row_number, texts

metadata = MetaData()

OF_AGENTS = text("agent IS NOT NULL")
"""An index over all events would have an empty entry for nearly each of them."""

event = Table(
    "event",
    metadata,
    row_number(),
    *texts("node", nullable=False),
    *numbers("day", "seq", nullable=False),
    *texts("contact"),
    *numbers("n"),
    *texts("agent", "leg"),
    *moments("ts", nullable=False),
    *moments("offset_us"),
    *texts("type", "data", nullable=False),
    *blobs("sealed"),
    *blobs("hash", nullable=False),
    Index("event_chain", "node", "day", "seq", unique=True),
    Index("event_contact_n", "contact", "n", unique=True),
    Index("event_agent_ts", "agent", "ts", sqlite_where=OF_AGENTS, postgresql_where=OF_AGENTS),
)
"""`contact` and `n` (its number within it, from 1) are empty for events of no contact, `agent` for all others."""

chain_day = Table(
    "chain_day",
    metadata,
    *keys("node"),
    Column("day", Integer, primary_key=True),
    *numbers("count", nullable=False),
    *blobs("previous", "head", nullable=False),
    *moments("sealed_at"),
    *blobs("signature"),
    Column("version", Integer, nullable=False, server_default="1"),
)
"""A day of one node's chain: how many events, the head of the day before, its own head; signed once it is over.

`version` is how its events are hashed, see records.ledger.chain.
"""

contact_key = Table(
    "contact_key",
    metadata,
    *keys("contact"),
    *blobs("key"),
    *moments("made_at", nullable=False),
    *moments("shredded_at"),
)
"""What opens the personal part of a contact's events; without it, that part is gone for ever."""

spill_read = Table(
    "spill_read",
    metadata,
    *keys("node"),
    *texts("file", nullable=False),
    Column("position", BigInteger, nullable=False),
)
"""How far a node's journal of an outage has been read into the tables, in bytes."""
