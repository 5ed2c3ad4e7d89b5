"""The legs of a contact: each party's dialog, from its INVITE to who ended it and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from records.views import tables
from records.views.fields import last_seen, number, seconds, span, text, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from records.views.contact_state import ContactState
    from records.views.fields import Data, Row

_encode = json.JSONEncoder(separators=(",", ":")).encode


def row_of(state: ContactState, leg: str, at: int) -> Row:
    """The leg's row, made where it has none."""
    row = state.legs.get(leg)
    if row is None:
        row = state.legs[leg] = state.add(
            tables.leg, id=leg, contact=state.contact["id"], invited_at=at, held=0.0, holds=0, talked=0.0
        )
    else:
        state.touch(tables.leg, row)
    return row


def _invited(state: ContactState, row: Row, at: int, data: Data) -> None:
    row["invited_at"] = at
    for name in ("role", "direction", "peer", "sip_call_id", "agent"):
        row[name] = text(data, name)


def _ringing(state: ContactState, row: Row, at: int, data: Data) -> None:
    if row["ringing_at"] is None:
        row["ringing_at"] = at


def _answered(state: ContactState, row: Row, at: int, data: Data) -> None:
    contact = state.contact
    if row["answered_at"] is None:
        row["answered_at"] = at
    row["codec"] = text(data, "codec") or row["codec"]
    if row["role"] == "caller" and contact["answered_at"] is None:
        contact["answered_at"] = at
    if row["agent"]:
        agents = str(contact["agents"] or "").split()
        if row["agent"] not in agents:
            contact["agents"] = " ".join([*agents, str(row["agent"])])


def _held(state: ContactState, row: Row, at: int, data: Data) -> None:
    if row["held_since"] is None:
        row["held_since"], row["holds"] = at, number(row["holds"]) + 1


def _resumed(state: ContactState, row: Row, at: int, data: Data) -> None:
    _hold_over(row, at)


def _hold_over(row: Row, at: int) -> None:
    row["held"] = seconds(row["held"]) + span(row["held_since"], at)
    row["held_since"] = None


def _ended(state: ContactState, row: Row, at: int, data: Data) -> None:
    if row["ended_at"] is not None:
        return
    ended_at = last_seen(data, at)
    _hold_over(row, ended_at)
    row["ended_at"] = ended_at
    row["ended_by"], row["reason"] = text(data, "ended_by"), text(data, "reason")
    row["status"], row["cause"] = whole(data, "status"), whole(data, "cause")
    counters = data.get("rtp")
    row["rtp"] = _encode(counters) if counters else None


_ON_ROW: Mapping[str, Callable[[ContactState, Row, int, Data], None]] = {
    "leg.invited": _invited,
    "leg.ringing": _ringing,
    "leg.answered": _answered,
    "leg.held": _held,
    "leg.resumed": _resumed,
    "leg.ended": _ended,
}


def _on(
    change: Callable[[ContactState, Row, int, Data], None],
) -> Callable[[ContactState, int, str | None, Data], None]:
    def take(state: ContactState, at: int, leg: str | None, data: Data) -> None:
        if leg is not None:
            change(state, row_of(state, leg, at), at, data)

    return take


ON: Mapping[str, Callable[[ContactState, int, str | None, Data], None]] = {
    kind: _on(change) for kind, change in _ON_ROW.items()
}
"""What each event means for its leg."""
