"""What callbacks need to know of queues and client companies, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from routing.callbacks.callback import Missed, Order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from routing.callbacks.contact_hours import ContactHours

HOUR, DAY = 3600.0, 86_400.0

USUAL_DELAYS: Mapping[Missed, float] = {
    Missed.BUSY: 300.0,
    Missed.NO_ANSWER: 1800.0,
    Missed.UNREACHABLE: HOUR,
    Missed.MACHINE: HOUR,
    Missed.NOT_CONNECTED: 120.0,
    Missed.FAILED: 120.0,
}


@dataclass(frozen=True, slots=True)
class QueueCallbacks:
    """How a queue calls back."""

    order: Order = Order.AGENT_FIRST
    tries: int = 3
    """Calls to the customer that may come to nothing before it is given up."""
    retry: Mapping[Missed, float] = field(default_factory=lambda: USUAL_DELAYS)
    """Seconds until the next try, by why the last one came to nothing."""
    ring_timeout: float = 30.0
    """Seconds that the customer's phone rings."""
    window: float = DAY
    """Seconds within which the promise must be kept, from the first moment at which the customer may be called."""
    own_agent: float = 600.0
    """Seconds for which the agent whose customer it is goes before all others."""
    hangs_up_on_machines: bool = False
    """With the customer first: whether what sounds like an answering machine is a try in vain."""


@dataclass(frozen=True, slots=True)
class ClientCallbacks:
    """What a client company's callbacks keep to."""

    hours: ContactHours
    """When its customers may be called, by their own clocks."""
    countries: frozenset[str]
    """Whose numbers are called, ISO 3166."""
    per_day: int = 3
    """Calls to one number, and wishes of one caller, within 24 hours."""
    greeting: tuple[str, ...] = ()
    """The prompts that tell the customer who calls."""
    whisper: tuple[str, ...] = ()
    """The prompts that tell the agent what comes."""
