"""From which sources people came in well during the last 90 days, read from their sessions: a restart forgets nothing.

One table of all persons is asked in memory, and read anew by the clock alone: how long an answer takes tells nothing of
whether the person exists.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sip.protection.guard import network_of

if TYPE_CHECKING:
    from records.people.sessions import Sessions

EVERY = 600.0
"""Seconds until the logins of other nodes are known here."""


class Familiar:
    """Pairs of persons and sources."""

    def __init__(self, sessions: Sessions) -> None:
        """Nothing is read yet."""
        self._sessions = sessions
        self._pairs: set[tuple[str, str]] = set()
        self._read_at = float("-inf")

    async def knows(self, person: str, source: str, *, now: float) -> bool:
        """Whether this person came in from there. Raises StoreUnavailable."""
        if not 0 <= now - self._read_at < EVERY:
            rows = await asyncio.to_thread(self._sessions.sources, now=now)
            self._pairs, self._read_at = {(who, network_of(address)) for who, address in rows}, now
        return (person, source) in self._pairs

    def add(self, person: str, source: str) -> None:
        """Somebody came in just now."""
        self._pairs.add((person, source))
