"""Small pieces of the SIP grammar (RFC 3261 s.25.1): tokens, quoted strings, lists, numbers, hosts.

Linear scans only: no regular expression here can be made to backtrack by a peer.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address

from sip.errors import ParseError

_TOKEN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~")
_HOST = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")

LONGEST_KEPT = 256
"""Longest text whose reading is remembered: caches count entries, and a peer decides how long those are."""

_USUAL = frozenset(
    ("branch", "rport", "received", "tag", "lr", "transport", "expires", "user", "alias", "maddr", "ttl")
)
"""Parameter names that need no closer look."""


def is_token(text: str) -> bool:
    """Whether the text is one token."""
    return bool(text) and _TOKEN.issuperset(text)


def is_ipv4(text: str) -> bool:
    """Whether the text is an IPv4 address: four numbers, and no short form such as 127.1."""
    parts = text.split(".", 4)
    return len(parts) == 4 and all(
        part.isascii() and part.isdigit() and len(part) <= 3 and int(part) <= 255 for part in parts
    )


def is_ipv6(text: str) -> bool:
    """Whether the text is an IPv6 address without brackets."""
    try:
        IPv6Address(text)
    except (AddressValueError, ValueError):
        return False
    return True


def number(text: str, limit: int, what: str) -> int:
    """Read 1*DIGIT not above `limit`."""
    if not text.isascii() or not text.isdigit() or len(text) > 20:
        raise ParseError(f"{what} is not a number")
    found = int(text)
    if found > limit:
        raise ParseError(f"{what} is too large")
    return found


def split(text: str, separator: str) -> list[str]:
    """Split at separators outside quoted strings and angle brackets; pieces are stripped."""
    if separator not in text:
        return [text.strip()]
    if '"' not in text and "<" not in text:
        return [piece.strip() for piece in text.split(separator)]
    return _split_carefully(text, separator)


def _split_carefully(text: str, separator: str) -> list[str]:
    pieces: list[str] = []
    start = at = 0
    angle = False
    while at < len(text):
        letter = text[at]
        if letter == '"' and not angle:
            at = end_of_quoted(text, at)
            continue
        if letter == "<":
            angle = True
        elif letter == ">":
            angle = False
        elif letter == separator and not angle:
            pieces.append(text[start:at].strip())
            start = at + 1
        at += 1
    pieces.append(text[start:].strip())
    return pieces


def end_of_quoted(text: str, at: int) -> int:
    """The position after the quoted string that begins at `at`."""
    at += 1
    while at < len(text):
        letter = text[at]
        if letter == "\\":
            at += 2
        elif letter == '"':
            return at + 1
        else:
            at += 1
    raise ParseError("unbalanced quotes")


def unquote(text: str) -> str:
    """The content of a quoted string; other text as it is."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text
    inner = text[1:-1]
    if "\\" not in inner:
        return inner
    letters = iter(inner)
    return "".join([next(letters, "") if letter == "\\" else letter for letter in letters])


def quote(text: str) -> str:
    """The text as a quoted string, without control characters."""
    safe = "".join(letter for letter in text if letter >= " " and letter != "\x7f")
    return '"' + safe.replace("\\", "\\\\").replace('"', '\\"') + '"'


def bounded(text: str, longest: int) -> str:
    """A peer's text that we keep or pass on: nothing unprintable in it, and not endless."""
    return "".join([letter for letter in text[: 2 * longest] if letter.isprintable()])[:longest]


def host_port(text: str) -> tuple[str, int | None]:
    """Read `host [ ":" port ]`; an IPv6 reference loses its brackets."""
    return _host_port(text) if len(text) <= LONGEST_KEPT else _read_host_port(text)


@lru_cache(maxsize=1024)
def _host_port(text: str) -> tuple[str, int | None]:
    return _read_host_port(text)


def _read_host_port(text: str) -> tuple[str, int | None]:
    if text[:1] == "[":
        host, bracket, rest = text[1:].partition("]")
        # The grammar of RFC 3261 allows three colons before an IPv4 part, and they must be borne (RFC 5118 s.4.10).
        host = host.replace(":::", "::", 1)
        if not bracket or not is_ipv6(host) or (rest and rest[0] != ":"):
            raise ParseError("bad IPv6 reference")
        port = rest[1:]
        if rest and not port:
            raise ParseError("empty port")
        host = str(IPv6Address(host))  # one address, one spelling (RFC 5952)
    else:
        host, colon, port = text.partition(":")
        host, port = host.rstrip(), port.lstrip()
        if not _HOST.issuperset(host) or not host or (colon and not port):
            raise ParseError("bad host")
    return host, number(port, 65535, "port") if port else None


def parameters(pieces: list[str]) -> dict[str, str | None]:
    """Read `name [ = value ]` pieces; names become lower case, values stay as written."""
    found: dict[str, str | None] = {}
    for piece in pieces:
        name, equals, value = piece.partition("=")
        if name not in _USUAL:
            name = name.strip().lower()
            if not is_token(name):
                raise ParseError("bad parameter name")
        value = value.strip()
        if equals and not value:
            raise ParseError("empty parameter value")
        found[name] = value if equals else None
    return found
