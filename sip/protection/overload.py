"""Overload control (RFC 6357, in the spirit of RFC 7339): which new calls are refused so that those in progress go on.

Only an INVITE that would begin a call is ever refused: 503 with a Retry-After that differs from caller to caller, so
that they do not come back together (RFC 3261 s.21.5.4). Everything inside a dialog, CANCEL, ACK, REGISTER and OPTIONS
is served as ever. Load is measured outside and told here; no `oc` parameters are exchanged with neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sip.protection.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable

    from base.ids import Ids

GLANCES = 3
"""Measurements in a row above the limit before anything is refused for them: one pause is no overload."""
STEP_UP, STEP_DOWN = 0.2, 0.02
"""How the refused share of new calls grows with each high measurement and shrinks with each low one."""
MOST_UNREAD = 0.5
"""Share of the receive buffer that may be unread."""
CALM = 5.0
"""Seconds without a refusal after which an overload is over."""


@dataclass(frozen=True, slots=True)
class OverloadLimits:
    """What is borne; 0 is any number, or not looked at."""

    max_calls: int = 0
    calls_per_second: float = 0.0
    max_lag: float = 0.2
    max_cpu: float = 0.0
    retry_after: tuple[int, int] = (5, 20)


class Overload:
    """Decides over new calls by set limits and by measured load."""

    __slots__ = (
        "_high",
        "_ids",
        "_limits",
        "_owed",
        "_refused_at",
        "_tokens",
        "_tokens_at",
        "is_refusing",
        "on_change",
        "share",
        "tally",
    )

    def __init__(self, limits: OverloadLimits, ids: Ids, tally: Tally | None = None) -> None:
        """Begin at rest."""
        self._limits = limits
        self._ids = ids
        self.tally = tally or Tally()
        self.share = 0.0
        """The share of new calls that measured load has us refuse."""
        self.is_refusing = False
        self.on_change: Callable[[bool, str], None] = lambda refusing, why: None
        """Told once when refusing begins, with the reason, and once when it is over."""
        self._high = 0
        self._owed = 0.0
        self._refused_at = float("-inf")
        self._tokens = self._burst()
        self._tokens_at = float("-inf")

    def configure(self, limits: OverloadLimits) -> None:
        """Take over reloaded limits."""
        self._limits = limits
        self._tokens = min(self._tokens, self._burst())

    def wait(self, calls: int, *, now: float) -> int:
        """Seconds after which a caller may try again; 0 when the call may come in. `calls` are in progress."""
        why = self._objection(calls, now)
        if why is None:
            return 0
        self.tally.count(f"overload_{why}")
        self._refused_at = now
        if not self.is_refusing:
            self.is_refusing = True
            self.on_change(True, why)  # noqa: FBT003 - a callback's one value
        low, high = self._limits.retry_after
        return low + self._ids.number(16) % (high - low + 1)

    def take(self, *, now: float) -> None:
        """A call came in: it counts against the rate."""
        if self._limits.calls_per_second:
            self._refill(now)
            self._tokens -= 1.0

    def measure(self, *, lag: float, unread: float, cpu: float, now: float) -> None:
        """Take a measurement, ten or so in a second.

        `lag` is how late the node is with its work in seconds, `unread` the used share of the receive buffer, `cpu`
        the share of one processor that the loop takes.
        """
        limits = self._limits
        ratios = (
            lag / limits.max_lag if limits.max_lag else 0.0,
            unread / MOST_UNREAD,
            cpu / limits.max_cpu if limits.max_cpu else 0.0,
        )
        worst = max(ratios)
        if worst > 1.0:
            self._high += 1
            if self._high >= GLANCES:
                self.share = min(1.0, self.share + STEP_UP)
        else:
            self._high = 0
            if worst < 0.5 or (ratios[2] == worst and worst < 0.9):
                # Between the two nothing changes, or the share would swing with every measurement.
                self.share = max(0.0, round(self.share - STEP_DOWN, 6))
        if self.is_refusing and not self.share and now - self._refused_at >= CALM:
            self.is_refusing = False
            self.on_change(False, "")  # noqa: FBT003 - a callback's one value

    def _objection(self, calls: int, now: float) -> str | None:
        limits = self._limits
        if limits.max_calls and calls >= limits.max_calls:
            return "calls"
        if limits.calls_per_second:
            self._refill(now)
            if self._tokens < 1.0:
                return "rate"
        if self.share:
            # The share is kept exactly, without chance: what was refused too little of is owed.
            self._owed += self.share
            if self._owed >= 1.0:
                self._owed -= 1.0
                return "load"
        return None

    def _burst(self) -> float:
        return max(1.0, self._limits.calls_per_second / 2)

    def _refill(self, now: float) -> None:
        gained = (now - self._tokens_at) * self._limits.calls_per_second
        self._tokens = min(self._burst(), self._tokens + gained)
        self._tokens_at = now
