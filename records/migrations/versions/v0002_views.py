"""What is derived from events: more of contacts and legs, and six tables from queue visits to recordings.

Of what was written before, `records rebuild` fills them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NEW = ("recording", "menu_step", "agent_span", "segment", "reservation", "queue_visit")


def upgrade() -> None:
    """Make them."""
    with op.batch_alter_table("contact") as batch:
        for column in _contact_columns():
            batch.add_column(column)
        batch.drop_column("queued_since")
        batch.drop_column("bridged_since")
    op.create_index("contact_ani", "contact", ["ani"])
    op.create_index("contact_queue_started_at", "contact", ["queue", "started_at"])
    op.create_index("contact_checked", "contact", ["checked"])
    with op.batch_alter_table("leg") as batch:
        for column in _leg_columns():
            batch.add_column(column)
    op.create_index("leg_agent_invited_at", "leg", ["agent", "invited_at"])
    _queue_visits()
    _reservations()
    _segments()
    _agent_spans()
    _menu_steps()
    _recordings()


def downgrade() -> None:
    """Back to contacts and legs."""
    for table in _NEW:
        op.drop_table(table)
    op.drop_index("leg_agent_invited_at", "leg")
    with op.batch_alter_table("leg") as batch:
        for column in _leg_columns():
            batch.drop_column(column.name)
    for index in ("contact_checked", "contact_queue_started_at", "contact_ani"):
        op.drop_index(index, "contact")
    with op.batch_alter_table("contact") as batch:
        for column in _contact_columns():
            batch.drop_column(column.name)
        batch.add_column(sa.Column("queued_since", sa.BigInteger))
        batch.add_column(sa.Column("bridged_since", sa.BigInteger))


def _contact_columns() -> list[sa.Column[object]]:
    return [
        *_text(
            "node", "direction", "initiation", "menu", "menu_version", "reason", "disposition", "identity"
        ),
        sa.Column("csat", sa.Float),
        *_text("tracking", "case_id", "previous", "next"),
        *_sums("rang", "held", "wrapped", "in_menu"),
        _count("transfers"),
        sa.Column("contained", sa.Boolean),
        sa.Column("length", sa.Float),
        sa.Column("checked", sa.Text),
        sa.Column("off_by", sa.Float),
        sa.Column("began_offset", sa.BigInteger),
        sa.Column("ongoing", sa.Text),
    ]


def _leg_columns() -> list[sa.Column[object]]:
    return [
        *_text("trunk", "account", "transport", "remote", "user_agent", "from_tag", "to_tag", "secured"),
        *_text("transferred_from", "transferred_to"),
        sa.Column("lost", sa.Integer),
        sa.Column("jitter_ms", sa.Float),
        sa.Column("mos", sa.Float),
        sa.Column("digits_in", sa.Integer),
        sa.Column("digits_out", sa.Integer),
        sa.Column("pdd", sa.Float),
        sa.Column("rang", sa.Float),
        *_sums("talked"),
    ]


def _queue_visits() -> None:
    op.create_table(
        "queue_visit",
        sa.Column("contact", sa.Text, primary_key=True),
        sa.Column("visit", sa.Integer, primary_key=True),
        *_text("client", "queue", "language", "reason"),
        sa.Column("joined_at", sa.BigInteger, nullable=False),
        sa.Column("left_at", sa.BigInteger),
        sa.Column("waited", sa.Float),
        *_text("result", "agent"),
        sa.Column("priority", sa.Integer),
        sa.Column("position", sa.Integer),
        sa.Column("estimate", sa.Float),
        sa.Column("place_kept", sa.Boolean, nullable=False),
        sa.Column("is_callback", sa.Boolean, nullable=False),
    )
    op.create_index("queue_visit_joined_at", "queue_visit", ["joined_at"])
    op.create_index("queue_visit_queue_joined_at", "queue_visit", ["queue", "joined_at"])
    op.create_index("queue_visit_client_joined_at", "queue_visit", ["client", "joined_at"])


def _reservations() -> None:
    op.create_table(
        "reservation",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("visit", sa.Integer),
        *_text("client", "queue", "agent", "leg"),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ringing_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("result", sa.Text),
        sa.Column("rang", sa.Float),
        sa.Column("status", sa.Integer),
    )
    op.create_index("reservation_contact", "reservation", ["contact"])
    op.create_index("reservation_created_at", "reservation", ["created_at"])
    op.create_index("reservation_agent_created_at", "reservation", ["agent", "created_at"])


def _segments() -> None:
    op.create_table(
        "segment",
        sa.Column("contact", sa.Text, primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("party", sa.Text, nullable=False),
        *_text("agent", "leg"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("queue", sa.Text),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("seconds", sa.Float),
    )
    op.create_index("segment_agent_began_at", "segment", ["agent", "began_at"])


def _agent_spans() -> None:
    op.create_table(
        "agent_span",
        sa.Column("agent", sa.Text, primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        *_text("status", "reason", "state", "contact", "client", "queue"),
    )
    op.create_index("agent_span_began_at", "agent_span", ["began_at"])
    op.create_index("agent_span_ended_at", "agent_span", ["ended_at", "agent"])


def _menu_steps() -> None:
    op.create_table(
        "menu_step",
        sa.Column("contact", sa.Text, primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        *_text("menu", "version", "step", "outcome"),
        sa.Column("entered_at", sa.BigInteger, nullable=False),
        sa.Column("left_at", sa.BigInteger),
        _count("noinputs"),
        _count("nomatches"),
    )
    op.create_index("menu_step_menu_entered_at", "menu_step", ["menu", "entered_at"])


def _recordings() -> None:
    op.create_table(
        "recording",
        sa.Column("contact", sa.Text, primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        *_text("leg", "client", "kind", "name", "file", "mailbox"),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("seconds", sa.Float),
        sa.Column("bytes", sa.BigInteger),
        *_text("masked", "sha256", "result"),
        sa.Column("sealed", sa.Boolean),
    )
    op.create_index("recording_began_at", "recording", ["began_at"])


def _text(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Text) for name in names]


def _sums(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Float, nullable=False, server_default="0") for name in names]


def _count(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")
