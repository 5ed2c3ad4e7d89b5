"""The server's side of digest (RFC 7616 s.3.3-3.5, RFC 8760, RFC 3261 s.22): challenges, and judging credentials.

The nonce is judged before the password: one that we did not give to this source, or that is old, is answered as stale
whatever the password, so that nobody can guess without a nonce of his own, nor fail under another's address. With a
good nonce an unknown account costs the same sums and gets the same answer as a wrong password.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from sip.digest.digest import Sum, base_algorithm, read_digest, write_digest
from sip.digest.nonces import Nonces
from sip.errors import ParseError
from sip.grammar import quote, unquote
from sip.uri import Uri

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from base.ids import Ids
    from sip.digest.credentials import Credentials
    from sip.message import Extra, Request

DECOYS = {"MD5": "0" * 32, "SHA-256": "0" * 64, "SHA-512-256": "0" * 64}
"""Summed in place of an unknown account's secret; whoever answers with it is still unknown."""
_HEX = frozenset("0123456789abcdefABCDEF")


class Judgement(Enum):
    """What credentials are worth."""

    ABSENT = "none for us"
    MALFORMED = "not readable, or for another URI"
    WRONG = "wrong password or unknown account"
    STALE = "the nonce is old, used or not ours"
    VALID = "right"


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement; where it is VALID or WRONG, the account that was named; what a success is to carry."""

    judgement: Judgement
    account: str | None = None
    proof: Extra = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What challenges offer, the favourite first, and what answers may say of themselves."""

    algorithms: Sequence[str] = ("SHA-256", "MD5")
    qop: Sequence[str] = ("auth",)
    lifetime: float = 300.0
    userhash: bool = False
    """Whether phones are asked to hide the account's name (RFC 7616 s.3.4.4); a hidden one is taken in any case."""
    authentication_info: bool = False
    """Whether successes prove that we know the password too, and name the next nonce in time (s.3.5)."""


class Authenticator:
    """Challenges and judges for one realm."""

    __slots__ = ("_accepted", "_nonces", "_offer", "_opaque", "_realm", "credentials")

    def __init__(self, realm: str, credentials: Credentials, ids: Ids, offer: Offer | None = None) -> None:
        """Begin with no nonce known."""
        self._realm = realm
        self.credentials = credentials
        """Replaced as a whole when passwords are reloaded."""
        self._offer = offer or Offer()
        self._accepted = frozenset(each.upper() for each in self._offer.algorithms)
        self._nonces = Nonces(ids, self._offer.lifetime)
        self._opaque = ids.token(8)

    def __len__(self) -> int:
        """How many nonces are remembered."""
        return len(self._nonces)

    def challenge(self, source: str, *, stale: bool = False, now: float) -> tuple[tuple[str, str], ...]:
        """One WWW-Authenticate header for each algorithm, the favourite first, with one fresh nonce.

        Never Proxy-Authenticate: the centre answers calls itself, it forwards none (RFC 3261 s.22.2, s.22.3).
        """
        nonce = self._nonces.issue(source, now=now)
        flags = [("stale", "true")] if stale else []
        if self._offer.userhash:
            flags.append(("userhash", "true"))
        return tuple(
            (
                "WWW-Authenticate",
                write_digest(
                    [
                        ("realm", quote(self._realm)),
                        ("nonce", f'"{nonce}"'),
                        ("opaque", f'"{self._opaque}"'),
                        *flags,
                        ("algorithm", algorithm),
                        ("qop", f'"{",".join(self._offer.qop)}"'),
                    ]
                ),
            )
            for algorithm in self._offer.algorithms
        )

    def judge(self, request: Request, source: str, *, now: float) -> Judged:
        """Judge the credentials that a request carries for our realm."""
        try:
            # A phone that knows a proxy of our realm in front of us may have answered that one.
            said = self._find([*request.headers("Authorization"), *request.headers("Proxy-Authorization")])
            if said is None:
                return Judged(Judgement.ABSENT)
            summed, account = _summed(said, request), self._account(said)
        except ParseError:
            return Judged(Judgement.MALFORMED)
        issued = self._nonces.issued(summed.nonce, source, now=now)
        if issued is None or said.get("opaque", self._opaque) != self._opaque:
            return Judged(Judgement.STALE)
        name = base_algorithm(summed.algorithm)[0]
        ha1 = self.credentials.ha1(account, self._realm, name)
        expected = summed.response(ha1 or DECOYS[name], request.body)
        # Both sides are compared in full for an unknown account too, so that it takes as long as a known one.
        right = hmac.compare_digest(expected.encode(), said["response"].lower().encode("utf-8", "replace"))
        if not right or ha1 is None:
            return Judged(Judgement.WRONG, account)
        # Without qop there is no count (RFC 2069): such a nonce is good for one request.
        count = int(summed.nc, 16) if summed.qop else 1
        if not self._nonces.spend(summed.nonce, count, issued, now=now):
            return Judged(Judgement.STALE)
        proof = self._proof(summed, ha1, issued, source, now) if self._offer.authentication_info else ()
        return Judged(Judgement.VALID, account, proof)

    def _find(self, values: Sequence[str]) -> Mapping[str, str] | None:
        """The first credentials for our realm with an algorithm and a protection that we asked for.

        Only one pair is ever judged: a request with many would be as many guesses. Raises ParseError when there is
        none, but something that cannot be read.
        """
        fault: ParseError | None = None
        for value in values:
            try:
                said = read_digest(value)
                if said is None or said.get("algorithm", "MD5").upper() not in self._accepted:
                    continue
                if unquote(f'"{said.get("realm", "")}"') == self._realm and self._is_enough(said):
                    return said
            except ParseError as error:
                fault = error
        if fault is not None:
            raise fault
        return None

    def _is_enough(self, said: Mapping[str, str]) -> bool:
        """Whether as much is protected as we ask for: auth-int does for auth, nothing does for auth-int."""
        return "auth" in self._offer.qop or said.get("qop", "").lower() == "auth-int"

    def _account(self, said: Mapping[str, str]) -> str:
        """The account as named: plain, with letters beyond ASCII, or hidden (RFC 7616 s.3.4, s.3.4.4)."""
        hidden = said.get("userhash", "false").lower() == "true"
        if "username*" in said:
            if hidden or "username" in said:
                raise ParseError("credentials with two names")
            return _extended(said["username*"])
        named = unquote(f'"{said["username"]}"')
        if not hidden:
            return named
        name = base_algorithm(said.get("algorithm", "MD5"))[0]
        return self.credentials.unhidden(named.lower(), self._realm, name) or named

    def _proof(self, summed: Sum, ha1: str, issued: float, source: str, now: float) -> Extra:
        pairs = []
        if self._nonces.is_ageing(issued, now=now):
            pairs.append(("nextnonce", f'"{self._nonces.issue(source, now=now)}"'))
        if summed.qop == "auth":
            # That of auth-int would cover the answer's body, which is not known yet.
            back = Sum(summed.algorithm, "", summed.uri, summed.nonce, "auth", summed.nc, summed.cnonce)
            pairs += [
                ("qop", "auth"),
                ("rspauth", f'"{back.response(ha1)}"'),
                ("cnonce", f'"{summed.cnonce}"'),
                ("nc", summed.nc),
            ]
        return (
            (("Authentication-Info", ", ".join(f"{name}={value}" for name, value in pairs)),) if pairs else ()
        )


def _summed(said: Mapping[str, str], request: Request) -> Sum:
    """What the response value is a sum of. Raises ParseError when parts are missing or do not fit the request."""
    qop, algorithm = said.get("qop", "").lower(), said.get("algorithm", "MD5")
    nc, cnonce = said.get("nc", ""), said.get("cnonce", "")
    if not {"nonce", "uri", "response"} <= said.keys() or said.keys().isdisjoint(("username", "username*")):
        raise ParseError("credentials with parts missing")
    if qop not in ("", "auth", "auth-int") or (qop and not cnonce):
        raise ParseError("credentials with a bad qop")
    if not qop and algorithm.upper() != "MD5":
        raise ParseError("credentials without qop")  # only RFC 2069 knew such, and only MD5
    if qop and (len(nc) != 8 or not _HEX.issuperset(nc)):
        raise ParseError("credentials with a bad nc")
    if not _same_place(unquote(f'"{said["uri"]}"'), request):
        raise ParseError("credentials for another URI")
    return Sum(algorithm, request.method, said["uri"], said["nonce"], qop, nc, cnonce)


def _extended(text: str) -> str:
    """A name written as RFC 8187 does, UTF-8''J%C3%A4rvi. Raises ParseError."""
    parts = text.split("'")
    if len(parts) != 3 or parts[0].upper() != "UTF-8":
        raise ParseError("a name in another character set than UTF-8")
    try:
        return unquote_to_bytes(parts[2]).decode("utf-8")
    except UnicodeDecodeError:
        raise ParseError("a name that is not UTF-8") from None


def _same_place(text: str, request: Request) -> bool:
    """Whether the digest's URI is the request's: phones add or leave out ports and parameters, some the user."""
    if text == request.uri_text:
        return True
    said, asked = Uri.parse(text), request.uri
    return asked.is_sip and said.user in (None, asked.user) and said.host.lower() == asked.host.lower()
