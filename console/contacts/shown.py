"""Contacts as the interface shows them. Times are Unix seconds, durations seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api.model import Model, model_of
from records.reader import ContactRow, LegRow, StoredEvent
from records.timeline import decisions, verdicts

if TYPE_CHECKING:
    # What they hold is what the records hold: their fields are read from there.
    ContactShown = ContactRow
    LegShown = LegRow
    EventShown = StoredEvent
    StayShown = decisions.Stay
else:
    ContactShown = model_of(ContactRow, "ContactShown")
    LegShown = model_of(LegRow, "LegShown")
    EventShown = model_of(StoredEvent, "EventShown")
    Relaxed = model_of(decisions.Relaxed, "Relaxed")
    PassedOver = tuple[model_of(verdicts.PassedOver, "PassedOver"), ...]
    Decision = model_of(decisions.Decision, "Decision", passed_over=PassedOver)
    StayShown = model_of(
        decisions.Stay,
        "Stay",
        unserved=PassedOver,
        unserved_at_end=PassedOver,
        relaxed=tuple[Relaxed, ...],
        decisions=tuple[Decision, ...],
    )


class TimelineShown(Model):
    """One contact with its legs and events."""

    contact: ContactShown
    legs: tuple[LegShown, ...]
    events: tuple[EventShown, ...]


class Why(Model):
    """Why a contact got its agents, or none."""

    contact: str
    stays: tuple[StayShown, ...]
