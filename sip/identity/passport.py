"""PASSporT tokens in Identity headers (RFC 8224 s.4, RFC 8225, RFC 8588): read into their parts, nothing believed yet.

Both forms: the full one, and the compact one of RFC 8224 s.4.1, whose claims the receiver writes himself. Does no sums
and fetches nothing.
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from sip.errors import ParseError
from sip.grammar import parameters, split, unquote

MAX_HEADER = 8192
"""Longest Identity header read."""
ALGORITHM = "ES256"
SHAKEN = "shaken"
_BASE64 = re.compile(r"[A-Za-z0-9_-]+")
_LATEST = 1 << 40
_MOST_DESTINATIONS = 64


@dataclass(frozen=True, slots=True)
class Party:
    """Who calls, or who is called: telephone numbers or URIs."""

    numbers: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passport:
    """The claims of a token."""

    issued: int
    origin: Party
    destination: Party
    attestation: str | None = None
    """A, B or C of RFC 8588; None where the token is not of SHAKEN."""


@dataclass(frozen=True, slots=True)
class Identity:
    """One Identity header; printing it shows no token."""

    info: str
    algorithm: str
    extension: str
    """The ppt parameter, lower case; empty for the plain PASSporT."""
    header: str
    payload: str
    signature: bytes

    def __repr__(self) -> str:
        return f"<Identity {self.extension or 'passport'} {self.info}>"

    @property
    def is_compact(self) -> bool:
        """Whether the claims are left to the receiver."""
        return not self.payload

    @property
    def signed(self) -> bytes:
        """What the signature of a full token covers (RFC 7515 s.5.2)."""
        return f"{self.header}.{self.payload}".encode("ascii")


def read_identity(text: str) -> Identity:
    """Read one Identity header. Raises ParseError."""
    if len(text) > MAX_HEADER:
        raise ParseError("Identity is too long")
    token, *pieces = split(text, ";")
    params = parameters(pieces)
    parts = token.split(".")
    info = params.get("info") or ""
    if len(parts) != 3 or not (info[:1] == "<" and info[-1:] == ">"):
        raise ParseError("Identity without three parts or without info")
    header, payload, signature = parts
    if bool(header) != bool(payload):
        raise ParseError("Identity that is neither full nor compact")
    return Identity(
        info[1:-1],
        unquote(params.get("alg") or ALGORITHM),
        unquote(params.get("ppt") or "").lower(),
        header,
        payload,
        _decoded(signature),
    )


def claims_of(identity: Identity) -> Passport:
    """The claims of a full token, whose own header must say what the parameters say (RFC 8224 s.6.2.3).

    Raises ParseError.
    """
    header, payload = _json(identity.header), _json(identity.payload)
    if (
        header.get("typ") != "passport"
        or header.get("alg") != identity.algorithm
        or str(header.get("ppt", "")).lower() != identity.extension
        or header.get("x5u") != identity.info
        or "crit" in header
    ):
        raise ParseError("the token's header is not that of its parameters")
    issued = payload.get("iat")
    if not isinstance(issued, int) or isinstance(issued, bool) or not 0 < issued < _LATEST:
        raise ParseError("iat is no time")
    attestation = payload.get("attest")
    if identity.extension == SHAKEN and (
        attestation not in ("A", "B", "C") or not isinstance(payload.get("origid"), str)
    ):
        raise ParseError("a claim of SHAKEN is missing")
    return Passport(
        issued,
        _party(payload.get("orig")),
        _party(payload.get("dest")),
        attestation if identity.extension == SHAKEN else None,
    )


def compact_input(identity: Identity, issued: int, origin: str, destination: str) -> bytes:
    """What the signature of a compact token covers: the claims as the receiver knows them (RFC 8225 s.6, s.9)."""
    header: dict[str, object] = {"alg": identity.algorithm, "typ": "passport", "x5u": identity.info}
    if identity.extension:
        header["ppt"] = identity.extension
    claims = {"dest": {"tn": [destination]}, "iat": issued, "orig": {"tn": origin}}
    return b".".join(_encoded(each) for each in (header, claims))


def _encoded(value: object) -> bytes:
    """JSON in the one way of writing it that RFC 8225 s.9 leaves."""
    text = json.dumps(value, separators=(",", ":"), sort_keys=True)
    return urlsafe_b64encode(text.encode()).rstrip(b"=")


def _decoded(text: str) -> bytes:
    if not _BASE64.fullmatch(text):
        raise ParseError("bad base64 in a token")
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise ParseError("bad base64 in a token") from None


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(_decoded(text))
    except (ValueError, RecursionError):
        raise ParseError("bad JSON in a token") from None
    if not isinstance(found, dict):
        raise ParseError("a token's part is no object")
    return found


def _party(value: object) -> Party:
    if not isinstance(value, dict):
        raise ParseError("a party is missing")
    found = Party(_texts(value.get("tn")), _texts(value.get("uri")))
    if not found.numbers and not found.uris:
        raise ParseError("a party is missing")
    return found


def _texts(value: object) -> tuple[str, ...]:
    several = value if isinstance(value, list) else [] if value is None else [value]
    if len(several) > _MOST_DESTINATIONS or not all(isinstance(each, str) for each in several):
        raise ParseError("a party is no text")
    return tuple(several)
