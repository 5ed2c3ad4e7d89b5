"""The index of agents' events holds these alone, and no longer an empty entry for each event of a contact."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Made anew with less in it."""
    op.drop_index("event_agent_ts", "event")
    alone = sa.text("agent IS NOT NULL")
    op.create_index("event_agent_ts", "event", ["agent", "ts"], sqlite_where=alone, postgresql_where=alone)


def downgrade() -> None:
    """With all."""
    op.drop_index("event_agent_ts", "event")
    op.create_index("event_agent_ts", "event", ["agent", "ts"])
