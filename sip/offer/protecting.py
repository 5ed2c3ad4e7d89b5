"""Choosing the protection of a stream from what the peer's media line offers, or what its answer took of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.offer.crypto import Crypto, SrtpKeys, crypto_line, cryptos
from sip.offer.dtls import Setup, fingerprints, setup_line, setup_of
from sip.offer.ice import ice_lines, peer_fragment
from sip.offer.security import ASSOCIATED, KEYED, OPEN, PLAIN, Dtls, Plain, Sdes, Srtp

if TYPE_CHECKING:
    from sip.offer.security import Protection, Security
    from sip.offer.sides import LocalMedia
    from sip.sdp import Media, SessionDescription


def offered_protection(
    media: Media, description: SessionDescription, security: Security
) -> Protection | None:
    """What we answer an offered line with; None when it cannot be taken: too little for us, or more than we have."""
    if media.protocol in ASSOCIATED:
        return _associated(media, description, security)
    if media.protocol not in KEYED | OPEN:
        return None
    if media.protocol in OPEN and security.policy is Srtp.OFF:
        return PLAIN
    found = _keyed(media, security) or _associated(media, description, security)
    if found is None and media.protocol in OPEN and security.policy is not Srtp.REQUIRED:
        return PLAIN
    return found


def answered_protection(
    media: Media, description: SessionDescription, security: Security, protocol: str
) -> Protection | None:
    """What an answer takes of our offer; None when it is not one to that: another profile, or a key that is missing."""
    if media.protocol != protocol:
        return None
    found: Protection | None = None
    if security.offers is Sdes:
        lines = dict(security.suites)
        found = next(
            (
                _sdes(each, security)
                for each in cryptos(media.attributes)
                if lines.get(each.tag) == each.suite
            ),
            None,
        )
    elif security.offers is Dtls:
        found = _associated(media, description, security, is_answer=True)
    return PLAIN if found is None and protocol in OPEN else found


def offer_lines(local: LocalMedia) -> str:
    """What our offer proposes, as attributes of its media line."""
    security = local.security
    if security.offers is Sdes:
        return "".join(
            crypto_line(Crypto(tag, suite, security.keys[suite])) for tag, suite in security.suites
        )
    if security.offers is Dtls:
        return _association_lines(local, Setup.ACTPASS, has_ice=security.has_ice)
    return ""


def answer_lines(local: LocalMedia, protection: Protection) -> str:
    """What our answer took, as attributes of its media line."""
    match protection:
        case Sdes(tag, keys):
            return crypto_line(Crypto(tag, keys.suite, keys.ours))
        case Dtls(is_client=is_client, fragment=fragment):
            setup = Setup.ACTIVE if is_client else Setup.PASSIVE
            return _association_lines(local, setup, has_ice=fragment is not None)
        case Plain():
            return ""


def _association_lines(local: LocalMedia, setup: Setup, *, has_ice: bool) -> str:
    identity = local.security.identity
    if identity is None:
        return ""
    ice = ice_lines(identity.ice, local.address, local.port) if has_ice else ""
    return f"{setup_line(setup)}{identity.fingerprint.line}{ice}"


def _keyed(media: Media, security: Security) -> Sdes | None:
    return next(
        (_sdes(each, security) for each in cryptos(media.attributes) if each.suite in security.keys), None
    )


def _sdes(theirs: Crypto, security: Security) -> Sdes:
    return Sdes(theirs.tag, SrtpKeys(theirs.suite, security.keys[theirs.suite], theirs.key))


def _associated(
    media: Media, description: SessionDescription, security: Security, *, is_answer: bool = False
) -> Dtls | None:
    found = fingerprints(media.attributes, description.attributes)
    setup = setup_of(media.attributes, description.attributes)
    if security.identity is None or not found:
        return None
    if setup is Setup.ACTPASS and not is_answer:
        is_client = security.is_client
    elif setup in (Setup.ACTIVE, Setup.PASSIVE):
        is_client = setup is Setup.PASSIVE
    else:
        return None
    return Dtls(found, is_client, peer_fragment(media.attributes, description.attributes))
