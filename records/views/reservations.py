"""Reservations: each agent who was held for a wait of the contact, whether the phone rang, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.views import tables
from records.views.fields import last_seen, number, real, seconds, span, text, whole
from records.views.queue_visits import present

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records.views.contact_state import Change, ContactState
    from records.views.fields import Data, Row

_SPENT = {"talking": "talked", "hold": "held"}
"""The columns that add up an agent's segments."""


def _created(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    name = text(data, "reservation")
    if not name or name in state.reservations:
        return
    visit = present(state)
    state.reservations[name] = state.add(
        tables.reservation,
        id=name,
        contact=state.contact["id"],
        visit=visit["visit"] if visit is not None else None,
        client=state.contact["client"],
        queue=text(data, "queue"),
        agent=text(data, "agent"),
        created_at=at,
        talked=0.0,
        held=0.0,
        wrapped=0.0,
    )


def _ringing(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    row = _named(state, data)
    if row is not None and row["ringing_at"] is None:
        row["ringing_at"] = at


def _ended(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    row = _named(state, data)
    if row is None or row["ended_at"] is not None:
        return
    row["ended_at"], row["result"] = at, text(data, "result")
    ring = real(data, "ring")
    row["rang"] = ring if ring is not None or row["ringing_at"] is None else span(row["ringing_at"], at)


def _named(state: ContactState, data: Data) -> Row | None:
    row = state.reservations.get(text(data, "reservation") or "")
    if row is not None:
        state.touch(tables.reservation, row)
    return row


def _leg_invited(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    """The call to the agent's phone."""
    agent = text(data, "agent")
    for row in state.reservations.values() if agent else ():
        if row["agent"] == agent and row["leg"] is None and row["ended_at"] is None:
            row["leg"] = leg
            state.touch(tables.reservation, row)


def _leg_ended(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    for row in state.reservations.values():
        if leg is not None and row["leg"] == leg and row["status"] is None:
            row["status"] = whole(data, "status")
            if row["result"] == "answered":
                row["through_at"] = last_seen(data, at)
            state.touch(tables.reservation, row)


def spent(state: ContactState, leg: str, kind: str, lasted: float) -> None:
    """The agent whose leg this is has talked with the caller, or let the caller wait."""
    column = _SPENT.get(kind)
    if column is None:
        return
    for row in state.reservations.values():
        if row["leg"] == leg and row["result"] == "answered":
            row[column] = seconds(row[column]) + lasted
            state.touch(tables.reservation, row)


def wrapped_up(state: ContactState, agent: str | None, lasted: float) -> None:
    """An agent is done with the work after the call: of the last time that he or she took it."""
    taken = [
        row for row in state.reservations.values() if row["agent"] == agent and row["result"] == "answered"
    ]
    if taken:
        row = max(taken, key=lambda each: (number(each["ended_at"]), str(each["id"])))
        row["wrapped"] = seconds(row["wrapped"]) + lasted
        state.touch(tables.reservation, row)


def finish(state: ContactState, at: int) -> None:
    """The contact is over: what nobody ended was broken off."""
    for row in state.reservations.values():
        if row["result"] == "answered" and row["through_at"] is None:
            row["through_at"] = at
            state.touch(tables.reservation, row)
        if row["ended_at"] is None:
            row["ended_at"], row["result"] = at, "failed"
            row["rang"] = span(row["ringing_at"], at) if row["ringing_at"] is not None else None
            state.touch(tables.reservation, row)


ON: Mapping[str, Change] = {
    "reservation.created": _created,
    "reservation.ringing": _ringing,
    "reservation.ended": _ended,
    "leg.invited": _leg_invited,
    "leg.ended": _leg_ended,
}
"""What each event means for them."""
