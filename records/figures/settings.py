"""What contracts leave open, as plain values: limits, days, targets. Who reads the configuration fills them in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from records.figures.calendar import Calendar

WITHIN = 20.0
SHORT = 5.0
REPEAT_DAYS = 7
SERVICE_LEVEL = "sl_offered"


@dataclass(frozen=True, slots=True)
class QueueTerms:
    """What was promised for one queue."""

    within: float = WITHIN
    """Seconds."""
    share: float = 0.8
    """Of the callers, who are to be answered within them."""
    short_abandon: float | None = None
    """Seconds; the client company's unless given."""


@dataclass(frozen=True, slots=True)
class ClientTerms:
    """What was agreed with one client company."""

    short_abandon: float = SHORT
    repeat_days: int = REPEAT_DAYS
    service_level: str = SERVICE_LEVEL
    """The variant that is held against the promise."""
    targets: Mapping[str, float] = field(default_factory=dict)
    """Figure -> what it should be, in its unit."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Of the whole centre."""

    queues: Mapping[str, QueueTerms] = field(default_factory=dict)
    clients: Mapping[str, ClientTerms] = field(default_factory=dict)
    paid: frozenset[str] = frozenset()
    """Reasons for being not ready that count as work."""

    def client(self, client: str | None) -> ClientTerms:
        """Of one client company; the usual ones where nothing was agreed."""
        return self.clients.get(client or "", _USUAL)

    def target(self, name: str, *, client: str | None = None, queue: str | None = None) -> float | None:
        """What a figure should be, as far as anybody said so."""
        terms = self.client(client)
        if name == terms.service_level and queue is not None and queue in self.queues:
            return self.queues[queue].share
        return terms.targets.get(name)


_USUAL = ClientTerms()


@dataclass(frozen=True, slots=True)
class Agreed:
    """All that figures and exports need to know of the configuration."""

    calendar: Calendar
    terms: Terms
    queues: Mapping[str, Sequence[str]]
    """Agent -> the queues that he or she serves, by the files."""
