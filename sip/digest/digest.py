"""Digest authentication (RFC 7616, RFC 8760, RFC 3261 s.22): the sums, header values, and a client's answer.

The server's nonces and judgement are in authentication. Knows no passwords, except the client's own.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sip.errors import ParseError, UnusableChallenge
from sip.grammar import is_token, quote, unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def _sha_512_256(data: bytes) -> str:
    return hashlib.new("sha512_256", data).hexdigest()


HASHES: dict[str, Callable[[bytes], str]] = {
    "SHA-512-256": _sha_512_256,
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
}
"""Algorithm to hexadecimal digest, strongest first; each may also be asked for with -sess."""

MAX_HEADER = 4096
"""Longest credentials read."""

_PARAMETER = re.compile(r'[ \t]*([!#-+\--:<-~]+)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|[^ \t,"]*)[ \t]*(?:,|\Z)')
_BLANK = re.compile(r"[ \t]*(?:,|\Z)")


@dataclass(frozen=True, slots=True)
class Sum:
    """Everything but the secret that goes into one response value."""

    algorithm: str
    method: str
    uri: str
    nonce: str
    qop: str = ""
    nc: str = ""
    cnonce: str = ""

    def response(self, ha1: str, body: bytes = b"") -> str:
        """The response value for a hashed secret (RFC 7616 s.3.4.1)."""
        name, session = base_algorithm(self.algorithm)
        digest = HASHES[name]
        if session:
            ha1 = digest(_octets(f"{ha1}:{self.nonce}:{self.cnonce}"))
        second = f"{self.method}:{self.uri}"
        if self.qop == "auth-int":
            second += f":{digest(body)}"
        ha2 = digest(_octets(second))
        middle = f"{self.nonce}:{self.nc}:{self.cnonce}:{self.qop}" if self.qop else self.nonce
        return digest(_octets(f"{ha1}:{middle}:{ha2}"))


def make_ha1(algorithm: str, account: str, realm: str, password: str) -> str:
    """The hashed secret that is stored in place of a password."""
    return HASHES[algorithm](_octets(f"{account}:{realm}:{password}"))


def make_userhash(algorithm: str, account: str, realm: str) -> str:
    """The account's name as a listener shall not read it (RFC 7616 s.3.4.4)."""
    return HASHES[algorithm](_octets(f"{account}:{realm}"))


def base_algorithm(name: str) -> tuple[str, bool]:
    """The hash's name and whether it is the -sess variant. Raises ParseError for one that we do not have."""
    upper = name.upper()
    plain = upper.removesuffix("-SESS")
    if plain not in HASHES:
        raise ParseError("unknown digest algorithm")
    return plain, plain != upper


def read_digest(value: str) -> dict[str, str] | None:
    """The parameters of a Digest challenge or credentials; None for other schemes. Raises ParseError.

    Names become lower case; quoted values lose their quotes and keep their escapes, as the sums want them.
    """
    words = value.split(None, 1)
    if not words or words[0].lower() != "digest":
        return None
    if len(value) > MAX_HEADER:
        raise ParseError("credentials too long")
    rest = words[1].rstrip() if len(words) > 1 else ""
    found: dict[str, str] = {}
    at = 0
    while at < len(rest):
        match = _PARAMETER.match(rest, at)
        if match is None:
            blank = _BLANK.match(rest, at)
            if blank is None:
                raise ParseError("bad digest parameter")
            at = blank.end()
            continue
        name, text = match[1].lower(), match[2]
        if name in found:
            raise ParseError("digest parameter given twice")
        found[name] = text[1:-1] if text[:1] == '"' else text
        at = match.end()
    return found


def write_digest(pairs: Sequence[tuple[str, str]]) -> str:
    """A Digest header value from names and values as they shall stand."""
    return "Digest " + ", ".join([f"{name}={value}" for name, value in pairs])


def strongest(challenges: Sequence[str], realm: str | None = None) -> str:
    """The first challenge we can answer, of this realm if one is named: a server lists its favourite first (RFC 8760).

    Raises UnusableChallenge when there is none.
    """
    for challenge in challenges:
        try:
            found = read_digest(challenge)
            if found is None or "nonce" not in found or "realm" not in found:
                continue
            if realm is not None and unquote(f'"{found["realm"]}"') != realm:
                continue
            base_algorithm(found.get("algorithm", "MD5"))
        except ParseError:
            continue
        if _pick_qop(found) is not None:
            return challenge
    raise UnusableChallenge("no challenge that can be answered")


def authorize(
    challenge: str,
    *,
    method: str,
    uri: str,
    user: str,
    password: str,
    nc: int,
    cnonce: str,
    body: bytes = b"",
) -> str:
    """The Authorization or Proxy-Authorization value that answers a challenge.

    Raises ParseError or UnusableChallenge when it cannot be answered.
    """
    asked = read_digest(challenge)
    qop = _pick_qop(asked) if asked is not None else None
    if asked is None or qop is None or not {"realm", "nonce"} <= asked.keys():
        raise UnusableChallenge("not a digest challenge that can be answered")
    algorithm = asked.get("algorithm", "MD5")
    name, session = base_algorithm(algorithm)
    ha1 = make_ha1(name, user, unquote(f'"{asked["realm"]}"'), password)
    count = f"{nc:08x}" if qop else ""
    summed = Sum(algorithm, method, uri, asked["nonce"], qop, count, cnonce if qop or session else "")
    return write_digest(
        [
            ("username", quote(user)),
            ("realm", f'"{asked["realm"]}"'),
            ("nonce", f'"{asked["nonce"]}"'),
            ("uri", f'"{uri}"'),
            ("response", f'"{summed.response(ha1, body)}"'),
            *_optional(asked, summed),
        ]
    )


def _optional(asked: Mapping[str, str], summed: Sum) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    if is_token(asked.get("algorithm", "")):
        pairs.append(("algorithm", asked["algorithm"]))
    if summed.cnonce:
        pairs.append(("cnonce", f'"{summed.cnonce}"'))
    if "opaque" in asked:
        pairs.append(("opaque", f'"{asked["opaque"]}"'))
    if summed.qop:
        pairs += [("qop", summed.qop), ("nc", summed.nc)]
    return pairs


def _pick_qop(asked: Mapping[str, str]) -> str | None:
    """The qop to use: "" where the server knows none (RFC 2069), None where it wants one that we do not have."""
    offered = asked.get("qop")
    if offered is None:
        return ""
    options = {each.strip().lower() for each in offered.split(",")}
    return next((each for each in ("auth", "auth-int") if each in options), None)


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
