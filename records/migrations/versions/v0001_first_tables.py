"""The first tables: event, agent_event, contact, leg."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make them."""
    _events()
    _agent_events()
    _contacts()
    _legs()


def downgrade() -> None:
    """There is nothing before them."""
    for table in ("leg", "contact", "agent_event", "event"):
        op.drop_table(table)


def _events() -> None:
    op.create_table(
        "event",
        sa.Column("id", _ROW_NUMBER, primary_key=True),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("leg", sa.Text),
        sa.Column("ts", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_index("event_contact_n", "event", ["contact", "n"], unique=True)


def _agent_events() -> None:
    op.create_table(
        "agent_event",
        sa.Column("id", _ROW_NUMBER, primary_key=True),
        sa.Column("agent", sa.Text),
        sa.Column("ts", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_index("agent_event_agent_ts", "agent_event", ["agent", "ts"])


def _contacts() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.Text, primary_key=True),
        *(
            sa.Column(name, sa.Text)
            for name in ("client", "profile", "trunk", "account", "ani", "dnis", "language")
        ),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("outcome", sa.Text),
        sa.Column("ended_by", sa.Text),
        sa.Column("status", sa.Integer),
        sa.Column("cause", sa.Integer),
        sa.Column("queue", sa.Text),
        sa.Column("agents", sa.Text, nullable=False),
        sa.Column("waited", sa.Float, nullable=False),
        sa.Column("talked", sa.Float, nullable=False),
        sa.Column("queued_since", sa.BigInteger),
        sa.Column("bridged_since", sa.BigInteger),
        sa.Column("last_n", sa.Integer, nullable=False),
        sa.Column("last_ts", sa.BigInteger, nullable=False),
    )
    op.create_index("contact_started_at", "contact", ["started_at"])
    op.create_index("contact_client_started_at", "contact", ["client", "started_at"])
    op.create_index("contact_ended_at", "contact", ["ended_at"])


def _legs() -> None:
    op.create_table(
        "leg",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("contact", sa.Text, nullable=False),
        *(
            sa.Column(name, sa.Text)
            for name in ("role", "direction", "peer", "sip_call_id", "agent", "codec")
        ),
        sa.Column("invited_at", sa.BigInteger, nullable=False),
        sa.Column("ringing_at", sa.BigInteger),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("held", sa.Float, nullable=False),
        sa.Column("holds", sa.Integer, nullable=False),
        sa.Column("held_since", sa.BigInteger),
        sa.Column("ended_by", sa.Text),
        sa.Column("status", sa.Integer),
        sa.Column("cause", sa.Integer),
        sa.Column("reason", sa.Text),
        sa.Column("rtp", sa.Text),
    )
    op.create_index("leg_contact", "leg", ["contact"])
    op.create_index("leg_sip_call_id", "leg", ["sip_call_id"])
