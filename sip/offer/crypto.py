"""Keys of SRTP in descriptions (RFC 4568; suites of AES-GCM by RFC 7714): a=crypto lines read and written.

Keys are drawn elsewhere. They stand in no representation of what is here.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

KEY_LENGTHS: Mapping[str, int] = MappingProxyType(
    {
        "AEAD_AES_128_GCM": 28,
        "AEAD_AES_256_GCM": 44,
        "AES_CM_128_HMAC_SHA1_80": 30,
        "AES_CM_128_HMAC_SHA1_32": 30,
    }
)
"""Octets of master key and salt by suite, the one we like best first (RFC 4568 s.6.2, RFC 7714 s.12)."""

_LINE = re.compile(
    r"([1-9][0-9]{0,8})[ \t]+([A-Za-z0-9_]{1,64})[ \t]+inline:(\S{1,128})((?:[ \t]+\S{1,64}){0,8})"
)
_KEY = re.compile(r"([A-Za-z0-9+/]{1,64}={0,2})(?:\|(?:2\^[0-9]{1,2}|[0-9]{1,15}))?")
"""One key with its lifetime. Several keys, or one with an MKI (`|1:4`), are not for us: the line is passed over."""
_HARMLESS = re.compile(r"-\S+|WSH=[0-9]{1,9}", re.IGNORECASE)
"""Session parameters that ask nothing of us (RFC 4568 s.6.3.7); a line with any other must be passed over."""


@dataclass(frozen=True, slots=True)
class Crypto:
    """One line: a suite, and the key under which its writer sends."""

    tag: int
    suite: str
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """What SRTP runs by: master key and salt of both directions in one suite."""

    suite: str
    ours: bytes = field(repr=False)
    theirs: bytes = field(repr=False)


def cryptos(attributes: Iterable[str]) -> Iterator[Crypto]:
    """The lines that we can follow, in their order; damaged and unknown ones are as if they were not there."""
    tags: set[int] = set()
    for each in attributes:
        if not each.startswith("crypto:"):
            continue
        found = _LINE.fullmatch(each.rstrip(), 7)
        if found is None or not all(map(_HARMLESS.fullmatch, found[4].split())):
            continue
        tag, suite = int(found[1]), found[2].upper()
        key = _key(suite, found[3])
        if key is not None and tag not in tags:
            tags.add(tag)
            yield Crypto(tag, suite, key)


def crypto_line(crypto: Crypto) -> str:
    """One line with our key."""
    return f"a=crypto:{crypto.tag} {crypto.suite} inline:{b64encode(crypto.key).decode()}\r\n"


def _key(suite: str, text: str) -> bytes | None:
    found = _KEY.fullmatch(text)
    length = KEY_LENGTHS.get(suite)
    if found is None or length is None:
        return None
    coded = found[1].rstrip("=")
    key = b64decode(coded + "=" * (-len(coded) % 4)) if len(coded) % 4 != 1 else b""
    return key if len(key) == length else None
