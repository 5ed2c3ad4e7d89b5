"""Contacts and all else that is derived, as the fold of events: the same rows whether kept up or rebuilt.

Open contacts are kept in memory, closed ones for a little while, since their last SIP messages come after the closing;
of others the rows are loaded when an event comes for them. Knows no database: rows are asked for and given back.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

from records.event import NODE
from records.views import (
    contact,
    leg,
    menu_steps,
    promises,
    queue_visits,
    recordings,
    reservations,
    segments,
    surveys,
    tables,
)
from records.views.agent_spans import AgentSpans
from records.views.contact_state import ContactState
from records.views.fields import seconds
from records.views.peoples_promises import PeoplesPromises
from records.views.sums import OFF

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Table

    from records.views.contact_state import Change
    from records.views.fields import Data, Load, Row

CLOSED_KEPT = 256
"""Closed contacts whose rows are kept at hand."""


class Happening(Protocol):
    """One event as the fold reads it; its time and offset are microseconds."""

    @property
    def ts(self) -> int: ...  # noqa: D102
    @property
    def offset(self) -> int | None: ...  # noqa: D102
    @property
    def node(self) -> str | None: ...  # noqa: D102
    @property
    def contact(self) -> str: ...  # noqa: D102
    @property
    def leg(self) -> str | None: ...  # noqa: D102
    @property
    def type(self) -> str: ...  # noqa: D102
    @property
    def data(self) -> Data: ...  # noqa: D102


class Fold:
    """All that is derived. Used by one thread at a time."""

    __slots__ = ("_closed", "_contacts", "_load", "_promised", "_spans", "_touched", "_unbalanced")

    def __init__(self, load: Load) -> None:
        """`load` reads within the transaction in which the changed rows are written."""
        self._load = load
        self._contacts: dict[str, ContactState] = {}
        self._touched: dict[str, ContactState] = {}
        self._closed: deque[str] = deque()
        self._spans = AgentSpans(load)
        self._promised = PeoplesPromises(load)
        self._unbalanced: dict[str, float] = {}

    def take(self, entry: Happening) -> int:
        """Fold one event; its number within its contact is returned, 0 for an event of none."""
        contact_id = entry.contact
        if contact_id in ("", NODE):
            self._spans.take(entry.ts, entry.type, entry.data, self._client_of)
            self._promised.take(entry.ts, entry.type, entry.data)
            return 0
        state = self._contacts.get(contact_id)
        if state is None:
            state = self._contacts[contact_id] = self._state(entry)
        self._touched[contact_id] = state
        row = state.contact
        n = row["last_n"] + 1  # type: ignore[operator]
        # What a restart tells has been before it: the offsets of another run of the node.
        at = state.clock(entry.ts, None if "last_seen" in entry.data else entry.offset)
        row["last_n"], row["last_ts"] = n, at
        was_open = row["ended_at"] is None
        for change in _ON.get(entry.type, ()):
            change(state, at, entry.leg, entry.data)
        if was_open and row["ended_at"] is not None:
            self._closed.append(contact_id)
            if row["checked"] == OFF:
                self._unbalanced[contact_id] = seconds(row["off_by"])
        return n  # type: ignore[return-value]

    def changed(self) -> list[tuple[Table, list[Row]]]:
        """The rows to insert, or to put in the place of those of the same key, since the last call."""
        found: dict[Table, list[Row]] = {}
        for state in self._touched.values():
            for table, row in state.take_changed():
                found.setdefault(table, []).append(row)
        if spans := self._spans.changed():
            found[tables.agent_span] = spans
        if promised := self._promised.changed():
            found.setdefault(tables.promise, []).extend(promised)
        self._touched.clear()
        self._forget_closed()
        return list(found.items())

    def client(self, contact: str) -> str | None:
        """The client company of a contact whose event was just taken."""
        state = self._contacts.get(contact)
        found = None if state is None else state.contact["client"]
        return found if isinstance(found, str) else None

    def _client_of(self, contact: str) -> str | None:
        """The client company of any contact."""
        if contact in self._contacts:
            return self.client(contact)
        found = self._load(tables.contact, {"id": contact})
        return str(found[0]["client"]) if found and found[0]["client"] is not None else None

    def unbalanced(self) -> dict[str, float]:
        """The contacts whose sums are off, by how many seconds, of those closed since the last call."""
        found, self._unbalanced = self._unbalanced, {}
        return found

    def forget(self, contact: str) -> None:
        """Its rows were changed by another hand: they are loaded anew."""
        self._contacts.pop(contact, None)

    def forget_all(self) -> None:
        """What was taken was not kept: rows are loaded anew."""
        self._contacts.clear()
        self._touched.clear()
        self._closed.clear()
        self._spans.forget_all()
        self._promised.forget_all()
        self._unbalanced.clear()

    def _state(self, entry: Happening) -> ContactState:
        found = self._load(tables.contact, {"id": entry.contact})
        if found:
            state = ContactState.stored(found[0], self._load)
            if state.is_closed:
                self._closed.append(entry.contact)
            return state
        return ContactState.new(entry.contact, entry.ts, entry.offset, entry.node)

    def _forget_closed(self) -> None:
        while len(self._closed) > CLOSED_KEPT:
            self._contacts.pop(self._closed.popleft(), None)


def _together(*views: Mapping[str, Change]) -> dict[str, tuple[Change, ...]]:
    kinds: Iterable[str] = dict.fromkeys(kind for view in views for kind in view)
    return {kind: tuple(view[kind] for view in views if kind in view) for kind in kinds}


_ON = _together(
    leg.ON,
    menu_steps.ON,
    queue_visits.ON,
    reservations.ON,
    recordings.ON,
    segments.ON,
    promises.ON,
    surveys.ON,
    contact.ON,
)
"""All that an event changes, in this order."""
