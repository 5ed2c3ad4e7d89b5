"""Bans, locks and overload in the log: else nobody could tell why a phone or a carrier is not answered any more."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger()

QUIET = 1.0
"""Seconds between two lines: sources can be forged, and a flood of them shall not become one of lines."""


class BanLog:
    """Says which source was banned and why, a line a second at most."""

    def __init__(self, seconds: Callable[[], float], clock: Callable[[], float] = time.monotonic) -> None:
        """`seconds` gives how long a ban lasts."""
        self._seconds, self._clock = seconds, clock
        self._last = float("-inf")
        self._unsaid = 0

    def __call__(self, source: str, why: str) -> None:
        """Note one ban."""
        now = self._clock()
        if now - self._last < QUIET:
            self._unsaid += 1
            return
        more = {"others_unsaid": self._unsaid} if self._unsaid else {}
        log.warning("source_banned", source=source, why=why, seconds=self._seconds(), **more)
        self._last, self._unsaid = now, 0


def note_lock(account: str) -> None:
    """An account of ours is guessed at from many sources: from where it is not known it is judged slowly now."""
    log.warning("account_locked_for_strangers", account=account)


def note_overload(refusing: bool, why: str) -> None:  # noqa: FBT001 - a callback's one value
    """New calls are refused from now on, or no longer."""
    if refusing:
        log.warning("overload_began", why=why)
    else:
        log.warning("overload_over")
