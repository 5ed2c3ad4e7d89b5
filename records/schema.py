"""The ledger's tables: append-only events. What is derived from them stands in records.views.tables.

Times are whole microseconds since 1970 UTC. The tables are made and changed by the migrations; this is their present
form, for reading.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text

metadata = MetaData()

# SQLite gives row numbers without a sequence only to a column that is exactly INTEGER PRIMARY KEY.
_ROW_NUMBER = BigInteger().with_variant(Integer, "sqlite")

event = Table(
    "event",
    metadata,
    Column("id", _ROW_NUMBER, primary_key=True),
    Column("contact", Text, nullable=False),
    Column("n", Integer, nullable=False),
    Column("leg", Text),
    Column("ts", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("data", Text, nullable=False),
    Index("event_contact_n", "contact", "n", unique=True),
)

agent_event = Table(
    "agent_event",
    metadata,
    Column("id", _ROW_NUMBER, primary_key=True),
    Column("agent", Text),
    Column("ts", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("data", Text, nullable=False),
    Index("agent_event_agent_ts", "agent", "ts"),
)
