"""How much one person or key, or one source of strangers, may ask in a second: more is told to wait (429).

Strangers are all requests that prove nothing: no key, no session, or one that opens nothing. Of a source that has asked
too much nobody is looked up who does not show what opened the door lately: neighbours keep nobody out.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from aiohttp import web

from base.buckets import Buckets
from console.problem import Refusal
from records.people.tokens import hashed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_UNDER_WAY = 100
"""Requests of one person, key or source of strangers that are not answered to the end: who reads slowly holds few."""
MOST_TOKENS = 10_000
"""Of those that opened the door lately."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests: so many at once, and so many a second on and on."""

    rate: float = 50.0
    burst: int = 200
    strangers_rate: float = 5.0
    strangers_burst: int = 100


class Limits:
    """What was asked lately, by whom."""

    def __init__(self, rates: Callable[[], Rates], clock: Callable[[], float] = time.monotonic) -> None:
        """The rates may change."""
        self._rates, self._clock = rates, clock
        self._good: OrderedDict[str, None] = OrderedDict()
        self._under_way: Counter[str] = Counter()
        self._begin(rates())

    @contextmanager
    def under_way(self, who: str) -> Iterator[None]:
        """While a request is answered. Raises Refusal."""
        if self._under_way[who] >= MOST_UNDER_WAY:
            raise _refusal(1.0)
        self._under_way[who] += 1
        try:
            yield
        finally:
            self._under_way[who] -= 1
            if not self._under_way[who]:
                del self._under_way[who]

    def look(self, token: str, source: str) -> None:
        """Before it is known who asks. Raises Refusal."""
        if self._rates() != self._now:
            self._begin(self._rates())
        if self._strangers.is_empty(source, now=self._clock()) and hashed(token) not in self._good:
            raise _refusal(1.0 / self._strangers.rate)

    def count(self, principal: str, token: str) -> None:
        """Somebody who may come in. Raises Refusal."""
        proof = hashed(token)
        self._good[proof] = None
        self._good.move_to_end(proof)
        if len(self._good) > MOST_TOKENS:
            self._good.popitem(last=False)
        self._take(self._principals, principal)

    def count_stranger(self, source: str) -> None:
        """Somebody who proved nothing. Raises Refusal."""
        self._take(self._strangers, source)

    def _take(self, buckets: Buckets, key: str) -> None:
        wait = buckets.take(key, now=self._clock())
        if wait:
            raise _refusal(wait)

    def _begin(self, rates: Rates) -> None:
        self._now = rates
        self._principals = Buckets(rates.burst, rates.rate)
        self._strangers = Buckets(rates.strangers_burst, rates.strangers_rate)


def _refusal(wait: float) -> Refusal:
    seconds = max(1, ceil(wait))
    words = f"too many requests; ask again in {seconds} s"
    return Refusal(429, "too_many_requests", words, headers={"Retry-After": str(seconds)})


LIMITS = web.AppKey("limits", Limits)
