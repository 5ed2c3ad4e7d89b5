"""SIP messages as HEP version 3 packets, as Homer and other capture servers take them.

There is no RFC: chunks of vendor, type, length and value are as in the HEP3 network protocol specification, rev. 12.
Writes only; what is secret has been covered before.
"""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sip.flow import Address, Flow

LARGEST = 65_000
"""Octets of a message that one packet carries; the rest of a longer one is cut."""

_VENDOR = 0
_FAMILY, _PROTOCOL, _SOURCE_4, _TARGET_4, _SOURCE_6, _TARGET_6 = 1, 2, 3, 4, 5, 6
_SOURCE_PORT, _TARGET_PORT, _SECONDS, _MICROSECONDS, _KIND, _AGENT = 7, 8, 9, 10, 11, 12
_PAYLOAD, _CORRELATION = 15, 17
_SIP = 1
_INET, _INET6 = 2, 10
_IP_PROTOCOL = {"UDP": 17}
_TCP = 6


def packet(data: bytes, flow: Flow, *, sent: bool, ts: float, agent: int = 0, correlation: str = "") -> bytes:
    """One message as one packet. `ts` is Unix time, `agent` our number at the capture server."""
    ours, theirs = flow.local, flow.remote
    source, target = (ours, theirs) if sent else (theirs, ours)
    microseconds = round(ts * 1_000_000)
    chunks = [
        *_addresses(source, target),
        _chunk(_PROTOCOL, struct.pack("!B", _IP_PROTOCOL.get(flow.transport, _TCP))),
        _chunk(_SOURCE_PORT, struct.pack("!H", source[1])),
        _chunk(_TARGET_PORT, struct.pack("!H", target[1])),
        _chunk(_SECONDS, struct.pack("!I", microseconds // 1_000_000)),
        _chunk(_MICROSECONDS, struct.pack("!I", microseconds % 1_000_000)),
        _chunk(_KIND, struct.pack("!B", _SIP)),
        _chunk(_AGENT, struct.pack("!I", agent)),
    ]
    if correlation:
        chunks.append(_chunk(_CORRELATION, correlation.encode("utf-8", "surrogateescape")[:256]))
    chunks.append(_chunk(_PAYLOAD, data[:LARGEST]))
    inside = b"".join(chunks)
    return b"HEP3" + struct.pack("!H", len(inside) + 6) + inside


def _chunk(kind: int, value: bytes) -> bytes:
    return struct.pack("!HHH", _VENDOR, kind, len(value) + 6) + value


def _addresses(source: Address, target: Address) -> tuple[bytes, bytes, bytes]:
    ours, theirs = (ip_address(each[0].partition("%")[0]) for each in (source, target))
    if isinstance(ours, IPv4Address) and isinstance(theirs, IPv4Address):
        family, kinds = _INET, (_SOURCE_4, _TARGET_4)
    else:
        family, kinds = _INET6, (_SOURCE_6, _TARGET_6)
    return (
        _chunk(_FAMILY, struct.pack("!B", family)),
        _chunk(kinds[0], ours.packed),
        _chunk(kinds[1], theirs.packed),
    )
