"""The ledger's own tables: append-only events, their chain by day, and the keys of what is sealed in them.

Times are whole microseconds since 1970 UTC. What is derived from events stands in records.views.tables. The tables are
made and changed by the migrations; this is their present form.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()

# SQLite gives row numbers without a sequence only to a column that is exactly INTEGER PRIMARY KEY.
ROW_NUMBER = BigInteger().with_variant(Integer, "sqlite")

event = Table(
    "event",
    metadata,
    Column("id", ROW_NUMBER, primary_key=True),
    Column("node", Text, nullable=False),
    Column("day", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("contact", Text),
    Column("n", Integer),
    Column("agent", Text),
    Column("leg", Text),
    Column("ts", BigInteger, nullable=False),
    Column("offset_us", BigInteger),
    Column("type", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("sealed", LargeBinary),
    Column("hash", LargeBinary, nullable=False),
    Index("event_chain", "node", "day", "seq", unique=True),
    Index("event_contact_n", "contact", "n", unique=True),
    Index("event_agent_ts", "agent", "ts"),
)
"""`contact` and `n` (its number within it, from 1) are empty for events of no contact, `agent` for all others."""

chain_day = Table(
    "chain_day",
    metadata,
    Column("node", Text, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("sealed_at", BigInteger),
    Column("signature", LargeBinary),
    Column("version", Integer, nullable=False, server_default="1"),
)
"""A day of one node's chain: how many events, the head of the day before, its own head; signed once it is over.

`version` is how its events are hashed, see records.ledger.chain.
"""

contact_key = Table(
    "contact_key",
    metadata,
    Column("contact", Text, primary_key=True),
    Column("key", LargeBinary),
    Column("made_at", BigInteger, nullable=False),
    Column("shredded_at", BigInteger),
)
"""What opens the personal part of a contact's events; without it, that part is gone for ever."""

spill_read = Table(
    "spill_read",
    metadata,
    Column("node", Text, primary_key=True),
    Column("file", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
)
"""How far a node's journal of an outage has been read into the tables, in bytes."""
