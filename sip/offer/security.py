"""How the sound of a stream is protected: what our side has and insists on, and what both sides come to.

Keys in descriptions (SDES, RFC 4568), an association of its own (DTLS-SRTP, RFC 5763), or nothing. Either may be
offered for RTP/AVP too, to be used where both sides can (RFC 8643).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from sip.offer.crypto import KEY_LENGTHS, SrtpKeys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sip.offer.dtls import Fingerprint
    from sip.offer.ice import IceCredentials

OPEN = frozenset(("RTP/AVP", "RTP/AVPF"))
KEYED = frozenset(("RTP/SAVP", "RTP/SAVPF"))
ASSOCIATED = frozenset(("UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF"))
"""Profiles by what protects them. Feedback (AVPF, SAVPF: RFC 4585, RFC 5124) is allowed there, never asked for."""


class Srtp(StrEnum):
    """What a profile or trunk wants."""

    OFF = "off"
    OFFERED = "offered"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Plain:
    """Nothing protects it."""

    name: ClassVar[str | None] = None


@dataclass(frozen=True, slots=True)
class Sdes:
    """By keys that stood in the descriptions."""

    tag: int
    """Of the line that was taken."""
    keys: SrtpKeys
    name: ClassVar[str | None] = "sdes"


@dataclass(frozen=True, slots=True)
class Dtls:
    """By an association between both ends of the stream."""

    fingerprints: tuple[Fingerprint, ...]
    """One of which the peer's certificate must have."""
    is_client: bool
    """Whether we open the association."""
    fragment: str | None
    """The peer's name in ICE; None where it does none."""
    name: ClassVar[str | None] = "dtls"


Protection = Plain | Sdes | Dtls


@dataclass(frozen=True, slots=True)
class Identity:
    """Our side of DTLS-SRTP: the certificate's fingerprint, and the session's ICE credentials."""

    fingerprint: Fingerprint
    ice: IceCredentials


@dataclass(frozen=True, slots=True)
class Security:
    """Our side: what there is to offer and to answer with."""

    policy: Srtp = Srtp.OFF
    keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """Our key of each suite, drawn once for the session; none: no SDES."""
    suites: tuple[tuple[int, str], ...] = tuple(enumerate(KEY_LENGTHS, start=1))
    """Tag and suite of each line that we offer."""
    identity: Identity | None = None
    """None: no DTLS."""
    offers: type[Protection] = Plain
    """What our offers propose."""
    is_client: bool = False
    """Whether we opened the association, which stays so (RFC 8842 s.5.3)."""
    has_ice: bool = True
    """Whether offers of DTLS hold ICE: no longer once a peer without it has agreed."""


PLAIN = Plain()
UNPROTECTED = Security()
"""Of a side that has nothing to protect its sound by."""


def first_offer(security: Security, *, insists_on_dtls: bool) -> tuple[str, Security]:
    """The profile of our first offer, and our side with what it proposes.

    Browsers insist on DTLS and know nothing else. Where SRTP is not required, an offer of RTP/AVP holds keys, which
    who can do without may pass over (RFC 8643): one offer that every phone can answer.
    """
    if insists_on_dtls and security.identity is not None:
        return "UDP/TLS/RTP/SAVPF", replace(security, offers=Dtls)
    match security.policy:
        case Srtp.OFF:
            return "RTP/AVP", security
        case Srtp.OFFERED:
            return "RTP/AVP", replace(security, offers=Sdes)
        case Srtp.REQUIRED:
            return "RTP/SAVP", replace(security, offers=Sdes)


def kept(security: Security, agreed: Protection) -> Security:
    """Our side of later offers: they propose what was agreed, with the same keys, so that nothing changes by them."""
    match agreed:
        case Sdes(tag, keys):
            return replace(security, offers=Sdes, suites=((tag, keys.suite),))
        case Dtls(is_client=is_client, fragment=fragment):
            return replace(security, offers=Dtls, is_client=is_client, has_ice=fragment is not None)
        case Plain():
            return security if security.offers is Plain else replace(security, offers=Plain)
