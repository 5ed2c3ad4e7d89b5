"""How often somebody may fail to prove who they are, and what makes a caller suspect. Pure: times in, verdicts out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Failures that are borne, and how long one waits after them. Seconds."""

    per_call: int = 3
    per_card: int = 5
    per_caller: int = 10
    window: float = DAY
    """How long a failure counts for card and caller."""
    cool_down: tuple[float, ...] = (15 * MINUTE, HOUR, DAY)
    """The wait after the failure that reached a limit, after the one beyond it, and so on; the last one stays."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What makes a caller suspect, whatever is typed."""

    cards_per_caller: int = 5
    """As many different cards from one number within the time; 0: not looked at."""
    within: float = HOUR
    """Seconds."""
    attestation: Literal["off", "B", "A"] = "off"
    """The least that the caller's number must be attested with (STIR)."""


def locked_for(failures: Sequence[float], limit: int, limits: Limits, *, now: float) -> float:
    """Seconds that a card or a caller stays locked, by the times of its failures; 0 for not at all.

    A failure locks when with those in the window before it the limit is reached; the lock outlasts the window.
    """
    times, until, first = sorted(failures), 0.0, 0
    for at, time in enumerate(times):
        while times[first] <= time - limits.window:
            first += 1
        beyond = at - first + 1 - limit
        if beyond >= 0:
            until = max(until, time + limits.cool_down[min(beyond, len(limits.cool_down) - 1)])
    return max(0.0, until - now)


def is_weak(attestation: str | None, signals: Signals) -> bool:
    """Whether the caller's number is proven less than it should be."""
    match signals.attestation:
        case "off":
            return False
        case "B":
            return attestation not in ("A", "B")
        case "A":
            return attestation != "A"
