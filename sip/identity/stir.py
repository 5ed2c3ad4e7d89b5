"""Whether a caller's number is the caller's own: Identity headers verified (RFC 8224 s.6.2, RFC 8588 s.8, RFC 8226).

Certificates are those that administrators configured, by the URL that tokens name; nothing is ever fetched. What is
cheap comes first and the signature last. The number compared is the one that the trunk's calls are taken to be from.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from sip.errors import ParseError
from sip.identity.passport import ALGORITHM, SHAKEN, claims_of, compact_input, read_identity
from sip.uri import Uri
from sip.verdicts import Refuse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sip.identity.passport import Identity, Party, Passport
    from sip.message import Request

MOST_HEADERS = 4
"""Identity headers that are looked at."""
_SEPARATORS = str.maketrans("", "", " -.()")


class Signer(Protocol):
    """Who signs; what its certificates say has been checked when they were read."""

    def is_good_at(self, time: float) -> bool:
        """Whether every certificate of the chain is within its time."""

    def has_signed(self, data: bytes, signature: bytes) -> bool:
        """Whether this is the signer's signature of the octets."""


class Verstat(StrEnum):
    """The outcome, in the words that 3GPP TS 24.229 puts behind a number."""

    PASSED = "TN-Validation-Passed"
    FAILED = "TN-Validation-Failed"
    NONE = "No-TN-Validation"


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of one caller's identity."""

    verstat: Verstat
    attestation: str | None = None
    """A (the number is the caller's), B (the caller is known) or C (only the gateway is), where that was proven."""
    refusal: Refuse | None = None
    """What the caller is told where the profile insists on an identity."""


class _Failed(Exception):
    """The identity is not proven; carries what to answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.refusal = Refuse(status, reason)


_MISSING = Verified(Verstat.NONE, None, Refuse(428, "Use Identity Header"))


class Verifier:
    """Verifies by a set of signers."""

    __slots__ = ("_country", "_freshness", "_signers")

    def __init__(
        self, signers: Mapping[str, Signer], *, freshness: float = 60.0, country: str | None = None
    ) -> None:
        """`signers` by the URL that tokens name them by; `country` is the calling code of numbers without one."""
        self._signers = signers
        self._freshness = freshness
        self._country = country

    def verify(self, request: Request, caller: Uri, *, wall: float) -> Verified:
        """Verify who calls; `wall` is the time in Unix seconds."""
        try:
            identity = _usable(request)
            if identity is None:
                return _MISSING
            attestation = self._attested(identity, request, caller, wall)
        except ParseError as error:
            return Verified(Verstat.FAILED, None, Refuse(438, f"Invalid Identity Header ({error})"))
        except _Failed as failed:
            return Verified(Verstat.FAILED, None, failed.refusal)
        return Verified(Verstat.PASSED, attestation)

    def _attested(self, identity: Identity, request: Request, caller: Uri, wall: float) -> str | None:
        signer = self._signers.get(identity.info)
        if signer is None:
            raise _Failed(436, "Bad Identity Info")
        if not signer.is_good_at(wall):
            raise _Failed(437, "Unsupported Credential")
        passport = None if identity.is_compact else claims_of(identity)
        issued = passport.issued if passport is not None else _date(request)
        if abs(wall - issued) > self._freshness:
            raise _Failed(403, "Stale Date")
        if passport is None:
            signed = self._rewritten(identity, request, caller, issued)
        else:
            self._compare(passport, request, caller)
            signed = identity.signed
        if not signer.has_signed(signed, identity.signature):
            raise _Failed(438, "Invalid Identity Header (signature)")
        return passport.attestation if passport is not None else None

    def _compare(self, passport: Passport, request: Request, caller: Uri) -> None:
        """The claims must name who calls and who is called here (RFC 8224 s.6.2.4)."""
        if not self._names(passport.origin, caller):
            raise _Failed(438, "Invalid Identity Header (orig)")
        if not self._names(passport.destination, request.to.uri) and not self._names(
            passport.destination, request.uri
        ):
            raise _Failed(438, "Invalid Identity Header (dest)")

    def _rewritten(self, identity: Identity, request: Request, caller: Uri, issued: int) -> bytes:
        """What a compact token must have signed. One of SHAKEN cannot be: its claims are not in the request."""
        origins, called = self._numbers(caller), self._numbers(request.to.uri)
        if identity.extension or not origins or not called:
            raise _Failed(438, "Invalid Identity Header (compact)")
        return compact_input(identity, issued, origins[-1], called[-1])

    def _names(self, party: Party, uri: Uri) -> bool:
        numbers = self._numbers(uri)
        if any(_digits(each) in numbers for each in party.numbers):
            return True
        return any(_same_uri(each, uri) for each in party.uris)

    def _numbers(self, uri: Uri) -> tuple[str, ...]:
        """What a number may be with its calling code and nothing else (RFC 8224 s.8.3); empty for what is none."""
        written = uri.subscriber
        number = _digits(written)
        if number is None:
            return ()
        if self._country is None or written.lstrip().startswith("+"):
            return (number,)
        if number.startswith("00"):
            return (number[2:],)
        # Trunks leave the plus sign out, or the calling code too: nobody can tell from the digits.
        return (number, self._country + number.removeprefix("0"))


def _usable(request: Request) -> Identity | None:
    """The first token that we understand, SHAKEN before others; extensions that we do not know are no proof."""
    found: Identity | None = None
    fault: ParseError | None = None
    for text in request.headers("Identity")[:MOST_HEADERS]:
        try:
            identity = read_identity(text)
        except ParseError as error:
            fault = error
            continue
        if identity.algorithm != ALGORITHM:
            continue
        if identity.extension == SHAKEN:
            return identity
        if not identity.extension:
            found = found or identity
    if found is None and fault is not None:
        raise fault
    return found


def _digits(text: str) -> str | None:
    digits = text.translate(_SEPARATORS).removeprefix("+")
    return digits if digits.isascii() and digits and not digits.strip("0123456789*#") else None


def _same_uri(text: str, uri: Uri) -> bool:
    """RFC 8224 s.8.5: user and host, nothing else."""
    try:
        said = Uri.parse(text)
    except ParseError:
        return False
    return said.scheme == uri.scheme and said.user == uri.user and said.host.lower() == uri.host.lower()


def _date(request: Request) -> int:
    try:
        return int(parsedate_to_datetime(request.header("Date") or "").timestamp())
    except (ValueError, TypeError, OverflowError):
        raise _Failed(438, "Invalid Identity Header (no Date)") from None
