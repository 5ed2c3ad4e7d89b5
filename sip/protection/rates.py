"""How many calls, registrations and other requests one account or source may begin; a count in a fixed window each."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

MAX_COUNTED = 16_384
"""Most windows remembered; the oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class RateLimits:
    """How many in how many seconds; 0 is any number."""

    calls: int = 0
    registrations: int = 0
    others: int = 0
    within: float = 60.0

    def kind_of(self, method: str) -> tuple[str, int]:
        """What a method counts as, and the limit of that; 0 is none."""
        match method:
            case "INVITE":
                return "calls", self.calls
            case "REGISTER":
                return "registrations", self.registrations
            case _:
                return "others", self.others


class Rates:
    """Counts what each account, or each source, begins."""

    __slots__ = ("_counts", "_limits")

    def __init__(self, limits: RateLimits) -> None:
        """Begin with nothing counted."""
        self._limits = limits
        self._counts: dict[tuple[str, str], tuple[float, int]] = {}

    def __len__(self) -> int:
        """How many windows are remembered."""
        return len(self._counts)

    def configure(self, limits: RateLimits) -> None:
        """Take over reloaded limits."""
        self._limits = limits

    def take(self, method: str, who: str, *, now: float) -> int:
        """Count one request; the seconds to wait when it is one too many, else 0."""
        kind, most = self._limits.kind_of(method)
        if not most:
            return 0
        key = (kind, who)
        since, count = self._counts.get(key, (now, 0))
        if now - since >= self._limits.within:
            since, count = now, 0
        if count >= most:
            return max(1, ceil(since + self._limits.within - now))
        if not count:
            # A new window goes to the end, so that the oldest is the first.
            self._counts.pop(key, None)
            if len(self._counts) >= MAX_COUNTED:
                del self._counts[next(iter(self._counts))]
        self._counts[key] = (since, count + 1)
        return 0
