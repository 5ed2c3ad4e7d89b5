"""Contacts and legs as the fold of their events: the same rows whether kept up or rebuilt from all of them.

Reads whatever an event holds without complaint: a missing or strange field leaves its column empty.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from records import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Column: TypeAlias = str | int | float | None
Row: TypeAlias = dict[str, Column]
Data: TypeAlias = "Mapping[str, object]"

MICROSECONDS = 1_000_000

_encode = json.JSONEncoder(separators=(",", ":")).encode

_CONTACT: Row = dict.fromkeys(schema.contact.columns.keys())
_LEG: Row = dict.fromkeys(schema.leg.columns.keys())


@dataclass(slots=True)
class ContactState:
    """One contact's row and its legs' rows, as of event `last_n`."""

    contact: Row
    legs: dict[str, Row] = field(default_factory=dict)


def new_contact(contact: str, ts: int) -> ContactState:
    """A contact of which nothing is known yet."""
    row = _CONTACT | {
        "id": contact,
        "started_at": ts,
        "agents": "",
        "waited": 0.0,
        "talked": 0.0,
        "last_n": 0,
        "last_ts": ts,
    }
    return ContactState(row)


def project(state: ContactState, leg: str | None, ts: int, kind: str, data: Data) -> int:
    """Fold one event into the rows; its number within the contact is returned."""
    n = _whole(state.contact["last_n"]) + 1
    state.contact["last_n"], state.contact["last_ts"] = n, ts
    if (
        leg is not None
        and (leg_row := _leg_row(state, leg, ts, kind)) is not None
        and (change := _ON_LEG.get(kind))
    ):
        change(state, leg_row, ts, data)
    if on_contact := _ON_CONTACT.get(kind):
        on_contact(state.contact, ts, data)
    return n


def _leg_row(state: ContactState, leg: str, ts: int, kind: str) -> Row | None:
    """The leg's row; only events about legs make one."""
    row = state.legs.get(leg)
    if row is None and kind in _ON_LEG:
        row = state.legs[leg] = _LEG | {
            "id": leg,
            "contact": state.contact["id"],
            "invited_at": ts,
            "held": 0.0,
            "holds": 0,
        }
    return row


# --- contact ---


def _opened(row: Row, ts: int, data: Data) -> None:
    row["started_at"] = ts
    for name in ("client", "profile", "trunk", "account", "ani", "dnis", "language"):
        row[name] = text(data, name)


def _routed(row: Row, ts: int, data: Data) -> None:
    row["client"] = text(data, "client") or row["client"]
    _language_set(row, ts, data)


def _language_set(row: Row, ts: int, data: Data) -> None:
    row["language"] = text(data, "language") or row["language"]


def _queue_joined(row: Row, ts: int, data: Data) -> None:
    _queue_over(row, ts)
    row["queue"], row["queued_since"] = text(data, "queue") or row["queue"], ts


def _queue_left(row: Row, ts: int, data: Data) -> None:
    waited = data.get("waited")
    if isinstance(waited, int | float) and not isinstance(waited, bool):
        row["waited"] = _real(row["waited"]) + waited
        row["queued_since"] = None
    _queue_over(row, ts)


def _queue_over(row: Row, ts: int) -> None:
    _add_span(row, "waited", "queued_since", ts)


def _bridge_began(row: Row, ts: int, data: Data) -> None:
    if row["bridged_since"] is None:
        row["bridged_since"] = ts


def _bridge_ended(row: Row, ts: int, data: Data) -> None:
    _add_span(row, "talked", "bridged_since", ts)


def _closed(row: Row, ts: int, data: Data) -> None:
    if row["ended_at"] is not None:
        return  # the first closing counts
    ended_at = last_seen(data, ts)
    _queue_over(row, ended_at)
    _bridge_ended(row, ended_at, data)
    row["ended_at"] = ended_at
    row["outcome"], row["ended_by"] = text(data, "outcome"), text(data, "ended_by")
    row["status"], row["cause"] = whole(data, "status"), whole(data, "cause")


_ON_CONTACT: dict[str, Callable[[Row, int, Data], None]] = {
    "contact.opened": _opened,
    "contact.routed": _routed,
    "language.set": _language_set,
    "queue.joined": _queue_joined,
    "queue.left": _queue_left,
    "bridge.began": _bridge_began,
    "bridge.ended": _bridge_ended,
    "contact.closed": _closed,
}


# --- leg ---


def _leg_invited(state: ContactState, row: Row, ts: int, data: Data) -> None:
    row["invited_at"] = ts
    for name in ("role", "direction", "peer", "sip_call_id", "agent"):
        row[name] = text(data, name)


def _leg_ringing(state: ContactState, row: Row, ts: int, data: Data) -> None:
    if row["ringing_at"] is None:
        row["ringing_at"] = ts


def _leg_answered(state: ContactState, row: Row, ts: int, data: Data) -> None:
    if row["answered_at"] is None:
        row["answered_at"] = ts
    row["codec"] = text(data, "codec") or row["codec"]
    if row["role"] == "caller" and state.contact["answered_at"] is None:
        state.contact["answered_at"] = ts
    if row["agent"]:
        agents = str(state.contact["agents"] or "").split()
        if row["agent"] not in agents:
            state.contact["agents"] = " ".join([*agents, str(row["agent"])])


def _leg_held(state: ContactState, row: Row, ts: int, data: Data) -> None:
    if row["held_since"] is None:
        row["held_since"], row["holds"] = ts, _whole(row["holds"]) + 1


def _leg_resumed(state: ContactState, row: Row, ts: int, data: Data) -> None:
    _add_span(row, "held", "held_since", ts)


def _leg_ended(state: ContactState, row: Row, ts: int, data: Data) -> None:
    if row["ended_at"] is not None:
        return
    ended_at = last_seen(data, ts)
    _add_span(row, "held", "held_since", ended_at)
    row["ended_at"] = ended_at
    row["ended_by"], row["reason"] = text(data, "ended_by"), text(data, "reason")
    row["status"], row["cause"] = whole(data, "status"), whole(data, "cause")
    counters = data.get("rtp")
    row["rtp"] = _encode(counters) if counters else None


_ON_LEG: dict[str, Callable[[ContactState, Row, int, Data], None]] = {
    "leg.invited": _leg_invited,
    "leg.ringing": _leg_ringing,
    "leg.answered": _leg_answered,
    "leg.held": _leg_held,
    "leg.resumed": _leg_resumed,
    "leg.ended": _leg_ended,
}


# --- reading event data ---


def text(data: Data, name: str) -> str | None:
    """A text field, fit for any database: half surrogates and NUL from the wire are replaced."""
    value = data.get(name)
    if value is None or (isinstance(value, str) and value.isascii() and "\0" not in value):
        return value
    return str(value).replace("\0", "�").encode("utf-8", "replace").decode("utf-8")


def whole(data: Data, name: str) -> int | None:
    """A whole number of at most 31 bits, which a SIP status and a Q.850 cause are."""
    value = data.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 31 else None


def last_seen(data: Data, ts: int) -> int:
    """When it truly ended: an interrupted contact or leg is closed long after its last sign of life."""
    value = data.get("last_seen")
    return (
        round(value * MICROSECONDS)
        if isinstance(value, int | float) and 0 < value * MICROSECONDS <= ts
        else ts
    )


def _add_span(row: Row, total: str, since: str, until: int) -> None:
    """Add the running span to its total, in seconds; a clock set back adds nothing."""
    began = row[since]
    if began is not None:
        row[total] = _real(row[total]) + max(0, until - _whole(began)) / MICROSECONDS
        row[since] = None


def _whole(value: Column) -> int:
    return value if isinstance(value, int) else 0


def _real(value: Column) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
