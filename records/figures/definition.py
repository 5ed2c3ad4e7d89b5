"""What a figure is: its formula, what counts, and the edges. docs/metrics.md is made from these."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Unit(Enum):
    """How a figure is read."""

    COUNT = "count"
    SECONDS = "seconds"
    SHARE = "share"
    """From 0 to 1, shown in percent."""


class Group(Enum):
    """What figures are told apart by."""

    CLIENT = "client"
    QUEUE = "queue"
    AGENT = "agent"
    REASON = "reason"
    LANGUAGE = "language"
    HALF_HOUR = "half-hour"
    HOUR = "hour"
    DAY = "day"


TIMES = frozenset({Group.HALF_HOUR, Group.HOUR, Group.DAY})
ANYTHING = frozenset(Group)
BUT_AGENT = ANYTHING - {Group.AGENT}
CONTACTS_OWN = TIMES | {Group.CLIENT, Group.REASON, Group.LANGUAGE}
AGENTS_OWN = TIMES | {Group.AGENT}


class Want(Enum):
    """Which way is better, so that targets can be held against it."""

    HIGH = "high"
    LOW = "low"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Definition:
    """One figure. `counted` and `of` name measures (records.figures.measures): the figure is the one by the other."""

    name: str
    title: str
    unit: Unit
    formula: str
    meaning: str
    """What counts, in a sentence or two."""
    edges: tuple[str, ...] = ()
    """Cases that are often disputed."""
    counted: str = ""
    of: str | None = None
    """None: the figure is `counted` itself."""
    groups: frozenset[Group] = ANYTHING
    want: Want = Want.NEITHER

    def value(self, counted: float | None, of: float | None) -> float | None:
        """The figure; None where there is nothing to divide by."""
        if self.of is None:
            return counted
        return None if not of or counted is None else counted / of

    def misses(self, value: float, target: float) -> bool:
        """Whether a value is on the wrong side of what it should be."""
        return {Want.HIGH: value < target, Want.LOW: value > target, Want.NEITHER: False}[self.want]
