"""What is sent with an act of a person: who, why, until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api.mistakes import invalid
from console.api.model import Line, Model, Note
from console.problem import Mistake
from routing.hours.moments import read_moment

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo


class Deed(Model):
    """Who acts: only commands with the node's key say it, everybody else acts in his or her own name."""

    by: Line | None = None


class Act(Deed):
    """Who acts, why, and until when."""

    reason: Note = ""
    until: Line | None = None
    """When it ends by itself: "2026-11-23 09:00", "18:30" or "2h", by the clock of the place."""


def read_until(
    until: str | None, zone: ZoneInfo, *, now: datetime, pointer: str = "/body/until"
) -> datetime | None:
    """A moment to come, such as when an act ends by itself. Raises Refusal for what is none, or over already."""
    if until is None:
        return None
    part = pointer.split("/")[1]
    try:
        found = read_moment(until, zone, now=now)
    except ValueError as error:
        raise invalid(part, [Mistake(pointer, str(error))]) from None
    if found <= now:
        raise invalid(part, [Mistake(pointer, "is over already")])
    return found


def told(moment: datetime | None) -> str | None:
    """A moment as JSON."""
    return None if moment is None else moment.isoformat(timespec="seconds")
