"""RTCP (RFC 3550 s.6): the last report of a stream tells what was sent and heard, who we are, and good-bye."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING

from media.codec import Codec
from media.connection import plain
from tests.kit.ports import free_ports
from tests.kit.rtp import Packet, until
from tests.kit.tone import tone

if TYPE_CHECKING:
    from media.plane import Plane


def test_a_closing_port_reports_and_says_goodbye(plane: Plane) -> None:
    pair = free_ports(2)
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as voice,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control,
    ):
        for side, number in zip((voice, control), pair, strict=True):
            side.bind(("127.0.0.1", number))
            side.settimeout(5)
        port = plane.open_port()
        port.connect(plain(("127.0.0.1", pair[0]), Codec.PCMU))
        port.play([plane.load_clip(tone([440], 0.06))])
        packets = [Packet.parse(voice.recv(2048)) for _ in range(3)]
        for sequence in (100, 101, 103):
            voice.sendto(bytes(Packet(0, False, sequence, 0, 77, b"\xff" * 160)), (port.address, port.number))  # noqa: FBT003
        assert until(lambda: port.counters().packets_in == 3)
        port.close()
        report = control.recv(2048)
    ours = packets[0].ssrc
    head, kind, length, ssrc = struct.unpack("!BBHI", report[:8])
    assert (head, kind, length, ssrc) == (0x81, 200, 12, ours)
    timestamp, sent, octets = struct.unpack("!III", report[16:28])
    # Time has gone on since the last packet, within a second of 8000 units (RFC 3550 s.6.4.1).
    assert 0 < (timestamp - packets[-1].timestamp) & 0xFFFFFFFF < 8000
    assert (sent, octets) == (3, 480)
    source, lost, highest = struct.unpack("!III", report[28:40])
    assert (source, lost & 0xFFFFFF, highest) == (77, 1, 103)
    rest = report[52:]
    assert rest[1] == 202
    assert struct.unpack("!I", rest[4:8])[0] == ours
    goodbye = rest[24:]
    assert goodbye == struct.pack("!BBHI", 0x81, 203, 1, ours)
