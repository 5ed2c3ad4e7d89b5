"""Customers, cases and notes; answers to surveys. `records rebuild` fills in those that were given before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_TABLES = (
    "survey_answer", "note", "case_event", "case_contact", "customer_case", "customer_contact",
    "customer_reference", "customer_number", "customer",
)  # fmt: skip
_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make them."""
    _customers()
    _cases()
    _case_parts()
    _derived()


def downgrade() -> None:
    """Back to before: own truth is lost with them."""
    for table in _TABLES:
        op.drop_table(table)


def _customers() -> None:
    op.create_table(
        "customer",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("client", sa.Text, nullable=False),
        *_texts("name", "notes", "language", "merged_into"),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("customer_client", "customer", ["client"])
    for name in ("number", "reference"):
        op.create_table(
            f"customer_{name}",
            sa.Column("client", sa.Text, primary_key=True),
            sa.Column(name, sa.Text, primary_key=True),
            sa.Column("customer", sa.Text, nullable=False),
        )
        op.create_index(f"customer_{name}_customer", f"customer_{name}", ["customer"])
    op.create_index("customer_number_number", "customer_number", ["number"])
    op.create_index("customer_reference_reference", "customer_reference", ["reference"])
    op.create_table(
        "customer_contact",
        sa.Column("contact", sa.Text, primary_key=True),
        sa.Column("customer", sa.Text, nullable=False),
    )
    op.create_index("customer_contact_customer", "customer_contact", ["customer", "contact"])


def _cases() -> None:
    op.create_table(
        "customer_case",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("client", sa.Text, nullable=False),
        *_texts(
            "customer", "reason", "title", "owner", "team", "language", "reference", "tracking", "origin"
        ),
        sa.Column("urgency", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("opened_by", sa.Text, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        *_moments("closed_at", "due_at", "follow_up_at"),
        sa.Column("follow_up_note", sa.Text),
        sa.Column("reopened", sa.Integer, nullable=False),
        sa.Column("due_told", sa.Boolean, nullable=False),
        sa.Column("follow_up_told", sa.Boolean, nullable=False),
        *_texts("clock", "term"),
        *_moments("received_at", "answer_by", "warn_at", "answered_at"),
        sa.Column("days_left", sa.Integer),
        *_moments("next_at"),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("customer_case_client_opened_at", "customer_case", ["client", "opened_at"])
    op.create_index("customer_case_state_opened_at", "customer_case", ["state", "opened_at"])
    for name in ("opened_at", "owner", "customer", "reference", "tracking", "next_at", "answer_by"):
        op.create_index(f"customer_case_{name}", "customer_case", [name])
    op.create_index("customer_case_origin", "customer_case", ["origin"], unique=True)


def _case_parts() -> None:
    op.create_table(
        "case_contact",
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("contact", sa.Text, primary_key=True),
    )
    op.create_index("case_contact_contact", "case_contact", ["contact"])
    op.create_table(
        "case_event",
        sa.Column("id", _ROW_NUMBER, primary_key=True),
        *_texts("case_id", "customer"),
        sa.Column("client", sa.Text, nullable=False),
        *_texts("contact"),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
    )
    op.create_index("case_event_case", "case_event", ["case_id", "id"])
    op.create_index("case_event_customer", "case_event", ["customer", "id"])
    op.create_index("case_event_told", "case_event", ["told", "id"])
    op.create_table(
        "note",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("client", sa.Text, nullable=False),
        *_texts("contact", "case_id", "customer"),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    for name in ("contact", "case_id", "customer"):
        op.create_index(f"note_{name.removesuffix('_id')}", "note", [name])


def _derived() -> None:
    op.create_table(
        "survey_answer",
        sa.Column("contact", sa.Text, primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        *_texts("client", "language", "queue", "agent", "menu", "question"),
        sa.Column("score", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Integer) for name in ("least", "most")),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("survey_answer_at", "survey_answer", ["at"])
    op.create_index("survey_answer_client_at", "survey_answer", ["client", "at"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text) for name in names]


def _moments(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger) for name in names]
