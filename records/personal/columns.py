"""The personal columns of what is derived from events, in one place: they are cleared with a contact's key.

Rebuilding leaves them empty as well, since the events of an erased contact do not tell them any more. What people keep
by hand, such as customers and notes, is erased with the person: see records.retention.keeping.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from records.views import tables

if TYPE_CHECKING:
    from sqlalchemy import Table


class Personal(NamedTuple):
    """What one table has of a contact's person."""

    table: Table
    contact: str
    """The column that names the contact."""
    columns: tuple[str, ...]


DERIVED = (
    Personal(tables.contact, "id", ("ani",)),
    Personal(tables.leg, "contact", ("peer", "sip_call_id", "remote", "user_agent")),
)
"""Of contacts there are `dnis` and what agents noted besides: see `clearing`."""

MARK = "contact.erased"
"""The event that erases: whoever writes it into the ledger destroys the contact's key with it."""


def clearing(mark: str) -> tuple[str, ...]:
    """The statements, each with one contact as its value, that leave nothing personal in derived tables."""
    found = [
        f"UPDATE {each.table.name} SET {', '.join(f'{name} = NULL' for name in each.columns)}"
        f" WHERE {each.contact} = {mark}"
        for each in DERIVED
    ]
    # What one of our own phones dialled is somebody's number; what callers dialled is ours.
    found.append(f"UPDATE contact SET dnis = NULL WHERE account IS NOT NULL AND id = {mark}")
    found.append(f"UPDATE note SET text = '' WHERE contact = {mark}")
    return tuple(found)
