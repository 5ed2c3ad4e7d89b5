"""Callbacks that were promised, and indices for figures of a day. `records rebuild` fills in what was before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "promise",
        sa.Column("reference", sa.Text, primary_key=True),
        sa.Column("contact", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("client", "queue", "language", "agent")),
        sa.Column("promised_at", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.BigInteger) for name in ("earliest", "latest", "ended_at")),
        sa.Column("result", sa.Text),
        sa.Column("kept_in", sa.Text),
    )
    op.create_index("promise_latest", "promise", ["latest"])
    op.create_index("reservation_ended_at", "reservation", ["ended_at"])
    op.create_index("contact_ani_started_at", "contact", ["ani", "started_at"])
    op.drop_index("contact_ani", "contact")


def downgrade() -> None:
    """Away with them."""
    op.create_index("contact_ani", "contact", ["ani"])
    op.drop_index("contact_ani_started_at", "contact")
    op.drop_index("reservation_ended_at", "reservation")
    op.drop_table("promise")
