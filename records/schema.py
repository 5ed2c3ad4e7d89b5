"""The ledger's tables: append-only events, and contacts and legs derived from them.

Times are whole microseconds since 1970 UTC, durations are seconds. Everything in `contact` and `leg` can be
rebuilt from `event`. The tables are made and changed by the migrations; this is their present form, for
reading.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, Table, Text

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

contact = Table(
    "contact",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client", Text),
    Column("profile", Text),
    Column("trunk", Text),
    Column("account", Text),
    Column("ani", Text),
    Column("dnis", Text),
    Column("language", Text),
    Column("started_at", BigInteger, nullable=False),
    Column("answered_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("outcome", Text),
    Column("ended_by", Text),
    Column("status", Integer),
    Column("cause", Integer),
    Column("queue", Text),
    Column("agents", Text, nullable=False),
    Column("waited", Float, nullable=False),
    Column("talked", Float, nullable=False),
    Column("queued_since", BigInteger),
    Column("bridged_since", BigInteger),
    Column("last_n", Integer, nullable=False),
    Column("last_ts", BigInteger, nullable=False),
    Index("contact_started_at", "started_at"),
    Index("contact_client_started_at", "client", "started_at"),
    Index("contact_ended_at", "ended_at"),
)

leg = Table(
    "leg",
    metadata,
    Column("id", Text, primary_key=True),
    Column("contact", Text, nullable=False),
    Column("role", Text),
    Column("direction", Text),
    Column("peer", Text),
    Column("sip_call_id", Text),
    Column("agent", Text),
    Column("codec", Text),
    Column("invited_at", BigInteger, nullable=False),
    Column("ringing_at", BigInteger),
    Column("answered_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("held", Float, nullable=False),
    Column("holds", Integer, nullable=False),
    Column("held_since", BigInteger),
    Column("ended_by", Text),
    Column("status", Integer),
    Column("cause", Integer),
    Column("reason", Text),
    Column("rtp", Text),
    Index("leg_contact", "contact"),
    Index("leg_sip_call_id", "sip_call_id"),
)
