"""Webhooks, how far each has come, and the deliveries that were given up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "webhook",
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("url", "about", "types")),
        sa.Column("clients", sa.Text),
        sa.Column("personal", sa.Boolean, nullable=False),
        sa.Column("batch", sa.Integer, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("upto", sa.BigInteger),
        sa.Column("tries", sa.Integer, nullable=False),
        *(sa.Column(name, sa.BigInteger) for name in ("failing_since", "next_try")),
        *(sa.Column(name, sa.Text) for name in ("failure", "paused")),
        sa.Column("dead_in_a_row", sa.Integer, nullable=False),
        sa.Column("delivered_at", sa.BigInteger),
    )
    op.create_table(
        "webhook_dead",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("webhook", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("after", "upto")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("events", "tries")),
        sa.Column("failure", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("first_try", "died_at")),
    )
    op.create_index("webhook_dead_webhook", "webhook_dead", ["webhook", "id"])


def downgrade() -> None:
    """Away with them."""
    op.drop_index("webhook_dead_webhook", "webhook_dead")
    op.drop_table("webhook_dead")
    op.drop_table("webhook")
