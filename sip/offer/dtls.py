"""DTLS-SRTP in descriptions (RFC 5763, RFC 8842, RFC 8122): fingerprints, and who opens the association."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sip.sdp import attribute

if TYPE_CHECKING:
    from collections.abc import Iterable

_FINGERPRINT = re.compile(r"(sha-256|sha-384|sha-512)[ \t]+([0-9A-F]{2}(?::[0-9A-F]{2})+)", re.IGNORECASE)
"""Weaker sums than these prove nothing (RFC 8122 s.5 forbids MD5; SHA-1 has been broken since)."""
_OCTETS = {"sha-256": 32, "sha-384": 48, "sha-512": 64}


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a certificate must come to."""

    sum: str
    """sha-256, sha-384 or sha-512."""
    value: str
    """Octets in upper-case hexadecimal with colons between."""

    @property
    def line(self) -> str:
        """As an attribute."""
        return f"a=fingerprint:{self.sum} {self.value}\r\n"


class Setup(StrEnum):
    """Who opens the association (RFC 4145 s.4)."""

    ACTIVE = "active"
    PASSIVE = "passive"
    ACTPASS = "actpass"
    HOLDCONN = "holdconn"


def fingerprints(media: Iterable[str], session: Iterable[str]) -> tuple[Fingerprint, ...]:
    """Those of the media line, else those of the session (RFC 8122 s.5); any of them will do."""
    return tuple(_read(media)) or tuple(_read(session))


def setup_of(media: Iterable[str], session: Iterable[str]) -> Setup | None:
    """What the peer would do; `active` where it says nothing (RFC 4145 s.4), None for no word of that list."""
    said = attribute(media, "setup")
    if said is None:
        said = attribute(session, "setup")
    try:
        return Setup((said or "active").lower())
    except ValueError:
        return None


def setup_line(setup: Setup) -> str:
    """Our part."""
    return f"a=setup:{setup}\r\n"


def _read(attributes: Iterable[str]) -> list[Fingerprint]:
    found = []
    for each in attributes:
        read = _FINGERPRINT.fullmatch(each[12:].strip()) if each.startswith("fingerprint:") else None
        if read is not None and len(read[2]) == 3 * _OCTETS[read[1].lower()] - 1:
            found.append(Fingerprint(read[1].lower(), read[2].upper()))
    return found[:8]
