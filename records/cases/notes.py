"""Notes: what people write of a contact, a case or a customer. They are added and never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from records.cases import tables
from records.cases.case import Note, note_shaped
from records.cases.finding import case_row
from records.cases.history import changing
from records.errors import ContactNotFound
from records.texts import cleaned
from records.views import tables as views

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from base.ids import Ids
    from records.cases.history import Change, Entry
    from records.database import Database


class Notes:
    """Their store. Everything waits for the database: call it in threads."""

    def __init__(self, database: Database, ids: Ids, clock: Callable[[], float]) -> None:
        """`clock` tells Unix time."""
        self._database = database
        self._ids = ids
        self._clock = clock

    def on_case(
        self, wanted: str, text: str, by: str, *, contact: str | None = None
    ) -> tuple[Note, list[Entry]]:
        """Of a case, maybe written during a contact. Raises CaseNotFound."""
        with self._change(by) as change:
            row = case_row(change.connection, wanted)
            made = self._add(
                change, row["client"], text, contact=contact, case_id=row["id"], customer=row["customer"]
            )
            change.tell("case.noted", row["client"], {"note": made.id}, case_id=row["id"], contact=contact)
            return made, change.entries

    def on_contact(self, contact: str, text: str, by: str) -> tuple[Note, list[Entry]]:
        """Of a contact; it is its customer's, too. Raises ContactNotFound."""
        table, linked = views.contact, tables.customer_contact
        with self._change(by) as change:
            asked = select(table.c.client, linked.c.customer).where(table.c.id == contact)
            joined = asked.outerjoin_from(table, linked, linked.c.contact == table.c.id)
            found = change.connection.execute(joined).first()
            if found is None:
                raise ContactNotFound(f"no contact {contact!r}")
            customer = found.customer
            made = self._add(change, found.client or "", text, contact=contact, customer=customer)
            change.tell("note.added", made.client, {"note": made.id}, contact=contact, customer=customer)
            return made, change.entries

    def on_customer(self, customer: str, client: str, text: str, by: str) -> tuple[Note, list[Entry]]:
        """Of a customer of a client company."""
        with self._change(by) as change:
            made = self._add(change, client, text, customer=customer)
            change.tell("note.added", client, {"note": made.id}, customer=customer)
            return made, change.entries

    def _change(self, by: str) -> AbstractContextManager[Change]:
        return changing(self._database, by, self._clock())

    def _add(
        self,
        change: Change,
        client: str,
        text: str,
        *,
        contact: str | None = None,
        case_id: str | None = None,
        customer: str | None = None,
    ) -> Note:
        row = {
            "id": self._ids.new(),
            "client": client,
            "contact": contact,
            "case_id": case_id,
            "customer": customer,
            "at": change.at,
            "by": change.by,
            "text": cleaned(text),
        }
        change.connection.execute(insert(tables.note).values(**row))
        return note_shaped(row)
