"""Callbacks that were promised: by when, and what became of each.

Their events stand in the contact in which they were promised, long after it is over; a promise that did not come to its
good end is kept at hand there, since it may be taken up again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.moments import stored
from records.views import tables
from records.views.fields import real, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from records.views.contact_state import ContactState
    from records.views.fields import Column, Data, Row


def _promised(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    reference = text(data, "reference")
    if reference is None:
        return
    contact = state.contact
    if state.ongoing.get("promises", {}).get(reference) is not None:
        return  # told twice
    row = state.add(
        tables.promise,
        reference=reference,
        contact=contact["id"],
        client=text(data, "client") or contact["client"],
        queue=text(data, "queue"),
        language=text(data, "language") or contact["language"],
        promised_at=at,
        earliest=stored(real(data, "earliest")),
        latest=stored(real(data, "latest")),
    )
    _keep(state, row)


def _kept(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    row = _row(state, data)
    if row is None:
        return
    row["agent"], row["kept_in"] = text(data, "agent"), text(data, "contact")
    row["ended_at"], row["result"] = at, "late" if data.get("late") is True else "kept"
    promises = state.ongoing["promises"]
    del promises[row["reference"]]
    if not promises:
        del state.ongoing["promises"]


def _reopened(state: ContactState, at: int, leg: str | None, data: Data) -> None:
    row = _row(state, data)
    if row is not None:
        row["ended_at"] = row["result"] = None
        row["earliest"] = stored(real(data, "earliest")) or row["earliest"]
        row["latest"] = stored(real(data, "latest")) or row["latest"]
        _keep(state, row)


def _ended(result: str) -> Callable[[ContactState, int, str | None, Data], None]:
    def change(state: ContactState, at: int, leg: str | None, data: Data) -> None:
        row = _row(state, data)
        if row is not None:
            row["ended_at"], row["result"] = at, result
            _keep(state, row)

    return change


def _row(state: ContactState, data: Data) -> Row | None:
    reference = text(data, "reference")
    kept: Mapping[str, Column] | None = state.ongoing.get("promises", {}).get(reference)
    if kept is None:
        return None
    return state.changed_row(tables.promise, "reference", reference) or state.add(tables.promise, **kept)


def _keep(state: ContactState, row: Row) -> None:
    state.ongoing.setdefault("promises", {})[row["reference"]] = dict(row)


ON: Mapping[str, Callable[[ContactState, int, str | None, Data], None]] = {
    "callback.promised": _promised,
    "callback.kept": _kept,
    "callback.reopened": _reopened,
    "callback.failed": _ended("failed"),
    "callback.expired": _ended("expired"),
    "callback.cancelled": _ended("cancelled"),
}
"""What each event means for it."""
