"""Events of contacts and all others in one table, chained by node and day; room for sealed parts and their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

from records.ledger.chain import Head, day_of, link, start_of_day

if TYPE_CHECKING:
    from collections.abc import Iterator

revision = "0008"
down_revision = "0007"

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_NODE = "main"
"""The name of nodes before they had names."""
_AT_ONCE = 1_000


def upgrade() -> None:
    """Make them; what is there already is chained in the order of its times."""
    for name in ("event", "agent_event"):
        op.rename_table(name, f"{name}_before")
    op.drop_index("event_contact_n", "event_before")
    op.drop_index("event_audit", "event_before")
    op.drop_index("agent_event_agent_ts", "agent_event_before")
    _tables()
    _fill(op.get_bind())
    for name in ("event", "agent_event"):
        op.drop_table(f"{name}_before")
    op.create_index("event_chain", "event", ["node", "day", "seq"], unique=True)
    op.create_index("event_contact_n", "event", ["contact", "n"], unique=True)
    op.create_index("event_agent_ts", "event", ["agent", "ts"])
    audits = sa.text("substr(type, 1, 6) = 'audit.'")
    op.create_index("event_audit", "event", ["id"], sqlite_where=audits, postgresql_where=audits)


def downgrade() -> None:
    """Not offered: a chain that was cut would prove nothing."""
    raise NotImplementedError("the chain is not taken apart again")


def _tables() -> None:
    op.create_table(
        "event",
        sa.Column("id", _ROW_NUMBER, primary_key=True),
        sa.Column("node", sa.Text, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("contact", sa.Text),
        sa.Column("n", sa.Integer),
        sa.Column("agent", sa.Text),
        sa.Column("leg", sa.Text),
        sa.Column("ts", sa.BigInteger, nullable=False),
        sa.Column("offset_us", sa.BigInteger),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "chain_day",
        sa.Column("node", sa.Text, primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("previous", sa.LargeBinary, nullable=False),
        sa.Column("head", sa.LargeBinary, nullable=False),
        sa.Column("sealed_at", sa.BigInteger),
        sa.Column("signature", sa.LargeBinary),
    )
    op.create_table(
        "contact_key",
        sa.Column("contact", sa.Text, primary_key=True),
        sa.Column("key", sa.LargeBinary),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("shredded_at", sa.BigInteger),
    )
    op.create_table(
        "spill_read",
        sa.Column("node", sa.Text, primary_key=True),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
    )


def _fill(connection: sa.Connection) -> None:
    event = sa.table("event", *(sa.column(name) for name in _COLUMNS))
    day = sa.table("chain_day", *(sa.column(name) for name in ("node", "day", "count", "previous", "head")))
    head = Head()
    batch: list[dict[str, Any]] = []
    days: list[dict[str, Any]] = []
    for contact, n, agent, leg, ts, kind, data in _events(connection):
        if day_of(ts) > head.day:
            days += [_told(head)] if head.seq else []
            head = start_of_day(_NODE, day_of(ts), head)
        head = link(head, _NODE, contact, n, agent, leg, ts, None, kind, data, None)
        values = (_NODE, head.day, head.seq, contact, n, agent, leg, ts, kind, data, head.hash)
        batch.append(dict(zip(_COLUMNS, values, strict=True)))
        if len(batch) == _AT_ONCE:
            connection.execute(event.insert(), batch)
            batch = []
    if batch:
        connection.execute(event.insert(), batch)
    days += [_told(head)] if head.seq else []
    if days:
        connection.execute(day.insert(), days)


_COLUMNS = ("node", "day", "seq", "contact", "n", "agent", "leg", "ts", "type", "data", "hash")


def _told(head: Head) -> dict[str, Any]:
    return {
        "node": _NODE,
        "day": head.day,
        "count": head.seq,
        "previous": head.previous,
        "head": head.hash,
    }


def _events(connection: sa.Connection) -> Iterator[tuple[Any, ...]]:
    """Those of contacts and the others as one stream."""
    before = sa.text(
        "SELECT contact, n, NULL AS agent, leg, ts, type, data, id AS place, 0 AS which FROM event_before"
        " UNION ALL SELECT NULL, NULL, agent, NULL, ts, type, data, id, 1 FROM agent_event_before"
        " ORDER BY ts, which, place"
    )
    for row in connection.execute(before, execution_options={"yield_per": _AT_ONCE}):
        yield tuple(row[:7])
