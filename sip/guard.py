"""Protection against floods and scanners: a count and a ban for each source address, in constant time and room.

Knows only addresses and numbers; who is exempt is admission's affair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_SOURCES = 16_384
"""Most sources remembered; with forged addresses there is no end of them, so the oldest are forgotten."""
SCANNERS = (
    "friendly-scanner",
    "friendly-request",
    "sipvicious",
    "sip-scan",
    "sipscan",
    "sundayddr",
    "iwar",
    "sivus",
    "pplsip",
    "sipcli",
    "eyebeam release 3006o",
)
"""Parts of User-Agent, in lower case, that only attack tools send."""


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """How much of an untrusted source is borne."""

    requests: int = 30
    within: float = 2.0
    failures: int = 10
    failures_within: float = 60.0
    ban: float = 300.0


class _Source:
    __slots__ = ("banned_until", "failures", "failures_since", "requests", "since")

    def __init__(self, now: float) -> None:
        self.since = self.failures_since = now
        self.requests = self.failures = 0
        self.banned_until = float("-inf")


class Guard:
    """Counts requests and wrong passwords of each source and bans those with too many."""

    __slots__ = ("_limits", "_sources", "bans", "on_ban")

    def __init__(self, limits: GuardLimits) -> None:
        """Begin with nobody known."""
        self._limits = limits
        self._sources: dict[str, _Source] = {}
        self.bans = 0
        """How many bans have been made."""
        self.on_ban: Callable[[str, str], None] = lambda source, why: None
        """Told of each ban: the source, and why."""

    def __len__(self) -> int:
        """How many sources are remembered."""
        return len(self._sources)

    @property
    def limits(self) -> GuardLimits:
        """What is borne now."""
        return self._limits

    def configure(self, limits: GuardLimits) -> None:
        """Take over reloaded limits; bans stay."""
        self._limits = limits

    def is_banned(self, host: str, *, now: float) -> bool:
        """Whether a source is banned; cheap enough to ask for each datagram."""
        found = self._sources.get(_network(host))
        return found is not None and found.banned_until > now

    def allow(self, host: str, *, now: float) -> bool:
        """Count one request; False when the source is banned, also by this very request."""
        source = self._source(host, now)
        if source.banned_until > now:
            return False
        if now - source.since >= self._limits.within:
            source.since, source.requests = now, 0
        source.requests += 1
        if source.requests > self._limits.requests:
            self._ban(host, source, now, "requests")
            return False
        return True

    def fail(self, host: str, *, now: float) -> None:
        """Count one wrong password."""
        source = self._source(host, now)
        if now - source.failures_since >= self._limits.failures_within:
            source.failures_since, source.failures = now, 0
        source.failures += 1
        if source.failures >= self._limits.failures:
            self._ban(host, source, now, "passwords")

    def trust(self, host: str) -> None:
        """A right password: requests so far were honest (two hundred phones may stand behind one address)."""
        found = self._sources.get(_network(host))
        if found is not None:
            found.requests = 0

    def ban(self, host: str, *, now: float) -> None:
        """Ban a source at once."""
        self._ban(host, self._source(host, now), now, "scanner")

    def _ban(self, host: str, source: _Source, now: float, why: str) -> None:
        source.banned_until = now + self._limits.ban
        source.requests = source.failures = 0
        self.bans += 1
        self.on_ban(_network(host), why)

    def _source(self, host: str, now: float) -> _Source:
        key = _network(host)
        found = self._sources.get(key)
        if found is None:
            if len(self._sources) >= MAX_SOURCES:
                del self._sources[next(iter(self._sources))]
            found = self._sources[key] = _Source(now)
        return found


def _network(host: str) -> str:
    """The host itself, or the first four groups of an IPv6 address: one subscriber has all the rest."""
    if ":" not in host:
        return host
    groups = host.split("::")[0].split(":")
    return ":".join(groups[:4])


def is_scanner(user_agent: str) -> bool:
    """Whether a User-Agent is one of the known attack tools'."""
    lower = user_agent.lower()
    return any(each in lower for each in SCANNERS)
