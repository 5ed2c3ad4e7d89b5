"""How a day's events are hashed stands with the day; those that began before are of version 1."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Room for it."""
    op.add_column("chain_day", sa.Column("version", sa.Integer, nullable=False, server_default="1"))


def downgrade() -> None:
    """Without."""
    op.drop_column("chain_day", "version")
