"""Cases: opened by people and by what callers left, moved by the table of states, with a history that only grows.

Each change is one transaction with its entry of the history; a change names the version that it was made from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from base.machine import Machine
from records.cases import clock, tables
from records.cases.belongings import add_number, customer_of
from records.cases.case import CASE, COMPLAINT, Case, Urgency, next_look, shaped
from records.cases.errors import ChangedMeanwhile, NoTerm, NotInThisState
from records.cases.finding import case_row, link_contact
from records.cases.history import changing
from records.cases.numbering import draw
from records.cases.states import CASE as LIFE
from records.cases.states import TO_REACH, CaseEffect, CaseState, ClockInput
from records.cases.writing import FIELDS, columns, told, write
from records.moments import stored, unix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from base.ids import Ids
    from records.cases.customers import Customers
    from records.cases.history import Change, Entry
    from records.cases.terms import Terms
    from records.database import Database

_TRIES = 5
"""How often it is tried anew where something came from somebody else at the same moment."""
_CLOCK_INPUTS = {
    CaseEffect.PAUSE_CLOCK: ClockInput.PAUSE,
    CaseEffect.RUN_CLOCK: ClockInput.RESUME,
    CaseEffect.ANSWER: ClockInput.ANSWER,
}
_TOLD_AS = {CaseState.CLOSED: "case.closed", CaseState.REOPENED: "case.reopened"}


class Cases:
    """Their store. Everything waits for the database: call it in threads."""

    def __init__(
        self,
        database: Database,
        ids: Ids,
        clock: Callable[[], float],
        terms: Callable[[], Terms],
        customers: Customers,
    ) -> None:
        """`clock` tells Unix time, `terms` the terms that are in force."""
        self._database = database
        self._ids = ids
        self._clock = clock
        self._terms = terms
        self._customers = customers

    def open(
        self,
        client: str,
        by: str,
        *,
        kind: str = CASE,
        number: str | None = None,
        contact: str | None = None,
        origin: str | None = None,
        received: float | None = None,
        **fields: Any,
    ) -> tuple[Case, list[Entry]]:
        """Open one, and give what is to be told; `fields` as of `edit`. What came from an `origin` stays one case.

        The customer is found, or made, by the `number` (E.164) unless named. A complaint's term runs from when it was
        `received`. Raises NoTerm for a complaint of a client company that has none.
        """
        values = columns(fields)
        for _ in range(_TRIES):
            try:
                with self._change(by) as change:
                    found = _by_origin(change, origin)
                    if found is None:
                        own = self._new(change, client, kind, received, values)
                        own["origin"] = origin
                        found = self._keep(change, own, number, contact)
                    return shaped(case_row(change.connection, found)), change.entries
            except IntegrityError:
                continue  # the number of the case was drawn before, or the origin or customer came at this moment
        raise ChangedMeanwhile("somebody else opens cases of this customer at the same moment: try again")

    def edit(self, wanted: str, version: int, by: str, **fields: Any) -> tuple[Case, list[Entry]]:
        """Change what is given: texts (None empties them), urgency, due_at and follow_up_at (Unix time).

        Raises CaseNotFound, ChangedMeanwhile.
        """
        values = columns(fields)
        with self._change(by) as change:
            row = case_row(change.connection, wanted)
            write(change, row, version, values)
            change.tell("case.changed", row["client"], told(row, values), case_id=row["id"])
            return shaped(case_row(change.connection, row["id"])), change.entries

    def move(
        self, wanted: str, to: CaseState, by: str, *, version: int | None = None
    ) -> tuple[Case, list[Entry]]:
        """Bring it into another state. Raises CaseNotFound, NotInThisState, ChangedMeanwhile."""
        with self._change(by) as change:
            row = case_row(change.connection, wanted)
            machine = Machine(LIFE)
            machine.state = before = CaseState(row["state"])
            step = TO_REACH.get(to)
            if step is None or not machine.can(step):
                raise NotInThisState(_refused(before, to, row["id"]))
            values: dict[str, Any] = {}
            for effect in machine.fire(step):
                values |= self._carried_out(effect, change, row)
            write(change, row, row["version"] if version is None else version, {**values, "state": to.value})
            moved = {"from": before.value, "to": to.value}
            change.tell(_TOLD_AS.get(to, "case.moved"), row["client"], moved, case_id=row["id"])
            return shaped(case_row(change.connection, row["id"])), change.entries

    def become(self, origin: str, kind: str, by: str, **fields: Any) -> list[Entry] | None:
        """What came from an `origin` is of another kind: a message that belongs to a case; None where nothing came."""
        values = {**columns(fields), "kind": kind}
        with self._change(by) as change:
            known = _by_origin(change, origin)
            if known is None:
                return None
            row = case_row(change.connection, known)
            if row["kind"] != kind:
                write(change, row, row["version"], values)
                change.tell("case.changed", row["client"], told(row, values), case_id=known)
            return change.entries

    def withdraw(self, origin: str, by: str) -> list[Entry]:
        """Nothing was left after all: what came from there is closed, unless somebody has begun with it."""
        with self._change(by) as change:
            known = _by_origin(change, origin)
        if known is None:
            return []
        try:
            return self.move(known, CaseState.CLOSED, by, version=1)[1]
        except (ChangedMeanwhile, NotInThisState):
            return []

    def link(self, wanted: str, contact: str, by: str) -> tuple[Case, list[Entry]]:
        """A contact was about this case. Raises CaseNotFound."""
        with self._change(by) as change:
            row = case_row(change.connection, wanted)
            if link_contact(change.connection, row["id"], contact):
                change.tell("case.linked", row["client"], case_id=row["id"], contact=contact)
            return shaped(row), change.entries

    def _change(self, by: str) -> AbstractContextManager[Change]:
        return changing(self._database, by, self._clock())

    def _carried_out(self, effect: CaseEffect, change: Change, row: Mapping[str, Any]) -> dict[str, Any]:
        match effect:
            case CaseEffect.MARK_CLOSED:
                return {"closed_at": change.at}
            case CaseEffect.COUNT_REOPENED:
                return {"reopened": row["reopened"] + 1, "closed_at": None}
            case _:
                return clock.fire(
                    self._terms(),
                    row,
                    _CLOCK_INPUTS[effect],
                    unix(change.at),
                    lambda kind, data: change.tell(kind, row["client"], data, case_id=row["id"]),
                )

    def _new(
        self, change: Change, client: str, kind: str, received: float | None, values: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The row of a case that begins."""
        own: dict[str, Any] = {
            **dict.fromkeys(FIELDS),
            "id": draw(self._ids),
            "kind": kind,
            "client": client,
            "urgency": int(Urgency.NORMAL),
            "state": CaseState.OPEN.value,
            "opened_at": change.at,
            "opened_by": change.by,
            "changed_at": change.at,
            "reopened": 0,
            "due_told": False,
            "follow_up_told": False,
            "clock": None,
            "answer_by": None,
            "version": 1,
            **values,
        }
        if kind == COMPLAINT:
            term = self._terms().term(client, own["reason"])
            if term is None:
                raise NoTerm(
                    f"the file of {client} says nothing of complaints: add complaints: {{answer_within: ...}}"
                )
            since = unix(change.at) if received is None else received
            own |= clock.begun(self._terms(), term, client, since)
        own["next_at"] = next_look(own)
        return own

    def _keep(self, change: Change, own: dict[str, Any], number: str | None, contact: str | None) -> str:
        """Write it, with its customer and contact."""
        client, connection = own["client"], change.connection
        if own["customer"] is None and number is not None:
            customer = customer_of(connection, client, number)
            if customer is None:
                customer = self._customers.make(change, client, language=own["language"])
                add_number(change, client, customer, number)
            own["customer"] = customer
        connection.execute(insert(tables.case).values(**own))
        if contact is not None:
            link_contact(connection, own["id"], contact)
        said = {name: own[name] for name in ("kind", "reason", "owner", "team", "reference")}
        said["urgency"] = Urgency(own["urgency"]).word
        if own["answer_by"] is not None:
            said["answer_by"] = round(unix(own["answer_by"]))
        told_as = "case.opened" if own["origin"] is None else "case.filed"
        change.tell(told_as, client, said, case_id=own["id"], contact=contact)
        return str(own["id"])


def due(database: Database, now: float, limit: int = 200) -> list[str]:
    """The cases that want to be looked at, the longest due first."""
    table = tables.case
    query = select(table.c.id).where(table.c.next_at <= stored(now)).order_by(table.c.next_at).limit(limit)
    with database.read() as connection:
        return list(connection.execute(query).scalars())


def _by_origin(change: Change, origin: str | None) -> str | None:
    if origin is None:
        return None
    table = tables.case
    return change.connection.execute(select(table.c.id).where(table.c.origin == origin)).scalar()


def _refused(state: CaseState, to: CaseState, case_id: str) -> str:
    able = [each.value for each, step in TO_REACH.items() if (state, step) in LIFE.rows]
    return f"the case {case_id} is {state.value}: it can become {', '.join(able)}, not {to.value}"
