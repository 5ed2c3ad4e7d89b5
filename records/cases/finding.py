"""Cases looked up: by number, reference or tracking number; lists of what is open, waits, or belongs to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, desc, insert, or_, select, tuple_

from records.cases import tables
from records.cases.case import Case, CaseFile, Note, note_shaped, shaped
from records.cases.errors import CaseAmbiguous, CaseNotFound
from records.cases.history import history
from records.cases.numbering import read
from records.cases.states import OPEN_STATES, CaseState, ClockState
from records.moments import stored
from records.narrowing import matching

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Select

    from records.database import Database

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases; what is None or empty does not narrow."""

    clients: Collection[str] | None = None
    states: Collection[CaseState] = ()
    kind: str | None = None
    owner: str | None = None
    team: str | None = None
    customer: str | None = None
    reason: str | None = None
    without_owner: bool = False
    late_at: float | None = None
    """Those that are late at this moment (Unix time)."""
    clock: ClockState | None = None


ALL = Wanted()
OPEN = Wanted(states=OPEN_STATES)


class CaseFinder:
    """Questions about cases. Everything waits for the database: call it in threads."""

    def __init__(self, database: Database) -> None:
        """Reads only."""
        self._database = database

    def cases(
        self, wanted: Wanted = ALL, *, after: tuple[float, str] | None = None, limit: int = 100
    ) -> list[Case]:
        """The newest first, from behind one of this (opened_at, id)."""
        table = tables.case
        query = _narrowed(select(table), wanted)
        if after is not None:
            query = query.where(tuple_(table.c.opened_at, table.c.id) < (stored(after[0]), after[1]))
        query = query.order_by(desc(table.c.opened_at), desc(table.c.id)).limit(limit)
        with self._database.read() as connection:
            return [shaped(dict(row)) for row in connection.execute(query).mappings()]

    def complaints(self, wanted: Wanted = ALL, *, limit: int = 100) -> list[Case]:
        """Complaints, those first whose term ends first."""
        table = tables.case
        query = _narrowed(select(table), wanted).where(table.c.clock.is_not(None))
        query = query.order_by(table.c.answer_by, table.c.id).limit(limit)
        with self._database.read() as connection:
            return [shaped(dict(row)) for row in connection.execute(query).mappings()]

    def case(self, wanted: str, *, clients: Collection[str] | None = None) -> CaseFile:
        """One by its number, reference or tracking number, with all that belongs to it.

        Raises CaseNotFound, CaseAmbiguous.
        """
        contacts, notes = tables.case_contact, tables.note
        with self._database.read() as connection:
            found = shaped(case_row(connection, wanted, clients=clients))
            linked = select(contacts.c.contact).where(contacts.c.case_id == found.id)
            written = select(notes).where(notes.c.case_id == found.id).order_by(notes.c.at, notes.c.id)
            return CaseFile(
                found,
                tuple(connection.execute(linked.order_by(contacts.c.contact)).scalars()),
                tuple(note_shaped(dict(row)) for row in connection.execute(written).mappings()),
                tuple(history(connection, case_id=found.id)),
            )

    def notes(
        self,
        *,
        contact: str | None = None,
        customer: str | None = None,
        clients: Collection[str] | None = None,
    ) -> list[Note]:
        """What was written of a contact, or of a customer, in order."""
        table = tables.note
        which = table.c.contact == contact if contact is not None else table.c.customer == customer
        query = select(table).where(which, *matching(table, clients)).order_by(table.c.at, table.c.id)
        with self._database.read() as connection:
            return [note_shaped(dict(row)) for row in connection.execute(query).mappings()]


def case_row(
    connection: Connection, wanted: str, *, clients: Collection[str] | None = None
) -> dict[str, Any]:
    """The row of a case, by its number or by what a caller was told. Raises CaseNotFound, CaseAmbiguous."""
    table = tables.case
    number = read(wanted)
    names = [table.c.id == number] if number is not None else []
    for which in ([*names], [table.c.reference == wanted, table.c.tracking == wanted]):
        if not which:
            continue
        query = select(table).where(or_(*which), *matching(table, clients))
        rows = connection.execute(query.order_by(desc(table.c.opened_at)).limit(_SHOWN)).mappings().all()
        if len(rows) > 1:
            raise CaseAmbiguous(f"{wanted} names the cases {', '.join(row['id'] for row in rows)}")
        if rows:
            return dict(rows[0])
    raise CaseNotFound(f"no case is called {wanted}")


def link_contact(connection: Connection, case_id: str, contact: str) -> bool:
    """Note that a contact was about a case; False where that was known."""
    table = tables.case_contact
    known = select(table.c.contact).where(table.c.case_id == case_id, table.c.contact == contact)
    if connection.execute(known).scalar() is not None:
        return False
    connection.execute(insert(table).values(case_id=case_id, contact=contact))
    return True


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    table = tables.case
    same = {name: getattr(wanted, name) for name in ("kind", "owner", "team", "customer", "reason")}
    query = query.where(*matching(table, wanted.clients, **same))
    if wanted.states:
        query = query.where(table.c.state.in_([each.value for each in wanted.states]))
    if wanted.without_owner:
        query = query.where(table.c.owner.is_(None), table.c.team.is_(None))
    if wanted.clock is not None:
        query = query.where(table.c.clock == wanted.clock.value)
    if wanted.late_at is not None:
        now = stored(wanted.late_at)
        running = and_(table.c.clock == ClockState.RUNNING.value, table.c.answer_by < now)
        missed = table.c.clock == ClockState.MISSED.value
        query = query.where(table.c.closed_at.is_(None), or_(table.c.due_at < now, running, missed))
    return query
