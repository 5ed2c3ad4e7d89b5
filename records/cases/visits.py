"""What is known of the contact in which a caller left something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from records.views.tables import contact

if TYPE_CHECKING:
    from records.database import Database


@dataclass(frozen=True, slots=True)
class Visit:
    """One contact."""

    client: str | None
    ani: str | None
    language: str | None
    tracking: str | None


def visit(database: Database, wanted: str) -> Visit | None:
    """A contact by its id. Waits for the database."""
    query = select(contact.c.client, contact.c.ani, contact.c.language, contact.c.tracking)
    with database.read() as connection:
        found = connection.execute(query.where(contact.c.id == wanted)).first()
    return None if found is None else Visit(*found)
