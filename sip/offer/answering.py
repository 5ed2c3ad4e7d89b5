"""Our answers to offers (RFC 3264 s.6, RFC 6337): the first audio that we can take, everything else refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.errors import NoCommonCodec
from sip.offer.formats import events_beside, has_noise_beside, sound_formats
from sip.offer.protecting import answer_lines, offered_protection
from sip.offer.sides import Negotiated
from sip.offer.terms import control_of, is_reachable, may_mux, terms_of
from sip.offer.writing import mid_of, refused, written

if TYPE_CHECKING:
    from sip.offer.coding import Format
    from sip.offer.security import Protection
    from sip.offer.sides import LocalMedia
    from sip.sdp import Media, SessionDescription


def make_answer(offer: SessionDescription, local: LocalMedia, *, direction: str = "sendrecv") -> Negotiated:
    """Answer every media line in its place: the first audio that we can take, all others with port 0.

    `direction` is what we would do if the peer lets us. The peer's order of codecs decides; the answer holds that one
    alone, under the peer's number. Raises NoCommonCodec (488) when there is no audio to take.
    """
    place, media, sound, protection = _take(offer, local)
    mid = mid_of(media)
    events = events_beside(media, sound.codec) if local.dtmf.takes_events else None
    has_noise, has_mux = has_noise_beside(media, sound.codec), may_mux(media, (sound,))
    local = local.placed(
        media.protocol,
        mid,
        refused(offer.media[:place]),
        refused(offer.media[place + 1 :]),
        has_mux=has_mux,
        is_bundled=mid is not None and mid in _bundled(offer),
    )
    remote, ptime, ours = terms_of(media, local, sound, protection, direction)
    body = written(
        local,
        (sound,),
        () if events is None else (events,),
        security=answer_lines(local, protection),
        has_noise=has_noise,
        ptime=ptime,
        direction=ours,
    )
    return Negotiated(
        body=body,
        codec=sound.codec,
        payload=sound.payload,
        accepts=(sound,),
        events=events,
        accepted_events=events,
        has_noise=has_noise,
        remote=remote,
        control=control_of(media, remote, has_mux=has_mux),
        has_mux=has_mux,
        direction=ours,
        ptime=ptime,
        protection=protection,
        protocol=local.protocol,
        mid=mid,
        is_bundled=local.is_bundled,
        before=local.before,
        after=local.after,
    )


def _take(offer: SessionDescription, local: LocalMedia) -> tuple[int, Media, Format, Protection]:
    why = "no audio in the offer"
    for place, media in enumerate(offer.media):
        if media.kind != "audio" or not media.port:
            continue
        protection = offered_protection(media, offer, local.security)
        sounds = sound_formats(media, local.codecs)
        if protection is not None and sounds and is_reachable(media, local, protection):
            return place, media, sounds[0], protection
        if not sounds:
            why = "no codec in common"
        elif protection is None:
            why = f"its protection of sound does not go with srtp: {local.security.policy.value}"
        else:
            why = "no address for sound that can be reached"
    raise NoCommonCodec(why)


def _bundled(offer: SessionDescription) -> set[str]:
    """The lines that the peer would put on one port (RFC 9143); we take one, so that the group is that alone."""
    groups = (each.split() for each in offer.attributes if each.startswith("group:BUNDLE "))
    return {mid for group in groups for mid in group[1:]}
