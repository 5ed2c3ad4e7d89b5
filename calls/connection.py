"""What offer and answer have agreed on, as the media plane takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from media.codec import Codec
from media.connection import Connection, Dtls, Events, Format, Ice, SrtpKeys
from sip.offer import security

if TYPE_CHECKING:
    from sip.offer.security import Protection
    from sip.offer.sides import LocalMedia, Negotiated


def connection(
    agreed: Negotiated, local: LocalMedia, remote: tuple[str, int], also: str | None = None
) -> Connection:
    """How the stream runs towards `remote`: sent under the peer's numbers, heard under ours (RFC 3264 s.6.1).

    `also` is another address that it may come from. Who agreed on no telephone events sends keys as tones, if at all.
    """
    events = _events(agreed)
    return Connection(
        remote=remote,
        sends=Format(Codec[agreed.codec], agreed.payload),
        accepts=tuple(Format(Codec[each.codec], each.payload) for each in agreed.accepts),
        events=events,
        inband=events is None and local.dtmf.hears_tones,
        noise=agreed.has_noise,
        ptime=agreed.ptime,
        sending=agreed.sending,
        receiving=agreed.receiving,
        reports=None if agreed.has_mux else agreed.control,
        mux=agreed.has_mux,
        also=also,
        srtp=_keys(agreed.protection),
        dtls=_association(agreed.protection, local),
    )


def _events(agreed: Negotiated) -> Events | None:
    if agreed.events is None or agreed.accepted_events is None:
        return None
    return Events(agreed.events.payload, agreed.accepted_events.payload, agreed.events.clock)


def _keys(protection: Protection) -> SrtpKeys | None:
    if not isinstance(protection, security.Sdes):
        return None
    keys = protection.keys
    return SrtpKeys(keys.suite, keys.ours, keys.theirs)


def _association(protection: Protection, local: LocalMedia) -> Dtls | None:
    if not isinstance(protection, security.Dtls):
        return None
    ice, identity = None, local.security.identity
    if protection.fragment is not None and identity is not None:
        ice = Ice(identity.ice.ufrag, identity.ice.pwd, protection.fragment)
    proofs = tuple((each.sum, each.value) for each in protection.fingerprints)
    return Dtls(proofs, protection.is_client, ice)
