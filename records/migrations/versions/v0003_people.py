"""People: who they are, how they prove it, sessions, API keys; and a quick way to the audit log among the events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TABLES = ("api_key", "session", "invitation", "recovery_code", "person_proof", "person")


def upgrade() -> None:
    """Make them."""
    _people()
    _sessions()
    _keys()
    where = sa.text("substr(type, 1, 6) = 'audit.'")
    op.create_index("event_audit", "event", ["id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Back to before."""
    op.drop_index("event_audit", "event")
    for table in _TABLES:
        op.drop_table(table)


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("email", "language", "agent", "clients", "teams")),
        sa.Column("grants", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("disabled_at", sa.BigInteger),
    )
    op.create_table(
        "person_proof",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("password", sa.Text),
        sa.Column("password_at", sa.BigInteger),
        sa.Column("second_factor", sa.LargeBinary),
        sa.Column("second_factor_at", sa.BigInteger),
        sa.Column("second_factor_step", sa.BigInteger),
    )
    op.create_table(
        "recovery_code",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_table(
        "invitation",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_index("invitation_person", "invitation", ["person"])


def _sessions() -> None:
    op.create_table(
        "session",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
    )
    op.create_index("session_person", "session", ["person"])
    op.create_index("session_until", "session", ["until"])


def _keys() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("person", sa.Text),
        sa.Column("permissions", sa.Text, nullable=False),
        sa.Column("clients", sa.Text),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("used_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
    )
    op.create_index("api_key_person", "api_key", ["person"])
