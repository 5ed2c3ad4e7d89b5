"""After an end without goodbye: what must be appended so that no contact and no leg stays open for ever.

The time of these events is that of the restart; `last_seen` in them is the contact's last sign of life, which
counts as its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from records.event import LedgerEvent
from records.views.projection import MICROSECONDS
from sip import causes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from records.views.projection import ContactState

INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a start of the ledger found: the contacts it closed and the events by which it did so."""

    contacts: tuple[str, ...]
    events: tuple[LedgerEvent, ...]


def interruptions(states: Iterable[ContactState], *, now: float) -> Recovery:
    """The events that close these contacts."""
    contacts: list[str] = []
    events: list[LedgerEvent] = []
    for state in states:
        contacts.append(str(state.contact["id"]))
        events.extend(_closing(state, now=now))
    return Recovery(tuple(contacts), tuple(events))


def _closing(state: ContactState, *, now: float) -> list[LedgerEvent]:
    contact = str(state.contact["id"])
    seen = int(state.contact["last_ts"] or 0) / MICROSECONDS
    at = max(now, seen)
    how = {"ended_by": INTERRUPTED, "status": None, "cause": causes.INTERRUPTED, "last_seen": seen}
    legs = [
        LedgerEvent(at, contact, leg, "leg.ended", how | {"reason": "the server stopped during the call"})
        for leg, row in state.legs.items()
        if row["ended_at"] is None
    ]
    return [*legs, LedgerEvent(at, contact, None, "contact.closed", how | {"outcome": INTERRUPTED})]
