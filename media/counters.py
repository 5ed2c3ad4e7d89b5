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
