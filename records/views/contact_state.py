"""What is known of one contact while its events are folded: its rows, its clock, what goes on in it.

All of it is in its rows, so that folding can go on from them at any event: what goes on stands in `contact.ongoing`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from base.compact import encoder
from records.views import tables
from records.views.fields import number

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from sqlalchemy import Table

    from records.views.fields import Column, Data, Load, Row

Change: TypeAlias = "Callable[[ContactState, int, str | None, Data], None]"
"""What one type of event changes: the contact, the moment by its clock, the leg, what is told."""

_encode = encoder(sort_keys=True)

_EMPTY: dict[Table, Row] = {table: dict.fromkeys(table.columns.keys()) for table in tables.ALL}

_FRESH: Row = {
    "agents": "",
    "waited": 0.0,
    "talked": 0.0,
    "rang": 0.0,
    "held": 0.0,
    "wrapped": 0.0,
    "in_menu": 0.0,
    "transfers": 0,
    "last_n": 0,
}

_LASTING = frozenset({"promises"})
"""What goes on when the contact is over."""

_LATE = 3_600_000_000
"""Microseconds after its end within which a contact's offsets are still believed to be of the same run of the node."""


class ContactState:
    """One contact's rows, as of event `last_n`."""

    __slots__ = (
        "_changed",
        "_ongoing",
        "contact",
        "legs",
        "ongoing",
        "open",
        "recordings",
        "reservations",
        "segments",
        "steps",
        "visits",
    )

    def __init__(self, contact: Row) -> None:
        """Its own row."""
        self.contact = contact
        self.legs: dict[str, Row] = {}
        self.visits: list[Row] = []
        self.reservations: dict[str, Row] = {}
        self.segments: list[Row] = []
        self.open: dict[str, Row] = {}
        """The segments that go on: by leg, the customer's under an empty name."""
        self.steps: list[Row] = []
        self.recordings: dict[str, Row] = {}
        stored = contact["ongoing"]
        self._ongoing = stored if isinstance(stored, str) else None
        self.ongoing: dict[str, Any] = json.loads(self._ongoing) if self._ongoing is not None else {}
        """What goes on: whatever the views need to know at the next event, as JSON can hold it."""
        self._changed: dict[int, tuple[Table, Row]] = {}

    @classmethod
    def new(cls, contact: str, ts: int, offset: int | None, node: str | None) -> Self:
        """A contact of which nothing is known yet."""
        own: Row = {"id": contact, "started_at": ts, "last_ts": ts, "began_offset": offset, "node": node}
        return cls(_EMPTY[tables.contact] | _FRESH | own)

    @classmethod
    def stored(cls, contact: Row, rows: Load) -> Self:
        """A contact as it was left."""
        state = cls(contact)
        of_it = {"contact": contact["id"]}
        state.legs = {str(row["id"]): row for row in rows(tables.leg, of_it)}
        state.visits = _in_order(rows(tables.queue_visit, of_it), "visit")
        state.reservations = {str(row["id"]): row for row in rows(tables.reservation, of_it)}
        state.segments = _in_order(rows(tables.segment, of_it), "n")
        state.open = {
            str(row["leg"]) if row["party"] == "agent" else "": row
            for row in state.segments
            if row["ended_at"] is None
        }
        state.steps = _in_order(rows(tables.menu_step, of_it), "n")
        state.recordings = {str(row["name"]): row for row in _in_order(rows(tables.recording, of_it), "n")}
        return state

    @property
    def is_closed(self) -> bool:
        """Whether it is over; a few events come later."""
        return self.contact["ended_at"] is not None

    def clock(self, ts: int, offset: int | None) -> int:
        """When something happened by the contact's own clock: its beginning by the wall, what follows by offsets.

        Where there are no offsets, as in old events and after a restart of the node, the wall it is; while the contact
        lasts it is not put back.
        """
        row = self.contact
        began, ended = row["began_offset"], row["ended_at"]
        if offset is not None and isinstance(began, int) and offset >= began:
            at = number(row["started_at"]) + offset - began
            if ended is None or 0 <= at - number(ended) <= _LATE:
                return at
        return ts if ended is not None else max(ts, number(row["last_ts"]))

    def add(self, table: Table, **values: Column) -> Row:
        """A row that begins."""
        row = _EMPTY[table] | values
        self._changed[id(row)] = table, row
        return row

    def begin_segment(self, place: str | None, **values: Column) -> Row:
        """A segment that begins; it goes on at a place among the open ones, unless there is none."""
        row = self.add(tables.segment, contact=self.contact["id"], n=len(self.segments) + 1, **values)
        self.segments.append(row)
        if place is not None:
            self.open[place] = row
        return row

    def touch(self, table: Table, row: Row) -> None:
        """A row of this contact has changed."""
        self._changed[id(row)] = table, row

    def changed_row(self, table: Table, key: str, value: Column) -> Row | None:
        """The row with this key, if it has changed since the last `take_changed`: a key is written once."""
        rows = (row for of, row in self._changed.values() if of is table and row[key] == value)
        return next(rows, None)

    def come_to_rest(self) -> None:
        """The contact is over, and what went on in it with it."""
        self.ongoing = {name: value for name, value in self.ongoing.items() if name in _LASTING}

    def take_changed(self) -> list[tuple[Table, Row]]:
        """The rows that changed since the last call."""
        if self.ongoing or self._ongoing is not None:
            self.contact["ongoing"] = self._ongoing = _encode(self.ongoing) if self.ongoing else None
        found = [(tables.contact, self.contact), *self._changed.values()]
        self._changed.clear()
        return found


def _in_order(rows: list[Row], *names: str) -> list[Row]:
    return sorted(rows, key=lambda row: [row[name] for name in names])
