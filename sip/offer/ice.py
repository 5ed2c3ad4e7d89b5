"""ICE in descriptions (RFC 8839, RFC 8445): what a full agent says of itself, and what our lite one says.

A lite agent asks nobody, so that of the peer its name is enough: it shows its address itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sip.sdp import attribute, is_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_HOST_PRIORITY = (126 << 24) + (65_535 << 8) + 255
"""That of a host candidate of component 1, where there is only one (RFC 8445 s.5.1.2)."""
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PWD = re.compile(r"[A-Za-z0-9+/]{22,256}")
_CANDIDATE = re.compile(
    r"[A-Za-z0-9+/]{1,32} 1 udp [0-9]{1,10} (\S{1,255}) ([1-9][0-9]{0,4}) typ (?:host|srflx|prflx|relay)(?: .*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class IceCredentials:
    """Our user name fragment and password of one session; the media plane draws them."""

    ufrag: str
    pwd: str = field(repr=False)


def peer_fragment(media: Iterable[str], session: Iterable[str]) -> str | None:
    """The user name fragment of a peer that does ICE in full; None where it does not: two lite agents ask nothing."""
    ufrag = attribute(media, "ice-ufrag") or attribute(session, "ice-ufrag") or ""
    pwd = attribute(media, "ice-pwd") or attribute(session, "ice-pwd") or ""
    if "ice-lite" in session or not _UFRAG.fullmatch(ufrag) or not _PWD.fullmatch(pwd):
        return None
    return ufrag


def candidate_addresses(media: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Where the peer's RTP may come from: literal addresses only, browsers hide theirs behind names (`.local`)."""
    for each in media:
        if each.startswith("candidate:"):
            found = _CANDIDATE.fullmatch(each, 10)
            if found is not None and int(found[2]) <= 65_535 and is_address(found[1]):
                yield found[1], int(found[2])


def ice_lines(credentials: IceCredentials, address: str, port: int) -> str:
    """Our media line's part. The one address we have is our only candidate; RTCP shares it."""
    return (
        f"a=ice-ufrag:{credentials.ufrag}\r\na=ice-pwd:{credentials.pwd}\r\n"
        f"a=candidate:1 1 UDP {_HOST_PRIORITY} {address} {port} typ host\r\n"
    )
