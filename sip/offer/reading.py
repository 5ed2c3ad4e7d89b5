"""What an answer to our offer means (RFC 3264 s.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.errors import NoCommonCodec, SdpError
from sip.offer.coding import Events, Format, event_clocks, event_key
from sip.offer.formats import events_beside, sound_formats
from sip.offer.protecting import answered_protection
from sip.offer.security import Dtls
from sip.offer.sides import Negotiated
from sip.offer.terms import control_of, is_reachable, may_mux, mirrored, packet_time, remote_of

if TYPE_CHECKING:
    from sip.offer.sides import LocalMedia
    from sip.sdp import Media, SessionDescription


def read_answer(local: LocalMedia, answer: SessionDescription, *, direction: str = "sendrecv") -> Negotiated:
    """Read the answer to the offer that `make_offer(local, direction=direction)` made.

    Of several codecs all may come, the first is what we send. The peer may have numbers of its own for them: we send
    under those, and hear under ours (RFC 3264 s.6.1). Raises SdpError when it does not answer each media line,
    NoCommonCodec when it refuses the audio or takes a codec that was not offered: the call is then acknowledged and
    ended.
    """
    place = len(local.before)
    if len(answer.media) != place + 1 + len(local.after):
        raise SdpError("answer whose media lines are not those of the offer")
    media = answer.media[place]
    sounds = sound_formats(media, local.codecs)
    if not sounds or media.kind != "audio" or not media.port:
        raise NoCommonCodec("answer without any codec that was offered")
    protection = answered_protection(media, answer, local.security, local.protocol)
    if protection is None or not is_reachable(media, local, protection):
        raise NoCommonCodec(
            "answer that does not protect its sound as was offered, or has no address to reach"
        )
    has_ice = isinstance(protection, Dtls) and protection.fragment is not None
    codec = sounds[0].codec
    events, mine = _events(media, local, codec)
    accepts = tuple(Format(local.numbers[each.codec], each.codec) for each in sounds)
    remote, has_mux = remote_of(media, has_ice=has_ice), local.has_mux and may_mux(media, accepts)
    return Negotiated(
        codec=codec,
        payload=sounds[0].payload,
        accepts=accepts,
        events=events,
        accepted_events=mine,
        remote=remote,
        control=control_of(media, remote, has_mux=has_mux),
        has_mux=has_mux,
        direction=mirrored(media, direction, can_send=has_ice or remote is not None),
        ptime=packet_time(media, local, codec),
        protection=protection,
        protocol=local.protocol,
        mid=local.mid,
        is_bundled=local.is_bundled,
        before=local.before,
        after=local.after,
    )


def _events(media: Media, local: LocalMedia, codec: str) -> tuple[Events | None, Events | None]:
    """The peer's number for telephone-event and ours, where both have one at the same clock."""
    found = events_beside(media, codec)
    if found is None or found.clock not in event_clocks(local.codecs):
        return None, None
    return found, Events(local.numbers[event_key(found.clock)], found.clock)
