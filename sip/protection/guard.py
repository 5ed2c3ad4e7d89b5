"""Protection against floods and scanners: a count and a ban for each source address, in constant time and room.

A source can be forged where UDP is served, so one from which a right password came lately (the nonce in it proves that
the address is its own) is slowed down by too many requests, never banned for them: else anybody could silence a phone.
Knows only addresses and numbers; trunks are exempt, which is admission's affair.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

from sip.protection.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_SOURCES = 16_384
"""Most sources remembered; with forged addresses there is no end of them, so the oldest are forgotten."""
KNOWN_FOR = 7200.0
"""Seconds that a right password speaks for its source: twice the longest registration."""
PATIENCE_WITH_KNOWN = 10
"""How many times the wrong passwords of a stranger are borne of a known source: an office has many phones."""
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """How much of an untrusted source is borne."""

    requests: int = 30
    within: float = 2.0
    failures: int = 10
    failures_within: float = 60.0
    ban: float = 300.0
    never: tuple[Network, ...] = ()
    """Networks that are neither counted nor banned."""


@dataclass(frozen=True, slots=True)
class Ban:
    """One banned source."""

    source: str
    why: str
    since: float
    until: float


class _Source:
    __slots__ = ("failures", "failures_since", "requests", "since")

    def __init__(self, now: float) -> None:
        self.since = self.failures_since = now
        self.requests = self.failures = 0


class Guard:
    """Counts requests and wrong passwords of each source and bans those with too many."""

    __slots__ = ("_bans", "_exempt", "_known", "_limits", "_sources", "on_ban", "tally")

    def __init__(self, limits: GuardLimits, tally: Tally | None = None) -> None:
        """Begin with nobody known."""
        self._limits = limits
        self._sources: dict[str, _Source] = {}
        self._bans: dict[str, Ban] = {}
        self._known: dict[str, float] = {}
        self._exempt: dict[str, bool] = {}
        self.tally = tally or Tally()
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
        """Take over reloaded limits; bans stay, except of networks that are now never banned."""
        self._limits = limits
        self._exempt = {}
        for source in [each for each in self._bans if self.is_exempt(each.partition("/")[0])]:
            del self._bans[source]

    def is_exempt(self, host: str) -> bool:
        """Whether a source is among those that are never banned."""
        found = self._exempt.get(host)
        if found is None:
            if len(self._exempt) >= MAX_SOURCES:
                self._exempt.clear()
            found = self._exempt[host] = _is_among(host, self._limits.never)
        return found

    def is_banned(self, host: str, *, now: float) -> bool:
        """Whether a source is banned now; remembers nobody."""
        if not self._bans:
            return False
        ban = self._bans.get(network_of(host))
        if ban is None:
            return False
        if ban.until <= now:
            del self._bans[ban.source]
            return False
        self.tally.count("banned")
        return True

    def allow(self, host: str, *, now: float) -> bool:
        """Count one request; False when the source is banned, also by this very request."""
        if self.is_exempt(host):
            return True
        if self.is_banned(host, now=now):
            return False
        source = self._source(network_of(host), now)
        if now - source.since >= self._limits.within:
            source.since, source.requests = now, 0
        source.requests += 1
        if source.requests <= self._limits.requests:
            return True
        self.tally.count("requests")
        if not self._is_known(host, now):
            self._ban(host, now, "requests")
        return False

    def fail(self, host: str, *, now: float) -> None:
        """Count one wrong password, given with a nonce that only this source was told."""
        self.tally.count("passwords")
        if self.is_exempt(host):
            return
        source = self._source(network_of(host), now)
        if now - source.failures_since >= self._limits.failures_within:
            source.failures_since, source.failures = now, 0
        source.failures += 1
        patience = PATIENCE_WITH_KNOWN if self._is_known(host, now) else 1
        if source.failures >= self._limits.failures * patience:
            self._ban(host, now, "passwords")

    def trust(self, host: str, *, now: float) -> None:
        """A right password: requests so far were honest (two hundred phones may stand behind one address)."""
        network = network_of(host)
        found = self._sources.get(network)
        if found is not None:
            found.requests = 0
        self._known.pop(network, None)
        _make_room(self._known)
        self._known[network] = now + KNOWN_FOR

    def scan(self, host: str, *, now: float) -> None:
        """A known attack tool: ban its source at once."""
        self.tally.count("scanner")
        if not self.is_exempt(host) and not self._is_known(host, now):
            self._ban(host, now, "scanner")

    def bans(self) -> tuple[Ban, ...]:
        """The bans that are kept, the latest last; some may have expired unseen."""
        return tuple(self._bans.values())

    def lift(self, source: str) -> bool:
        """End a ban, named as `bans` does or by an address in it; False when there is none."""
        ban = self._bans.pop(source, None) or self._bans.pop(network_of(source), None)
        return ban is not None

    def _is_known(self, host: str, now: float) -> bool:
        return self._known.get(network_of(host), now) > now

    def _ban(self, host: str, now: float, why: str) -> None:
        network = network_of(host)
        self._sources.pop(network, None)
        self._bans.pop(network, None)
        _make_room(self._bans)
        self._bans[network] = Ban(network, why, now, now + self._limits.ban)
        self.tally.count("bans")
        self.on_ban(network, why)

    def _source(self, network: str, now: float) -> _Source:
        found = self._sources.get(network)
        if found is None:
            _make_room(self._sources)
            found = self._sources[network] = _Source(now)
        return found


def _make_room(table: dict[str, _Source] | dict[str, Ban] | dict[str, float]) -> None:
    if len(table) >= MAX_SOURCES:
        del table[next(iter(table))]


@lru_cache(maxsize=8192)
def network_of(host: str) -> str:
    """The host itself, or the network of an IPv6 address: one subscriber has all of its 64 bits."""
    if ":" not in host:
        return host
    try:
        address = ip_address(host.partition("%")[0].partition("/")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address, 64), strict=False))


def _is_among(host: str, networks: tuple[Network, ...]) -> bool:
    if not networks:
        return False
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in networks)
