"""Accounts that many sources guess at: judged slowly for strangers, as ever for the networks that they are used from.

The guard counts each source; here the wrong passwords of one account are counted over all of them. Nobody can shut a
phone out by failing in its name: a network from which its right password came is never locked. Names that are no
account are counted alike, so that locking tells nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

MAX_ACCOUNTS = 8192
"""Most names whose failures are remembered; whoever fails makes them up, so the oldest are forgotten."""
MAX_NETWORKS = 16
"""Networks remembered for one account, the latest used."""
KNOWN_FOR = 7 * 86400.0
"""Seconds that a network stays known to an account after its right password came from there."""
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class LockoutLimits:
    """When an account is locked for strangers, for how long, and how often one is judged meanwhile."""

    failures: int = 30
    within: float = 600.0
    lasting: float = 300.0
    turn: float = 10.0
    """Seconds between two judgements: a phone that moved to another network gets in, a guesser nowhere."""


class _Account:
    __slots__ = ("failures", "next_turn", "since", "until")

    def __init__(self, now: float) -> None:
        self.since = now
        self.failures = 0
        self.until = self.next_turn = float("-inf")


class Lockout:
    """The failures of accounts, and where each is at home."""

    __slots__ = ("_accounts", "_homes", "_limits")

    def __init__(self, limits: LockoutLimits) -> None:
        """Begin with nobody known."""
        self._limits = limits
        self._accounts: dict[str, _Account] = {}
        self._homes: dict[str, dict[str, float]] = {}

    def __len__(self) -> int:
        """How many names have failed."""
        return len(self._accounts)

    def configure(self, limits: LockoutLimits) -> None:
        """Take over reloaded limits; what is locked stays so."""
        self._limits = limits

    def fail(self, account: str, *, now: float) -> bool:
        """Count a wrong password of a name; True when this one locks it."""
        found = self._account(account[:_LONGEST], now)
        if now - found.since >= self._limits.within:
            found.since, found.failures = now, 0
        found.failures += 1
        if found.failures < self._limits.failures or found.until > now:
            return False
        found.until, found.failures = now + self._limits.lasting, 0
        found.next_turn = now + self._limits.turn
        return True

    def welcome(self, account: str, network: str, *, now: float) -> None:
        """The right password came from a network. Only accounts that there are come here."""
        homes = self._homes.setdefault(account, {})
        homes.pop(network, None)
        if len(homes) >= MAX_NETWORKS:
            del homes[next(iter(homes))]
        homes[network] = now + KNOWN_FOR

    def wait(self, account: str, network: str, *, now: float) -> int:
        """Seconds that an answer for this name from there must wait; 0 when it counts. Asked once for each answer."""
        found = self._accounts.get(account[:_LONGEST])
        if found is None or found.until <= now or self._is_home(account, network, now):
            return 0
        if now >= found.next_turn:
            found.next_turn = now + self._limits.turn
            return 0
        return max(1, ceil(found.next_turn - now))

    def _is_home(self, account: str, network: str, now: float) -> bool:
        homes = self._homes.get(account)
        return homes is not None and homes.get(network, now) > now

    def _account(self, name: str, now: float) -> _Account:
        found = self._accounts.get(name)
        if found is None:
            if len(self._accounts) >= MAX_ACCOUNTS:
                del self._accounts[next(iter(self._accounts))]
            found = self._accounts[name] = _Account(now)
        return found
