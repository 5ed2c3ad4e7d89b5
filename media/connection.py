"""How a stream runs, as signalling has agreed it: where to, in which formats, by whom it may be sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from media.codec import STATIC_PAYLOADS

if TYPE_CHECKING:
    from media.codec import Codec


@dataclass(frozen=True, slots=True)
class Format:
    """A codec under its RTP payload type."""

    codec: Codec
    payload: int


@dataclass(frozen=True, slots=True)
class Events:
    """Telephone events (RFC 4733): the peer's payload type, ours, and the timestamp units a second."""

    sends: int
    accepts: int
    clock: int = 8000


@dataclass(frozen=True, slots=True, repr=False)
class SrtpKeys:
    """Master keys of SRTP (RFC 3711), each with its salt in one, as `a=crypto` carries them (RFC 4568)."""

    suite: str
    """By its name in `a=crypto`; one of SUITES."""
    ours: bytes
    """What our packets are protected with."""
    theirs: bytes

    def __repr__(self) -> str:
        return f"SrtpKeys({self.suite}, ***)"


@dataclass(frozen=True, slots=True)
class Ice:
    """A session of ICE (RFC 8445): our fragment and password, made by `Plane.draw_ice`, and the peer's fragment."""

    fragment: str
    password: str = field(repr=False)
    peer: str


@dataclass(frozen=True, slots=True)
class Dtls:
    """SRTP whose keys both ends agree on (RFC 5763). Told as MediaSecured, or MediaFailed when nothing comes of it.

    Until then nothing is heard or sent, and what is played waits. With the same peer as before its keys stay.
    """

    fingerprints: tuple[tuple[str, str], ...]
    """One of which the peer's certificate must have: `sha-256` (or -384, -512) and its octets (RFC 8122)."""
    is_client: bool
    """Whether we say hello (`a=setup:active`)."""
    ice: Ice | None = None
    """Who may be heard. Nothing given: `remote` alone, to the port."""


SUITES = {
    "AEAD_AES_256_GCM": 44,
    "AEAD_AES_128_GCM": 28,
    "AES_CM_128_HMAC_SHA1_80": 30,
    "AES_CM_128_HMAC_SHA1_32": 30,
}
"""The suites of SRTP, strongest first, and the octets of a master key with its salt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """All that a port needs to know of a stream.

    The first packet from the address of `remote` (or from `also`), from any of its ports, fixes the one source that
    is heard and sent to until the next `connect`; it is followed elsewhere only after it has been silent. With
    `symmetric` the first packet from anywhere does: only for networks nobody else can reach.
    """

    remote: tuple[str, int]
    sends: Format
    accepts: tuple[Format, ...] = ()
    """What the peer may send; nothing given: the format we send."""
    events: Events | None = None
    inband: bool = False
    """Whether keys are heard in the sound: for a peer that sends no events."""
    noise: bool = False
    """Whether comfort noise (RFC 3389) was agreed, under its static number."""
    ptime: int = 20
    """Milliseconds of one packet of ours: 10 to 60."""
    sending: bool = True
    receiving: bool = True
    reports: tuple[str, int] | None = None
    """Where RTCP goes, if not one port above (RFC 3605)."""
    mux: bool = False
    """RTP and RTCP on one port (RFC 5761)."""
    also: str | None = None
    """Another address the peer may send from: that of its signalling, for phones behind NAT."""
    symmetric: bool = False
    srtp: SrtpKeys | None = None
    """Nothing given: plain RTP. With the same keys as before the counters go on, with others they begin anew."""
    dtls: Dtls | None = None
    """In place of `srtp`: the keys are agreed on the way of the sound."""


def plain(remote: tuple[str, int], codec: Codec, *, event_payload: int | None = None) -> Connection:
    """A stream of one codec under its static payload type, with telephone events where they have a number."""
    events = Events(event_payload, event_payload) if event_payload is not None else None
    return Connection(
        remote=remote, sends=Format(codec, STATIC_PAYLOADS.get(codec, codec.value)), events=events
    )
