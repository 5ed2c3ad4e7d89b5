"""What each payer has called: at once, today, and numbers that it never called before. Counts; decides by its caps.

Numbers and figures only: who pays for a call, and where counts are kept over a restart, is decided elsewhere.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KNOWN = 2000
"""Numbers remembered of one payer as called before; the oldest are forgotten."""
PAYERS = 20_000
"""Payers whose counts are kept; beyond it, those without a call now or today are forgotten."""


class Cap(Enum):
    """What has a limit."""

    AT_ONCE = "at_once"
    CALLS_PER_DAY = "calls_per_day"
    MINUTES_PER_DAY = "minutes_per_day"
    NEW_NUMBERS = "new_numbers"


@dataclass(frozen=True, slots=True)
class Caps:
    """Limits of one payer; None is as much as comes."""

    at_once: int | None = None
    calls_per_day: int | None = None
    minutes_per_day: float | None = None
    new_numbers: int | None = None
    """Numbers never called before, within `new_within`."""
    new_within: float = 600.0
    """Seconds."""

    def limit(self, cap: Cap) -> float | None:
        """The figure of one."""
        return {
            Cap.AT_ONCE: self.at_once,
            Cap.CALLS_PER_DAY: self.calls_per_day,
            Cap.MINUTES_PER_DAY: self.minutes_per_day,
            Cap.NEW_NUMBERS: self.new_numbers,
        }[cap]


@dataclass(frozen=True, slots=True)
class Reached:
    """A cap lets no further call through."""

    payer: str
    cap: Cap
    limit: float
    wait: float
    """Seconds after which it may be worth another try; 0 where only the next day helps."""
    is_first: bool
    """Whether it is the first call of the day that this cap stops."""


@dataclass(eq=False, slots=True)
class MeteredCall:
    """One call that was let through."""

    payers: tuple[str, ...]
    since: float


@dataclass(slots=True)
class _Account:
    day: str = ""
    calls: int = 0
    seconds: float = 0.0
    """Of calls that are over."""
    up: dict[MeteredCall, None] = field(default_factory=dict)
    known: dict[str, None] = field(default_factory=dict)
    news: deque[float] = field(default_factory=deque)
    """When numbers were called that had not been before."""
    told: set[Cap] = field(default_factory=set)

    def turn(self, day: str) -> None:
        if self.day != day:
            self.day, self.calls, self.seconds = day, 0, 0.0
            self.told.clear()

    def spent(self, now: float) -> float:
        return self.seconds + sum(now - each.since for each in self.up)


class Meter:
    """The counts of all payers."""

    __slots__ = ("_accounts", "changed")

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._accounts: dict[str, _Account] = {}
        self.changed: set[str] = set()
        """Payers whose counts of the day are not what they were; whoever keeps them takes it away."""

    def restore(self, day: str, counts: Mapping[str, tuple[int, float]]) -> None:
        """Go on from what was counted on this day: calls and seconds by payer."""
        for payer, (calls, seconds) in counts.items():
            account = self._accounts.setdefault(payer, _Account(day))
            account.turn(day)
            account.calls += calls
            account.seconds += seconds

    def begin(
        self, payers: Iterable[tuple[str, Caps]], number: str, *, day: str, now: float
    ) -> MeteredCall | Reached:
        """A call that all these payers must be able to bear; when one is not, nothing is counted."""
        self._forget(day)
        bearing: list[tuple[_Account, Caps]] = []
        names: list[str] = []
        for payer, caps in payers:
            account = self._accounts.setdefault(payer, _Account(day))
            account.turn(day)
            cap = _reached(account, caps, number, now)
            if cap is not None:
                is_first = cap not in account.told
                account.told.add(cap)
                return Reached(payer, cap, caps.limit(cap) or 0, _wait(account, caps, cap, now), is_first)
            bearing.append((account, caps))
            names.append(payer)
        call = MeteredCall(tuple(names), now)
        for account, caps in bearing:
            account.calls += 1
            account.up[call] = None
            if caps.new_numbers is not None:
                _note(account, number, now)
        self.changed.update(names)
        return call

    def end(self, call: MeteredCall, *, day: str, now: float) -> None:
        """It is over; said twice it counts once. One that went on past midnight counts whole on the day it ends."""
        for payer in call.payers:
            account = self._accounts.get(payer)
            if account is not None and call in account.up:
                account.turn(day)
                del account.up[call]
                account.seconds += max(0.0, now - call.since)
                self.changed.add(payer)

    def counts(self, payer: str, *, now: float) -> tuple[str, int, float]:
        """The day, its calls and its seconds, those of calls that go on among them."""
        account = self._accounts.get(payer)
        return (account.day, account.calls, account.spent(now)) if account is not None else ("", 0, 0.0)

    def at_once(self, payer: str) -> int:
        """Calls that are up."""
        account = self._accounts.get(payer)
        return len(account.up) if account is not None else 0

    def speaking(self) -> list[str]:
        """Payers with a call up."""
        return [payer for payer, account in self._accounts.items() if account.up]

    def _forget(self, day: str) -> None:
        if len(self._accounts) > PAYERS:
            idle = [name for name, each in self._accounts.items() if not each.up and each.day != day]
            for name in idle:
                del self._accounts[name]


def _reached(account: _Account, caps: Caps, number: str, now: float) -> Cap | None:
    if caps.at_once is not None and len(account.up) >= caps.at_once:
        return Cap.AT_ONCE
    if caps.calls_per_day is not None and account.calls >= caps.calls_per_day:
        return Cap.CALLS_PER_DAY
    if caps.minutes_per_day is not None and account.spent(now) >= caps.minutes_per_day * 60:
        return Cap.MINUTES_PER_DAY
    if caps.new_numbers is not None and number not in account.known:
        news = account.news
        while news and news[0] <= now - caps.new_within:
            news.popleft()
        if len(news) >= caps.new_numbers:
            return Cap.NEW_NUMBERS
    return None


def _wait(account: _Account, caps: Caps, cap: Cap, now: float) -> float:
    if cap is Cap.NEW_NUMBERS:
        return account.news[0] + caps.new_within - now if account.news else caps.new_within
    return 30.0 if cap is Cap.AT_ONCE else 0.0


def _note(account: _Account, number: str, now: float) -> None:
    if number in account.known:
        del account.known[number]  # to be the latest again
    else:
        account.news.append(now)
    account.known[number] = None
    if len(account.known) > KNOWN:
        del account.known[next(iter(account.known))]
