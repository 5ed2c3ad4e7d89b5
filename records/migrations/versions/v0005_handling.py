"""What agents spent on calls of queues stands with the reservation. `records rebuild` fills in what was before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_SUMS = ("talked", "held", "wrapped")


def upgrade() -> None:
    """Room for it."""
    with op.batch_alter_table("reservation") as batch:
        batch.add_column(sa.Column("through_at", sa.BigInteger))
        for name in _SUMS:
            batch.add_column(sa.Column(name, sa.Float, nullable=False, server_default="0"))


def downgrade() -> None:
    """Without."""
    with op.batch_alter_table("reservation") as batch:
        for name in ("through_at", *_SUMS):
            batch.drop_column(name)
