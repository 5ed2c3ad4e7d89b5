"""The server's side of digest (RFC 7616 s.3.3-3.5, RFC 8760): challenges, nonces, and judging credentials.

Nonces prove themselves: they hold their time and are signed over the source they were given to, so nothing is kept
for those who only ask. What is kept is the count of each nonce that a valid answer used, to refuse replays.
An unknown account costs the same sums and gets the same answer as a wrong password.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from sip.digest import Sum, base_algorithm, read_digest, write_digest
from sip.errors import ParseError
from sip.grammar import quote, unquote
from sip.uri import Uri

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from base.ids import Ids
    from sip.credentials import Credentials
    from sip.message import Request

MAX_NONCES = 32_768
"""Most nonces whose counts are kept; older ones are then stale, never unguarded."""
_WINDOW = 64
"""How far behind the highest count a late request may be."""
DECOY = "0" * 64
"""Summed in place of an unknown account's secret; whoever answers with it is still unknown."""
_TIME_DIGITS = 12


class Judgement(Enum):
    """What credentials are worth."""

    ABSENT = "none for us"
    MALFORMED = "not readable, or for another URI"
    WRONG = "wrong password or unknown account"
    STALE = "right, but the nonce is old, used or not ours"
    VALID = "right"


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement and, where it is VALID, whose account it is."""

    judgement: Judgement
    account: str | None = None


class _Count:
    """The counts seen of one nonce: the highest and a bit for each of those just below."""

    __slots__ = ("highest", "issued", "seen")

    def __init__(self, issued: float) -> None:
        self.issued = issued
        self.highest = 0
        self.seen = 0

    def take(self, count: int) -> bool:
        """Mark a count as used; False when it was used before or lies too far back."""
        ahead = count - self.highest
        if ahead > 0:
            self.seen = ((self.seen << ahead) | 1) & ((1 << _WINDOW) - 1) if ahead < _WINDOW else 1
            self.highest = count
            return True
        bit = 1 << -ahead
        if -ahead >= _WINDOW or self.seen & bit:
            return False
        self.seen |= bit
        return True


class Authenticator:
    """Challenges and judges for one realm."""

    __slots__ = (
        "_accepted",
        "_algorithms",
        "_counts",
        "_floor",
        "_ids",
        "_key",
        "_lifetime",
        "_opaque",
        "_realm",
        "credentials",
    )

    def __init__(
        self,
        realm: str,
        credentials: Credentials,
        ids: Ids,
        *,
        algorithms: Sequence[str] = ("SHA-256", "MD5"),
        lifetime: float = 300.0,
    ) -> None:
        """Draw a key for this process: nonces of another one are stale here, which costs a phone one more turn."""
        self._realm = realm
        self.credentials = credentials
        """Replaced as a whole when passwords are reloaded."""
        self._ids = ids
        self._algorithms = tuple(algorithms)
        self._accepted = frozenset(each.upper() for each in algorithms)
        self._lifetime = lifetime
        self._key = hashlib.sha256(ids.token(32).encode()).digest()
        self._opaque = ids.token(8)
        self._counts: dict[str, _Count] = {}
        self._floor = float("-inf")

    def __len__(self) -> int:
        """How many nonces are remembered."""
        return len(self._counts)

    def challenge(self, source: str, *, stale: bool = False, now: float) -> tuple[tuple[str, str], ...]:
        """One WWW-Authenticate header for each algorithm, the favourite first, with one fresh nonce."""
        nonce = self._issue(source, now)
        flag = [("stale", "true")] if stale else []
        return tuple(
            (
                "WWW-Authenticate",
                write_digest(
                    [
                        ("realm", quote(self._realm)),
                        ("nonce", f'"{nonce}"'),
                        ("opaque", f'"{self._opaque}"'),
                        *flag,
                        ("algorithm", algorithm),
                        ("qop", '"auth"'),
                    ]
                ),
            )
            for algorithm in self._algorithms
        )

    def judge(self, request: Request, source: str, *, now: float) -> Judged:
        """Judge the credentials that a request carries for our realm."""
        try:
            said = self._find(request.headers("Authorization"))
            if said is None:
                return Judged(Judgement.ABSENT)
            summed = _summed(said, request)
        except ParseError:
            return Judged(Judgement.MALFORMED)
        account = unquote(f'"{said["username"]}"')
        ha1 = self.credentials.ha1(account, self._realm, base_algorithm(summed.algorithm)[0])
        expected = summed.response(ha1 or DECOY, request.body)
        # Both sides are compared in full for an unknown account too, so that it takes as long as a known one.
        right = hmac.compare_digest(expected.encode(), said["response"].lower().encode("utf-8", "replace"))
        if not right or ha1 is None:
            return Judged(Judgement.WRONG)
        if said.get("opaque", self._opaque) != self._opaque or not self._spend(summed, source, now):
            return Judged(Judgement.STALE)
        return Judged(Judgement.VALID, account)

    def _find(self, values: Sequence[str]) -> Mapping[str, str] | None:
        """The first credentials for our realm with an algorithm that we asked for."""
        for value in values:
            said = read_digest(value)
            if said is None or said.get("algorithm", "MD5").upper() not in self._accepted:
                continue
            if unquote(f'"{said.get("realm", "")}"') == self._realm:
                return said
        return None

    def _issue(self, source: str, now: float) -> str:
        head = f"{int(now * 1000):0{_TIME_DIGITS}x}{self._ids.token(8)}"
        return head + self._sign(head, source)

    def _sign(self, head: str, source: str) -> str:
        data = f"{head}@{source}".encode("utf-8", "surrogateescape")
        return hashlib.blake2b(data, key=self._key, digest_size=16).hexdigest()

    def _spend(self, summed: Sum, source: str, now: float) -> bool:
        """Use a nonce's count up; False when the nonce is not ours, old, or the count was used before."""
        nonce = summed.nonce
        head, signature = nonce[:-32], nonce[-32:]
        if len(head) <= _TIME_DIGITS or not nonce.isascii():
            return False
        if not hmac.compare_digest(signature, self._sign(head, source)):
            return False
        issued = int(head[:_TIME_DIGITS], 16) / 1000
        if now - issued > self._lifetime or issued <= self._floor:
            return False
        count = self._counts.get(nonce)
        if count is None:
            self._make_room(now)
            count = self._counts[nonce] = _Count(issued)
        # Without qop there is no count (RFC 2069): such a nonce is good for one request.
        return count.take(int(summed.nc, 16) if summed.qop else 1)

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


def _summed(said: Mapping[str, str], request: Request) -> Sum:
    """What the response value is a sum of. Raises ParseError when parts are missing or do not fit the request."""
    qop = said.get("qop", "").lower()
    nc, cnonce = said.get("nc", ""), said.get("cnonce", "")
    if not {"username", "nonce", "uri", "response"} <= said.keys():
        raise ParseError("credentials with parts missing")
    if qop not in ("", "auth", "auth-int") or (qop and not cnonce):
        raise ParseError("credentials with a bad qop")
    if qop and (len(nc) != 8 or not set(nc) <= set("0123456789abcdefABCDEF")):
        raise ParseError("credentials with a bad nc")
    if not _same_place(unquote(f'"{said["uri"]}"'), request):
        raise ParseError("credentials for another URI")
    return Sum(said.get("algorithm", "MD5"), request.method, said["uri"], said["nonce"], qop, nc, cnonce)


def _same_place(text: str, request: Request) -> bool:
    """Whether the digest's URI is the request's: phones add or leave out ports and parameters, some the user."""
    if text == request.uri_text:
        return True
    said, asked = Uri.parse(text), request.uri
    return said.user in (None, asked.user) and said.host.lower() == asked.host.lower()
