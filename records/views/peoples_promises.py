"""Callbacks that people promised outside of any contact, such as follow-ups of cases: told among the node's events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.moments import stored
from records.views import tables
from records.views.fields import real, text
from records.views.promises import ON_ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from records.views.fields import Data, Load, Row

NOBODY = ""
"""The contact of a promise that was made in none."""


class PeoplesPromises:
    """Those that change."""

    __slots__ = ("_changed", "_load")

    def __init__(self, load: Load) -> None:
        """`load` as the fold has it."""
        self._load = load
        self._changed: dict[str, Row] = {}

    def take(self, ts: int, kind: str, data: Data) -> None:
        """One event of no contact."""
        change = _CHANGES.get(kind)
        reference = text(data, "reference") if change is not None else None
        if change is None or reference is None:
            return
        row = self._changed.get(reference) or self._loaded(reference)
        if row is None and kind == "callback.promised":
            row = _EMPTY | {"reference": reference, "contact": NOBODY, "promised_at": ts}
        if row is not None and row["contact"] == NOBODY:
            change(row, ts, data)
            self._changed[reference] = row

    def changed(self) -> list[Row]:
        """The rows that changed since the last call."""
        found = list(self._changed.values())
        self._changed.clear()
        return found

    def forget_all(self) -> None:
        """What was taken was not kept."""
        self._changed.clear()

    def _loaded(self, reference: str) -> Row | None:
        found = self._load(tables.promise, {"reference": reference})
        return found[0] if found else None


def _promised(row: Row, ts: int, data: Data) -> None:
    row |= {name: text(data, name) for name in ("client", "queue", "language")}
    row |= {name: stored(real(data, name)) for name in ("earliest", "latest")}


_EMPTY: Row = dict.fromkeys(tables.promise.columns.keys())
_CHANGES: Mapping[str, Callable[[Row, int, Data], None]] = {
    "callback.promised": _promised,
    **ON_ROW,
}
"""What each event means for one."""
