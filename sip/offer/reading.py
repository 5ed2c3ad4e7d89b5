"""What an answer to our offer means (RFC 3264 s.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.errors import NoCommonCodec, SdpError
from sip.offer.coding import Events, Format, event_clocks, event_key
from sip.offer.formats import events_beside, sound_formats
from sip.offer.protecting import answered_protection
from sip.offer.sides import Negotiated
from sip.offer.terms import control_of, is_reachable, may_mux, terms_of

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
    sound = sounds[0]
    events, mine = _events(media, local, sound.codec)
    accepts = tuple(Format(local.numbers[each.codec], each.codec) for each in sounds)
    has_mux = local.has_mux and may_mux(media, accepts)
    remote, ptime, ours = terms_of(media, local, sound, protection, direction)
    return Negotiated(
        codec=sound.codec,
        payload=sound.payload,
        accepts=accepts,
        events=events,
        accepted_events=mine,
        remote=remote,
        control=control_of(media, remote, has_mux=has_mux),
        has_mux=has_mux,
        direction=ours,
        ptime=ptime,
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
    if found is None or not local.dtmf.takes_events or found.clock not in event_clocks(local.codecs):
        return None, None
    return found, Events(local.numbers[event_key(found.clock)], found.clock)
