"""Contacts as the interface shows them. Times are Unix seconds, durations seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api.model import Model, model_of
from records.reader import ContactRow, LegRow, StoredEvent

if TYPE_CHECKING:
    # What they hold is what the records hold: their fields are read from there.
    ContactShown = ContactRow
    LegShown = LegRow
    EventShown = StoredEvent
else:
    ContactShown = model_of(ContactRow, "ContactShown")
    LegShown = model_of(LegRow, "LegShown")
    EventShown = model_of(StoredEvent, "EventShown")


class TimelineShown(Model):
    """One contact with its legs and events."""

    contact: ContactShown
    legs: tuple[LegShown, ...]
    events: tuple[EventShown, ...]


class PassedOver(Model):
    """Agents who did not get the caller, for one and the same reason."""

    why: str
    agents: tuple[str, ...]
    more: int
    """How many beyond those named."""


class Relaxed(Model):
    """Requirements lowered with time."""

    offset: float
    """Seconds since the contact began, here and below."""
    waited: float | None
    asked: str


class Decision(Model):
    """One agent chosen, and what came of it."""

    offset: float
    reservation: str
    agent: str
    why: str
    asked: str
    relaxed: int
    """Steps by which the requirements had been lowered."""
    position: int | None
    waiting: int | None
    """Entries in line."""
    waited: float | None
    passed_over: tuple[PassedOver, ...]
    result: str | None
    """Null while the phone rings."""
    ring: float | None
    """Seconds that the phone rang."""
    ended: float | None


class Stay(Model):
    """One stay in a queue."""

    queue: str
    offset: float
    position: int | None
    priority: int | None
    waited_before: float | None
    """Seconds of waiting before, whose place was kept."""
    unserved: tuple[PassedOver, ...]
    """Why nobody could serve the caller at once."""
    relaxed: tuple[Relaxed, ...]
    decisions: tuple[Decision, ...]
    left: str | None
    """The reason; null while the contact waits."""
    waited: float | None
    left_at: float | None
    unserved_at_end: tuple[PassedOver, ...]
    """Why nobody could serve the caller when it left without an agent."""


class Why(Model):
    """Why a contact got its agents, or none."""

    contact: str
    stays: tuple[Stay, ...]
