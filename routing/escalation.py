"""Escalation ladders of a client company: who is called, one after the other, and where a caller waits in the end.

Whoever is called may not answer; so the last rung is a queue or a menu, and nobody is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from base.durations import Seconds  # noqa: TC001 - pydantic reads it
from routing.documents import DestinationPart

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calls.destination import Destination

SUPERVISOR = "supervisor"
"""The ladder that an agent climbs by the code for a supervisor."""
_CALLED = ("agent", "extension", "dial", "uri")
_ANSWERS = ("queue", "menu")


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder."""

    destination: Destination
    rings: float
    """Seconds that it may ring."""


class RungPart(DestinationPart):
    """As written by the administrator: a destination, and how long it may ring."""

    rings: Annotated[Seconds, Field(gt=0, le=120)] = 20.0


def _ends_well(rungs: tuple[RungPart, ...]) -> tuple[RungPart, ...]:
    for number, rung in enumerate(rungs, 1):
        kinds = _ANSWERS if number == len(rungs) else _CALLED
        if not any(getattr(rung, kind) for kind in kinds):
            who = "the last rung" if number == len(rungs) else f"rung {number}"
            what = "somebody to be called" if kinds is _CALLED else "where callers wait when nobody answers"
            raise ValueError(f"{who} is {what}: {', '.join(kinds)}")
    return rungs


LadderPart = Annotated[tuple[RungPart, ...], Field(min_length=1, max_length=10), AfterValidator(_ends_well)]


def ladder(rungs: Iterable[RungPart]) -> tuple[Rung, ...]:
    """The rungs as values, the first to be tried first."""
    return tuple(Rung(each.destination(), each.rings) for each in rungs)
