"""A contact's events as rows to read: how far into the call, who, what. Printing is left to the caller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from records.timeline.facts import Facts
from records.timeline.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from records.reader import ContactTimeline, LegRow, StoredEvent

HOUSE = "Centralita"

_SPEAKERS = {
    "contact": HOUSE,
    "menu": "caller",
    "field": "caller",
    "secure": HOUSE,
    "transaction": HOUSE,
    "auth": HOUSE,
    "fraud": HOUSE,
    "language": HOUSE,
    "queue": "caller",
    "reservation": "routing",
    "bridge": HOUSE,
    "agent": "agent",
}


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One line of a timeline; `offset` is seconds since the contact began."""

    n: int
    offset: float
    who: str
    what: str


def rows(timeline: ContactTimeline, *, messages: bool = False) -> list[TimelineRow]:
    """The whole contact; SIP messages only when asked for, since the ladder shows them."""
    names = leg_names(timeline.legs)
    return [
        row(event, started_at=timeline.contact.started_at, names=names)
        for event in timeline.events
        if messages or event.type != "leg.message"
    ]


def row(event: StoredEvent, *, started_at: float, names: Mapping[str, str]) -> TimelineRow:
    """One event; `names` as made by leg_names. For following a call as it happens."""
    family = event.type.partition(".")[0]
    who = names.get(event.leg) if event.leg is not None else None
    return TimelineRow(
        event.n,
        event.ts - started_at,
        who or _SPEAKERS.get(family, HOUSE),
        sentence(event.type, Facts(event.data, names, is_caller=who == "caller")),
    )


def leg_names(legs: Iterable[LegRow]) -> dict[str, str]:
    """What to call each leg: caller, agent ana, phone 1003 (called by its number, not as an agent), or its role."""
    return {leg.id: _leg_name(leg) for leg in legs}


def _leg_name(leg: LegRow) -> str:
    if leg.agent:
        return f"agent {leg.agent}"
    if leg.account and leg.role == "agent":
        return f"phone {leg.account}"
    return leg.role or "party"
