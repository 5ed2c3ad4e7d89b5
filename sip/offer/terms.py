"""The terms of a stream as the peer says them (RFC 3264): where to send, how much in a packet, who speaks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sip.offer.coding import CODINGS
from sip.offer.ice import candidate_addresses
from sip.offer.security import Dtls
from sip.offer.sides import DIRECTION, SENDS
from sip.sdp import address_type, attribute, is_address

if TYPE_CHECKING:
    from sip.offer.coding import Format
    from sip.offer.security import Protection
    from sip.offer.sides import LocalMedia
    from sip.sdp import Media

_CONTROL = re.compile(r"([1-9][0-9]{0,4})(?:\s+IN\s+(IP4|IP6)\s+(\S+))?")


class Terms(NamedTuple):
    """Where we send, how long our packets are, and who may speak."""

    remote: tuple[str, int] | None
    ptime: int
    direction: str


def terms_of(media: Media, local: LocalMedia, sound: Format, protection: Protection, direction: str) -> Terms:
    """The terms of the peer's line, if we send `sound` and would like this direction."""
    has_ice = isinstance(protection, Dtls) and protection.fragment is not None
    remote = remote_of(media, has_ice=has_ice)
    ours = mirrored(media, direction, can_send=has_ice or remote is not None)
    return Terms(remote, packet_time(media, local, sound.codec), ours)


def is_reachable(media: Media, local: LocalMedia, protection: Protection) -> bool:
    """Whether a line's address is of our family and one party's alone; one that is held by 0.0.0.0 or a name counts."""
    address = media.address or ""
    if isinstance(protection, Dtls) and protection.fragment is not None:
        return True  # ICE finds the way, or none; what stands here is a guess of the peer's
    return not is_address(address) or not (
        _is_multicast(address) or (":" in address) != (":" in local.address)
    )


def remote_of(media: Media, *, has_ice: bool = False) -> tuple[str, int] | None:
    """Where the peer wants to hear us. With ICE that is a beginning only, perhaps the first of its candidates."""
    address = media.address or ""
    # 0.0.0.0 is hold as RFC 2543 knew it; a name (.invalid by RFC 3264) cannot be sent to either.
    if not is_address(address) or not address.strip("0.:"):
        return next(candidate_addresses(media.attributes), None) if has_ice else None
    return address, media.port


def control_of(media: Media, remote: tuple[str, int] | None, *, has_mux: bool) -> tuple[str, int] | None:
    """Where the peer wants RTCP: on the port of RTP, where `rtcp` says (RFC 3605), or on the port above."""
    if remote is None or has_mux:
        return remote
    host, port = remote
    found = _CONTROL.fullmatch(attribute(media.attributes, "rtcp") or "")
    if found is None or int(found[1]) > 65_535:
        return (host, port + 1) if port < 65_535 else None
    said = found[3] if found[3] is not None and _is_like(found[3], host) else host
    return said, int(found[1])


def may_mux(media: Media, accepts: tuple[Format, ...]) -> bool:
    """Whether the peer offers RTCP-mux, and no payload type of ours would read as RTCP then (RFC 5761 s.4)."""
    return "rtcp-mux" in media.attributes and not any(64 <= each.payload <= 95 for each in accepts)


def packet_time(media: Media, local: LocalMedia, codec: str) -> int:
    """Milliseconds in each packet that we send: what the peer wants, as far as the plane makes it, or ours."""
    possible = CODINGS[codec].ptimes
    wanted = media.ptime if media.ptime in possible else local.ptime
    if wanted not in possible:
        wanted = possible[0]
    if media.maxptime and wanted > media.maxptime:
        return max((each for each in possible if each <= media.maxptime), default=min(possible))
    return wanted


def mirrored(media: Media, wanted: str, *, can_send: bool) -> str:
    """What we may do, given what the peer does and what we want (RFC 3264 s.6.1)."""
    they_send, they_receive = SENDS[media.direction]
    we_send, we_receive = SENDS[wanted]
    return DIRECTION[we_send and they_receive and can_send, we_receive and they_send]


def _is_like(address: str, other: str) -> bool:
    """Whether it is one party's address of the same family."""
    return (
        is_address(address)
        and address_type(address) == address_type(other)
        and not _is_multicast(address)
        and bool(address.strip("0.:"))
    )


def _is_multicast(address: str) -> bool:
    if ":" in address:
        return address[:2].lower() == "ff"
    return int(address.partition(".")[0]) >= 224
