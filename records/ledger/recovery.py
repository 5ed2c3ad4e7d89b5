"""After an end without goodbye: what must be appended so that no contact and no leg stays open for ever.

Of agents too nothing is known while no server runs: what they did last ends with its last sign of life.

The time of these events is that of the restart; `last_seen` in them is the contact's last sign of life, which
counts as its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from records.event import LedgerEvent
from records.moments import unix
from sip import causes

if TYPE_CHECKING:
    from collections.abc import Iterable

INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Unclosed:
    """A contact that was going on."""

    contact: str
    last_ts: int
    """Its last sign of life, in microseconds."""
    legs: tuple[str, ...]
    """Those that were not over."""


@dataclass(frozen=True, slots=True)
class Untold:
    """Agents of whom nobody tells any more what they do."""

    agents: tuple[str, ...] = ()
    last_ts: int = 0
    """The node's last sign of life, in microseconds."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a start of the ledger found: the contacts it closed and the events by which it did so."""

    contacts: tuple[str, ...]
    events: tuple[LedgerEvent, ...]


def interruptions(found: Iterable[Unclosed], untold: Untold = Untold(), *, now: float) -> Recovery:
    """The events that close these contacts, and say of these agents that nothing is known of them since."""
    contacts: list[str] = []
    seen = unix(untold.last_ts)
    events = [
        LedgerEvent(max(now, seen), "", None, "agent.interrupted", {"agent": agent, "last_seen": seen})
        for agent in untold.agents
    ]
    for each in found:
        contacts.append(each.contact)
        events.extend(_closing(each, now=now))
    return Recovery(tuple(contacts), tuple(events))


def _closing(found: Unclosed, *, now: float) -> list[LedgerEvent]:
    seen = unix(found.last_ts)
    at = max(now, seen)
    how = {"ended_by": INTERRUPTED, "status": None, "cause": causes.INTERRUPTED, "last_seen": seen}
    legs = [
        LedgerEvent(
            at, found.contact, leg, "leg.ended", how | {"reason": "the server stopped during the call"}
        )
        for leg in found.legs
    ]
    return [*legs, LedgerEvent(at, found.contact, None, "contact.closed", how | {"outcome": INTERRUPTED})]
