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

    from records.views.contact_state import Change, ContactState
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


def _kept(row: Row, at: int, data: Data) -> None:
    row["agent"], row["kept_in"] = text(data, "agent"), text(data, "contact")
    row["ended_at"], row["result"] = at, "late" if data.get("late") is True else "kept"


def _reopened(row: Row, at: int, data: Data) -> None:
    row["ended_at"] = row["result"] = None
    for name in ("earliest", "latest"):
        row[name] = stored(real(data, name)) or row[name]


def _ended(result: str) -> Callable[[Row, int, Data], None]:
    def change(row: Row, at: int, data: Data) -> None:
        row["ended_at"], row["result"] = at, result

    return change


ON_ROW: Mapping[str, Callable[[Row, int, Data], None]] = {
    "callback.kept": _kept,
    "callback.reopened": _reopened,
    "callback.failed": _ended("failed"),
    "callback.expired": _ended("expired"),
    "callback.cancelled": _ended("cancelled"),
}
"""What each event means for the row of a promise, wherever that was made."""


def _on(change: Callable[[Row, int, Data], None]) -> Change:
    def take(state: ContactState, at: int, leg: str | None, data: Data) -> None:
        row = _row(state, data)
        if row is not None:
            change(row, at, data)
            _keep(state, row)

    return take


def _row(state: ContactState, data: Data) -> Row | None:
    reference = text(data, "reference")
    kept: Mapping[str, Column] | None = state.ongoing.get("promises", {}).get(reference)
    if kept is None:
        return None
    return state.changed_row(tables.promise, "reference", reference) or state.add(tables.promise, **kept)


def _keep(state: ContactState, row: Row) -> None:
    """At hand for what comes of it, unless it has come to its good end."""
    promises = state.ongoing.setdefault("promises", {})
    promises[row["reference"]] = dict(row)
    if row["result"] in ("kept", "late"):
        del promises[row["reference"]]
    if not promises:
        del state.ongoing["promises"]


ON: Mapping[str, Change] = {
    "callback.promised": _promised,
    **{kind: _on(change) for kind, change in ON_ROW.items()},
}
"""What each event means for it."""
