"""Snapshots of what ports and the whole plane have counted. Tuples, since one is made for each leg that ends."""

from __future__ import annotations

from typing import NamedTuple


class PortCounters(NamedTuple):
    """One port since it was opened; `in` is what the peer sent us."""

    packets_in: int
    bytes_in: int
    packets_out: int
    bytes_out: int
    lost: int
    """Packets of the peer that never came (RFC 3550 A.3)."""
    out_of_order: int
    duplicates: int
    bad: int
    """Datagrams that are no RTP or RTCP."""
    strangers: int
    """Datagrams from a source other than the peer, refused."""
    unknown: int
    """Packets of a payload type that was not agreed."""
    refused: int
    """Packets and reports that do not bear the peer's key, or bear it a second time (SRTP)."""
    digits_in: int
    digits_out: int
    send_errors: int
    remote_lost: int
    """Packets of ours that the peer reports as lost."""
    jitter_ms: float
    round_trip_ms: float
    """From the peer's RTCP reports; 0 while unknown."""


class Listened(NamedTuple):
    """What listening to a port has shown; shares are in seconds since it began."""

    far: float
    """The far end talked alone."""
    near: float
    """Our side did: the partner of a bridge, where that is listened to as well, or what is played."""
    both: float
    none: float
    level: float
    """Of the last fifth of a second, in dBov: 0 is the loudest there is, -127 silence."""
    peak: float
    late: int
    """Packets that came too late to be heard."""
    concealed: int
    """Frames of 20 ms in which lost sound was made up."""
    wait: float
    """Seconds that sound waits for late packets now."""


class PlaneCounters(NamedTuple):
    """The whole plane; packets and bytes are those of ports already closed."""

    opened: int
    closed: int
    packets_in: int
    bytes_in: int
    packets_out: int
    bytes_out: int
    dropped: int
    recording_drops: int

    @property
    def open(self) -> int:
        """Ports whose sockets are open now."""
        return self.opened - self.closed
