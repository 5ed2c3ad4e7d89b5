"""Offer and answer for one audio stream (RFC 3264, RFC 6337; telephone-event by RFC 4733).

Pure functions over descriptions: what we offer, how an offer is answered, what an answer means. Who may speak
when, and version numbers, are kept by negotiation; the stream itself by media.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sip.errors import NoCommonCodec, SdpError
from sip.sdp import address_type, is_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sip.sdp import Media, SessionDescription

PAYLOADS = {"PCMU": 0, "PCMA": 8}
"""Static payload types of RFC 3551 s.6 that the media plane plays."""
EVENT_PAYLOAD = 101
"""The payload type we offer for telephone-event; in an answer the offerer's number is used."""
PTIMES = (20, 10, 30, 40, 60)
"""Packet times that the plane sends, the default first."""

_RATE = 8000
_PROFILE = "RTP/AVP"
_LINES = {
    "PCMU": "a=rtpmap:0 PCMU/8000\r\n",
    "PCMA": "a=rtpmap:8 PCMA/8000\r\n",
}
_SENDS = {
    "sendrecv": (True, True),
    "sendonly": (True, False),
    "recvonly": (False, True),
    "inactive": (False, False),
}
_DIRECTION = {flags: name for name, flags in _SENDS.items()}
_EVENTS = ("TELEPHONE-EVENT", _RATE)
_DYNAMIC = re.compile(r"[1-9][0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class LocalMedia:
    """Our side of the stream: where it is received, with what, and the name of our description (o=)."""

    address: str
    port: int
    codecs: tuple[str, ...] = ("PCMU", "PCMA")
    session_id: int = 1
    version: int = 1
    ptime: int = PTIMES[0]
    event_payload: int = EVENT_PAYLOAD
    """What we offer for telephone-event; once agreed it stays for the session (RFC 3264 s.8.3.2)."""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    """The refused lines around ours: media lines are never taken out of a session (RFC 3264 s.8)."""


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What both sides now agree on, from our side."""

    body: bytes
    """The answer to send; empty where we read one."""
    codec: str
    payload: int
    event_payload: int | None
    """The peer's payload type for telephone-event, or None where it takes none."""
    remote: tuple[str, int] | None
    """Where to send; None while the peer's address is 0.0.0.0, ::, or a name."""
    direction: str
    """What we do: sendrecv, sendonly, recvonly (the peer holds us) or inactive."""
    ptime: int
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def sending(self) -> bool:
        """Whether we may send audio."""
        return _SENDS[self.direction][0]

    @property
    def receiving(self) -> bool:
        """Whether audio may come."""
        return _SENDS[self.direction][1]


def make_offer(local: LocalMedia, *, direction: str = "sendrecv") -> bytes:
    """Offer all our codecs, in our order, and telephone-event."""
    payloads = " ".join(str(PAYLOADS[codec]) for codec in local.codecs)
    maps = "".join(_LINES[codec] for codec in local.codecs)
    formats = f"{payloads} {local.event_payload}"
    ours = _audio(local, formats, maps, local.event_payload, local.ptime, direction)
    return _head(local) + _framed(local.before, ours, local.after)


def make_answer(offer: SessionDescription, local: LocalMedia, *, direction: str = "sendrecv") -> Negotiated:
    """Answer every media line in its place: the first audio that we can take, all others with port 0.

    `direction` is what we would do if the peer lets us. The peer's order of codecs decides. Raises NoCommonCodec
    (488) when there is no audio to take.
    """
    place, media, codec = _take(offer, local)
    event, remote, ptime = _event_payload(media), _remote(media), _ptime(media, local)
    ours = _mirror(media, remote, direction)
    payload = PAYLOADS[codec]
    formats = str(payload) if event is None else f"{payload} {event}"
    accepted = _audio(local, formats, _LINES[codec], event, ptime, ours)
    before, after = _refused(offer.media[:place]), _refused(offer.media[place + 1 :])
    body = _head(local) + _framed(before, accepted, after)
    return Negotiated(body, codec, payload, event, remote, ours, ptime, before, after)


def read_answer(local: LocalMedia, answer: SessionDescription, *, direction: str = "sendrecv") -> Negotiated:
    """Read the answer to the offer that `make_offer(local, direction=direction)` made.

    Raises SdpError when it does not answer each media line, NoCommonCodec when it refuses the audio or takes
    a codec that was not offered: the call is then acknowledged and ended.
    """
    place = len(local.before)
    if len(answer.media) != place + 1 + len(local.after):
        raise SdpError("answer whose media lines are not those of the offer")
    media = answer.media[place]
    codec = _choose(media, local)
    if codec is None:
        raise NoCommonCodec("answer without any codec that was offered")
    remote = _remote(media)
    ours = _mirror(media, remote, direction)
    event, ptime = _event_payload(media), _ptime(media, local)
    return Negotiated(b"", codec, PAYLOADS[codec], event, remote, ours, ptime, local.before, local.after)


def _take(offer: SessionDescription, local: LocalMedia) -> tuple[int, Media, str]:
    for place, media in enumerate(offer.media):
        codec = _choose(media, local)
        if codec is not None:
            return place, media, codec
    raise NoCommonCodec("no audio in the offer that can be taken")


def _choose(media: Media, local: LocalMedia) -> str | None:
    """The codec to use, or None when this media cannot be taken."""
    if media.kind != "audio" or media.protocol != _PROFILE or not media.port:
        return None
    address = media.address or ""
    if is_address(address) and (_is_multicast(address) or (":" in address) != (":" in local.address)):
        return None
    for payload in media.formats:
        codec = _BY_PAYLOAD.get(payload)
        if codec in local.codecs and codec is not None and _has(media, codec):
            return codec
    return None


_BY_PAYLOAD = {str(payload): codec for codec, payload in PAYLOADS.items()}


def _has(media: Media, codec: str) -> bool:
    """Whether the media holds the codec under its static payload type, not renamed by an rtpmap."""
    payload = str(PAYLOADS[codec])
    return payload in media.formats and media.rtpmaps.get(payload, (codec, _RATE)) == (codec, _RATE)


def _event_payload(media: Media) -> int | None:
    """The peer's payload type for telephone-event at the clock rate of our codecs, where it has one."""
    for payload, (name, rate) in media.rtpmaps.items():
        if (name, rate) == _EVENTS and payload in media.formats and _DYNAMIC.fullmatch(payload):
            number = int(payload)
            # 72 to 76 would read as RTCP (RFC 5761 s.4), below 35 are other codecs' own numbers.
            if 35 <= number <= 127 and not 72 <= number <= 76:
                return number
    return None


def _remote(media: Media) -> tuple[str, int] | None:
    address = media.address or ""
    # 0.0.0.0 is hold as RFC 2543 knew it; a name (.invalid by RFC 3264) cannot be sent to either.
    if not is_address(address) or not address.strip("0.:"):
        return None
    return address, media.port


def _is_multicast(address: str) -> bool:
    if ":" in address:
        return address[:2].lower() == "ff"
    return int(address.partition(".")[0]) >= 224


def _ptime(media: Media, local: LocalMedia) -> int:
    return media.ptime if media.ptime in PTIMES else local.ptime


def _mirror(media: Media, remote: tuple[str, int] | None, wanted: str) -> str:
    """What we may do, given what the peer does and what we want (RFC 3264 s.6.1)."""
    they_send, they_receive = _SENDS[media.direction]
    we_send, we_receive = _SENDS[wanted]
    return _DIRECTION[we_send and they_receive and remote is not None, we_receive and they_send]


def _head(local: LocalMedia) -> bytes:
    kind = address_type(local.address)
    return (
        f"v=0\r\no=- {local.session_id} {local.version} IN {kind} {local.address}\r\n"
        f"s=-\r\nc=IN {kind} {local.address}\r\nt=0 0\r\n"
    ).encode()


def _audio(
    local: LocalMedia, formats: str, maps: str, event: int | None, ptime: int, direction: str
) -> bytes:
    events = "" if event is None else f"a=rtpmap:{event} telephone-event/8000\r\na=fmtp:{event} 0-16\r\n"
    return (
        f"m=audio {local.port} {_PROFILE} {formats}\r\n{maps}{events}a=ptime:{ptime}\r\na={direction}\r\n"
    ).encode()


def _refused(media: Iterable[Media]) -> tuple[str, ...]:
    """Refuse by port 0 (RFC 3264 s.6); one format is enough, since it means nothing there."""
    return tuple(f"m={each.kind} 0 {each.protocol} {each.formats[0]}\r\n" for each in media)


def _framed(before: tuple[str, ...], ours: bytes, after: tuple[str, ...]) -> bytes:
    """All media lines in their order."""
    return "".join(before).encode() + ours + "".join(after).encode() if before or after else ours
