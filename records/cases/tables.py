"""The tables of customers and cases: own truth, each change of which is told to the ledger.

Times are whole microseconds since 1970 UTC. `version` grows with each change: whoever changes what somebody else has
changed meanwhile is refused. What tells of a person stands in PERSONAL.
"""

from __future__ import annotations

from sqlalchemy import Index, Table

from records.columns import keys, moments, numbers, row_number, texts, truths
from records.schema import metadata

customer = Table(
    "customer",
    metadata,
    *keys("id"),
    *texts("client", nullable=False),
    *texts("name", "notes", "language", "merged_into"),
    *moments("created_at", nullable=False),
    *texts("created_by", nullable=False),
    *numbers("version", nullable=False),
    Index("customer_client", "client"),
)
"""Somebody who calls a client company. One that was merged only points to the one that took over all it had."""

customer_number = Table(
    "customer_number",
    metadata,
    *keys("client", "number"),
    *texts("customer", nullable=False),
    Index("customer_number_customer", "customer"),
    Index("customer_number_number", "number"),
)
"""Telephone numbers (E.164), each of one customer of a client company."""

customer_reference = Table(
    "customer_reference",
    metadata,
    *keys("client", "reference"),
    *texts("customer", nullable=False),
    Index("customer_reference_customer", "customer"),
    Index("customer_reference_reference", "reference"),
)
"""How the client company itself calls its customers."""

customer_contact = Table(
    "customer_contact",
    metadata,
    *keys("contact"),
    *texts("customer", nullable=False),
    Index("customer_contact_customer", "customer", "contact"),
)
"""Whose visit a contact was, by the number that it came from."""

case = Table(
    "customer_case",
    metadata,
    *keys("id"),
    *texts("kind", "client", nullable=False),
    *texts("customer", "reason", "title", "owner", "team", "language", "reference", "tracking", "origin"),
    *numbers("urgency", nullable=False),
    *texts("state", nullable=False),
    *moments("opened_at", nullable=False),
    *texts("opened_by", nullable=False),
    *moments("changed_at", nullable=False),
    *moments("closed_at", "due_at", "follow_up_at"),
    *texts("follow_up_note"),
    *numbers("reopened", nullable=False),
    *truths("due_told", "follow_up_told", nullable=False),
    *texts("clock", "term"),
    *moments("received_at", "answer_by", "warn_at", "answered_at"),
    *numbers("days_left"),
    *moments("next_at"),
    *numbers("version", nullable=False),
    Index("customer_case_client_opened_at", "client", "opened_at"),
    Index("customer_case_state_opened_at", "state", "opened_at"),
    Index("customer_case_opened_at", "opened_at"),
    Index("customer_case_owner", "owner"),
    Index("customer_case_customer", "customer"),
    Index("customer_case_reference", "reference"),
    Index("customer_case_tracking", "tracking"),
    Index("customer_case_next_at", "next_at"),
    Index("customer_case_answer_by", "answer_by"),
    Index("customer_case_origin", "origin", unique=True),
)
"""What is to be done for a customer. `kind` is case, complaint or message (a spoken one); `origin` is where a caller
left it, so that it is taken once; `reference` is what the caller was told, or the client company's own name for it.

Of complaints `clock` is running, paused, met or missed; `term` what the client company has to keep, as JSON;
`answer_by` when it is over, `days_left` the days that were left when the clock was paused. `next_at` is when the case
wants to be looked at again: a date that passes, a warning.
"""

case_contact = Table(
    "case_contact",
    metadata,
    *keys("case_id", "contact"),
    Index("case_contact_contact", "contact"),
)
"""The contacts that a case is about."""

case_event = Table(
    "case_event",
    metadata,
    row_number(),
    *texts("case_id", "customer"),
    *texts("client", nullable=False),
    *texts("contact"),
    *moments("at", nullable=False),
    *texts("by", "type", "data", nullable=False),
    *truths("told", nullable=False),
    Index("case_event_case", "case_id", "id"),
    Index("case_event_customer", "customer", "id"),
    Index("case_event_told", "told", "id"),
)
"""What was done to cases and customers, append-only and without anything personal; `told`: to the ledger, too."""

note = Table(
    "note",
    metadata,
    *keys("id"),
    *texts("client", nullable=False),
    *texts("contact", "case_id", "customer"),
    *moments("at", nullable=False),
    *texts("by", "text", nullable=False),
    Index("note_contact", "contact"),
    Index("note_case", "case_id"),
    Index("note_customer", "customer"),
)
"""What people wrote of a contact, a case or a customer. Notes are not changed: who erred writes another."""

PERSONAL = (
    customer.c.name,
    customer.c.notes,
    customer_number.c.number,
    customer_reference.c.reference,
    case.c.title,
    case.c.follow_up_note,
    note.c.text,
)
"""The columns that tell of a person."""
