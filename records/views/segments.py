"""Segments: what the customer, and everybody who served them, did from when to when.

The customer's partition the contact: one begins where the one before ended. Those of the others tell how long a phone
rang for the customer, how long its party talked with the customer, let them wait, and wrapped up afterwards. They talk
while a bridge joins them with somebody who is there; hold is a bridge of two in which one holds, or the wait while an
agent holds or consults.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.moments import MICROSECONDS
from records.views import reservations, tables
from records.views.fields import last_seen, number, real, seconds, text
from records.views.going_on import CHANGES, WAITS, bridge_of, is_there

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from records.views.contact_state import Change, ContactState
    from records.views.fields import Column, Data, Row

CUSTOMER, AGENT = "customer", "agent"
_OWN = ""
"""Where the customer's open segment is kept among those of the legs."""
_SUMS = {"menu": "in_menu", "ringing": "rang", "talking": "talked", "hold": "held"}
"""The contact's columns that add up the customer's segments."""


def _settle(state: ContactState, at: int) -> None:
    """Close the segments that are over, begin those that began."""
    customer = state.ongoing.get("customer")
    bridge = bridge_of(state, customer)
    _count_alone(state, at, customer, bridge)
    _turn(state, at, _OWN, customer, _customers(state, customer, bridge))
    for leg in sorted(state.legs):  # in an order that does not depend on how they came here
        row = state.legs[leg]
        if leg == customer or row["ended_at"] is not None:
            if leg in state.open:
                _close(state, leg, at)
        else:
            _turn(state, at, leg, leg, _others(state, leg, row, bridge))


def _customers(state: ContactState, customer: str | None, bridge: list[str]) -> str:
    going_on = state.ongoing
    if bridge:
        return _kind_in(state, bridge)
    if "hold" in going_on or "consult" in going_on:
        return "hold"
    if "menu" in going_on or "capture" in going_on:
        return "menu"
    if "queue" in going_on:
        return "queue"
    return "ringing" if any(_rings(row) for row in state.legs.values()) else "other"


def _kind_in(state: ContactState, bridge: list[str]) -> str:
    """Of two, one who holds hears nothing, and the other music; more than two go on without."""
    holders = state.ongoing.get("holders", ())
    return "hold" if len(bridge) == 2 and any(leg in holders for leg in bridge) else "talking"


def _rings(row: Row) -> bool:
    return row["direction"] == "out" and row["answered_at"] is None and row["ended_at"] is None


def _others(state: ContactState, leg: str, row: Row, bridge: list[str]) -> str | None:
    if row["answered_at"] is None:
        return "ringing" if row["ringing_at"] is not None else None
    if leg in bridge:
        return _kind_in(state, bridge)
    return "hold" if any(state.ongoing.get(each) == leg for each in WAITS) else "other"


def _turn(state: ContactState, at: int, place: str, leg: str | None, kind: str | None) -> None:
    """What a party does from now on."""
    queue = _queue_of(state, place, kind)
    found = state.open.get(place)
    if found is not None:
        is_same = found["kind"] == kind and found["queue"] == queue
        if is_same and found["leg"] == leg:
            return
        if kind is not None and (number(found["began_at"]) == at or (is_same and found["leg"] is None)):
            found["kind"], found["leg"], found["queue"] = kind, leg, queue
            state.touch(tables.segment, found)
            return
        _close(state, place, at)
    elif place == _OWN:
        at = number(state.contact["started_at"])
    if kind is not None:
        agent = state.legs[place]["agent"] if place != _OWN else None
        state.begin_segment(
            place,
            party=AGENT if place else CUSTOMER,
            agent=agent,
            leg=leg,
            kind=kind,
            queue=queue,
            began_at=at,
        )


def _queue_of(state: ContactState, place: str, kind: str | None) -> Column:
    """Of the customer while waiting there, of an agent who was reserved in it."""
    if place == _OWN:
        return state.contact["queue"] if kind == "queue" else None
    return next((row["queue"] for row in state.reservations.values() if row["leg"] == place), None)


def _close(state: ContactState, place: str, at: int) -> None:
    row = state.open.pop(place)
    lasted = (at - number(row["began_at"])) / MICROSECONDS
    row["ended_at"], row["seconds"] = at, lasted
    state.touch(tables.segment, row)
    if place == _OWN and (total := _SUMS.get(str(row["kind"]))):
        state.contact[total] = seconds(state.contact[total]) + lasted
    if place != _OWN:
        reservations.spent(state, place, str(row["kind"]), lasted)
    leg = state.legs.get(str(row["leg"]))
    if leg is not None and row["kind"] == "talking":
        leg["talked"] = seconds(leg["talked"]) + lasted
        state.touch(tables.leg, leg)


def _count_alone(state: ContactState, at: int, customer: str | None, bridge: list[str]) -> None:
    """How long the customer was joined with nobody: then the record of bridges and that of legs do not agree."""
    going_on = state.ongoing
    since = going_on.pop("alone_since", None)
    if since is not None:
        going_on["alone"] = going_on.get("alone", 0) + at - since
    is_joined = any(customer in each for each in going_on.get("bridges", ()))
    if is_joined and not bridge and customer is not None and is_there(state, customer):
        going_on["alone_since"] = at


def finish(state: ContactState, at: int) -> int:
    """The contact is over: close what is open. How many microseconds the customer was joined with nobody."""
    _count_alone(state, at, None, [])
    if _OWN not in state.open:
        _turn(state, at, _OWN, None, "other")
    for place in list(state.open):
        _close(state, place, max(at, number(state.open[place]["began_at"])))
    return int(state.ongoing.get("alone", 0))


def customers(state: ContactState) -> Iterator[Row]:
    """The customer's segments so far, in order."""
    return (row for row in state.segments if row["party"] == CUSTOMER)


def _wrapped_up(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    """The agent is done with what came after the call: told at its end, mostly after the contact's."""
    lasted = max(0.0, real(data, "seconds") or 0.0)
    row = state.begin_segment(
        None,
        party=AGENT,
        agent=text(data, "agent"),
        kind="wrap_up",
        queue=text(data, "queue"),
        began_at=at - round(lasted * MICROSECONDS),
    )
    row["ended_at"], row["seconds"] = at, lasted
    reservations.wrapped_up(state, text(data, "agent"), lasted)
    state.contact["wrapped"] = seconds(state.contact["wrapped"]) + lasted


def _settled(
    change: Change,
) -> Change:
    def take(state: ContactState, at: int, leg: str | None, data: Data) -> None:
        if not state.is_closed:
            change(state, at, leg, data)
            _settle(state, last_seen(data, at))

    return take


ON: Mapping[str, Change] = {
    **{kind: _settled(change) for kind, change in CHANGES.items()},
    "wrap_up.ended": _wrapped_up,
}
"""What each event means for what goes on, and with it for the segments."""
