"""The legs of a contact: each party's dialog, from its INVITE to who ended it and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from base.compact import compact
from records.views import tables
from records.views.fields import last_seen, number, real, seconds, span, text, whole
from records.views.quality import mean_opinion

if TYPE_CHECKING:
    from collections.abc import Callable

    from records.views.contact_state import Change, ContactState
    from records.views.fields import Data, Row

_DESCRIBED = (
    "role", "direction", "peer", "sip_call_id", "agent", "trunk", "account", "transport", "remote", "user_agent",
    "from_tag",
)  # fmt: skip
"""Columns that are told at the beginning."""


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
    for name in _DESCRIBED:
        row[name] = text(data, name)


def _ringing(state: ContactState, row: Row, at: int, data: Data) -> None:
    _first_sign(row, at)
    if row["ringing_at"] is None:
        row["ringing_at"] = at


def _early_media(state: ContactState, row: Row, at: int, data: Data) -> None:
    _first_sign(row, at)


def _first_sign(row: Row, at: int) -> None:
    """Of whom we call: how long it took until anything was known of the far end."""
    if row["pdd"] is None and row["direction"] == "out":
        row["pdd"] = span(row["invited_at"], at)


def _answered(state: ContactState, row: Row, at: int, data: Data) -> None:
    _first_sign(row, at)
    if row["answered_at"] is None:
        row["answered_at"] = at
        _rang(row, at)
    row["codec"] = text(data, "codec") or row["codec"]
    for name in ("to_tag", "user_agent"):
        row[name] = text(data, name) or row[name]
    row["secured"] = text(data, "srtp") or row["secured"]


def _rang(row: Row, at: int) -> None:
    if row["ringing_at"] is not None:
        row["rang"] = span(row["ringing_at"], at)


def _secured(state: ContactState, row: Row, at: int, data: Data) -> None:
    row["secured"] = text(data, "suite") or row["secured"]


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
    if row["answered_at"] is None:
        _rang(row, ended_at)
    row["ended_by"], row["reason"] = text(data, "ended_by"), text(data, "reason")
    row["status"], row["cause"] = whole(data, "status"), whole(data, "cause")
    _count(row, data.get("rtp"))


def _count(row: Row, counters: object) -> None:
    row["rtp"] = compact(counters) if counters else None
    if isinstance(counters, Mapping):
        row["lost"], row["jitter_ms"] = whole(counters, "lost"), real(counters, "jitter_ms")
        row["digits_in"], row["digits_out"] = whole(counters, "digits_in"), whole(counters, "digits_out")
        codec = row["codec"]
        row["mos"] = mean_opinion(codec if isinstance(codec, str) else None, counters)


_ON_ROW: Mapping[str, Callable[[ContactState, Row, int, Data], None]] = {
    "leg.invited": _invited,
    "leg.ringing": _ringing,
    "leg.early_media": _early_media,
    "leg.answered": _answered,
    "leg.secured": _secured,
    "leg.held": _held,
    "leg.resumed": _resumed,
    "leg.ended": _ended,
}


def _on(change: Callable[[ContactState, Row, int, Data], None]) -> Change:
    def take(state: ContactState, at: int, leg: str | None, data: Data) -> None:
        if leg is not None:
            change(state, row_of(state, leg, at), at, data)

    return take


ON: Mapping[str, Change] = {kind: _on(change) for kind, change in _ON_ROW.items()}
"""What each event means for its leg."""
