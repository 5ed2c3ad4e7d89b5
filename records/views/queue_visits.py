"""Visits of queues: each wait of the contact in one queue, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.views import tables
from records.views.fields import real, seconds, span, text, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records.views.contact_state import Change, ContactState
    from records.views.fields import Data, Row

UNSAID = "system"
"""The result of a visit of which nobody told how it ended."""


def present(state: ContactState) -> Row | None:
    """The visit that goes on."""
    row = state.visits[-1] if state.visits else None
    return row if row is not None and row["left_at"] is None else None


def _joined(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    contact = state.contact
    _end(state, at, UNSAID, None)
    contact["queue"] = text(data, "queue") or contact["queue"]
    row = state.add(
        tables.queue_visit,
        contact=contact["id"],
        visit=len(state.visits) + 1,
        client=contact["client"],
        queue=text(data, "queue"),
        language=contact["language"],
        reason=contact["reason"],
        joined_at=at,
        priority=whole(data, "priority"),
        position=whole(data, "position"),
        estimate=real(data, "estimate"),
        place_kept=state.ongoing.pop("place_kept", False),
        is_callback=contact["initiation"] == "callback",
    )
    state.visits.append(row)


def _place_regained(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    state.ongoing["place_kept"] = True  # told before the queue is joined


def _left(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    _end(state, at, text(data, "reason") or UNSAID, real(data, "waited"))


def _reservation_ended(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    row = present(state)
    if row is not None and data.get("result") == "answered":
        row["agent"] = text(data, "agent")
        state.touch(tables.queue_visit, row)


def finish(state: ContactState, at: int) -> None:
    """The contact is over."""
    _end(state, at, UNSAID, None)


def _end(state: ContactState, at: int, result: str, waited: float | None) -> None:
    row = present(state)
    if row is None:
        return
    lasted = span(row["joined_at"], at) if waited is None else max(0.0, waited)
    row["left_at"], row["result"], row["waited"] = at, result, lasted
    state.contact["waited"] = seconds(state.contact["waited"]) + lasted
    state.touch(tables.queue_visit, row)


ON: Mapping[str, Change] = {
    "queue.place_regained": _place_regained,
    "queue.joined": _joined,
    "reservation.ended": _reservation_ended,
    "queue.left": _left,
}
"""What each event means for them."""
