"""SIP messages as a packet capture that Wireshark, sngrep and tshark read (the pcap file format, link type RAW).

Each message stands in one UDP packet, also one that came by TCP, TLS or WebSocket: readers show those without the
keys and segments that the real packets would need. What is secret has been covered before.
"""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from sip.flow import Address

LARGEST = 65_000
"""Octets of a message that one packet carries; the rest of a longer one is cut."""
HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 101)
"""The beginning of a file: version 2.4, microseconds, LINKTYPE_RAW."""

_UDP = 17
_HOPS = 64


def record(data: bytes, source: Address, target: Address, *, ts: float) -> bytes:
    """One message as one record of the file. `ts` is Unix time; addresses are literal."""
    data = data[:LARGEST]
    ours, theirs = (ip_address(each[0].partition("%")[0]) for each in (source, target))
    udp = struct.pack("!HHHH", source[1], target[1], 8 + len(data), 0)
    if isinstance(ours, IPv4Address) and isinstance(theirs, IPv4Address):
        packet = _ipv4(ours, theirs, len(udp) + len(data)) + udp + data
    else:
        packet = _ipv6(ours.packed.rjust(16, b"\0"), theirs.packed.rjust(16, b"\0"), udp, data)
    microseconds = round(ts * 1_000_000)
    seconds, rest = divmod(microseconds, 1_000_000)
    return struct.pack("<IIII", seconds, rest, len(packet), len(packet)) + packet


def messages(file: BinaryIO) -> Iterator[bytes]:
    """The messages of a file that was written here, as far as it is whole, IP and UDP headers left out."""
    file.seek(len(HEADER))
    while len(head := file.read(16)) == 16:
        packet = file.read(struct.unpack("<IIII", head)[2])
        yield packet[28 if packet[:1] == b"\x45" else 48 :]


def _ipv4(source: IPv4Address, target: IPv4Address, length: int) -> bytes:
    def head(checksum: int) -> bytes:
        fixed = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 0, 0, _HOPS, _UDP, checksum)
        return fixed + source.packed + target.packed

    return head(_checksum(head(0)))


def _ipv6(source: bytes, target: bytes, udp: bytes, data: bytes) -> bytes:
    length = len(udp) + len(data)
    # Over IPv6 the checksum of UDP is no choice (RFC 8200 s.8.1).
    pseudo = source + target + struct.pack("!IHBB", length, 0, 0, _UDP)
    checksum = _checksum(pseudo + udp + data) or 0xFFFF
    return (
        struct.pack("!IHBB", 6 << 28, length, _UDP, _HOPS)
        + source
        + target
        + udp[:6]
        + struct.pack("!H", checksum)
        + data
    )


def _checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
