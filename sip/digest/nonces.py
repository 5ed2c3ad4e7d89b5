"""Nonces of the server's side of digest (RFC 7616 s.3.3, s.3.4, s.5.4): made, known again, and their counts used up.

A nonce proves itself: it holds its time and is signed over the source it was given to, so nothing is kept for those
who only ask. What is kept is the counts of each nonce that a right answer used, to refuse replays.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from base.ids import Ids

MAX_NONCES = 32_768
"""Most nonces whose counts are kept; older ones are then stale, never unguarded."""
WINDOW = 64
"""How far behind the highest count a late request may be."""
_TIME_DIGITS = 12


class Counts:
    """The counts seen of one nonce: the highest and a bit for each of those just below."""

    __slots__ = ("highest", "issued", "seen")

    def __init__(self, issued: float) -> None:
        """Begin with none seen."""
        self.issued = issued
        self.highest = 0
        self.seen = 0

    def take(self, count: int) -> bool:
        """Mark a count as used; False when it was used before or lies too far back."""
        ahead = count - self.highest
        if ahead > 0:
            self.seen = ((self.seen << ahead) | 1) & ((1 << WINDOW) - 1) if ahead < WINDOW else 1
            self.highest = count
            return True
        if -ahead >= WINDOW or self.seen & (1 << -ahead):
            return False
        self.seen |= 1 << -ahead
        return True


class Nonces:
    """Makes nonces, and judges those that come back."""

    __slots__ = ("_counts", "_floor", "_ids", "_key", "_lifetime")

    def __init__(self, ids: Ids, lifetime: float) -> None:
        """Draw a key for this process: nonces of another one are stale here, which costs a phone one more turn."""
        self._ids = ids
        self._lifetime = lifetime
        self._key = hashlib.sha256(ids.token(32).encode()).digest()
        self._counts: dict[str, Counts] = {}
        self._floor = float("-inf")

    def __len__(self) -> int:
        """How many nonces are remembered."""
        return len(self._counts)

    def issue(self, source: str, *, now: float) -> str:
        """A fresh nonce for one source."""
        head = f"{int(now * 1000):0{_TIME_DIGITS}x}{self._ids.token(8)}"
        return head + self._sign(head, source)

    def issued(self, nonce: str, source: str, *, now: float) -> float | None:
        """When we gave this nonce to this source; None when we did not, or it is too old."""
        head, signature = nonce[:-32], nonce[-32:]
        if len(head) <= _TIME_DIGITS or not nonce.isascii():
            return None
        if not hmac.compare_digest(signature, self._sign(head, source)):
            return None
        at = int(head[:_TIME_DIGITS], 16) / 1000
        return at if now - at <= self._lifetime and at > self._floor else None

    def is_ageing(self, issued: float, *, now: float) -> bool:
        """Whether more than half of a nonce's life is over, so that a next one should be named (RFC 7616 s.3.5)."""
        return now - issued > self._lifetime / 2

    def spend(self, nonce: str, count: int, issued: float, *, now: float) -> bool:
        """Use a count of a nonce of ours up; False when it was used before."""
        counts = self._counts.get(nonce)
        if counts is None:
            self._make_room(now)
            counts = self._counts[nonce] = Counts(issued)
        return counts.take(count)

    def _sign(self, head: str, source: str) -> str:
        data = f"{head}@{source}".encode("utf-8", "surrogateescape")
        return hashlib.blake2b(data, key=self._key, digest_size=16).hexdigest()

    def _make_room(self, now: float) -> None:
        """Forget what is out of date, and the oldest when full; a forgotten nonce must not be good again."""
        counts = self._counts
        while counts:
            oldest = next(iter(counts))
            issued = counts[oldest].issued
            expired = now - issued > self._lifetime
            if not expired and len(counts) < MAX_NONCES:
                return
            if not expired:
                self._floor = max(self._floor, issued)
            del counts[oldest]
