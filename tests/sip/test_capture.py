"""Copies of messages for others: HEP packets read back chunk by chunk, capture files packet by packet."""

from __future__ import annotations

import errno
import os
import socket
import struct
import time
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest

from sip.capture import hep, pcap
from sip.flow import Flow
from sip.io import capture
from sip.io.capture import Capture, PcapWriter
from tests.kit.builders import request

if TYPE_CHECKING:
    from pathlib import Path

FOUR = Flow("UDP", ("192.0.2.1", 5060), ("192.0.2.2", 5070))
SIX = Flow("TLS", ("2001:db8::1", 5061), ("2001:db8::2", 40_000))


def chunks(packet: bytes) -> dict[int, bytes]:
    """Kind -> value, as a capture server reads them."""
    assert packet[:4] == b"HEP3"
    assert struct.unpack("!H", packet[4:6])[0] == len(packet)
    found, at = {}, 6
    while at < len(packet):
        vendor, kind, length = struct.unpack("!HHH", packet[at : at + 6])
        assert vendor == 0
        found[kind] = packet[at + 6 : at + length]
        at += length
    return found


def test_a_hep_packet_says_who_sent_what_to_whom_and_when() -> None:
    found = chunks(hep.packet(b"OPTIONS", FOUR, sent=True, ts=1000.25, agent=7, correlation="call-1"))
    assert found[1] == b"\x02"
    assert found[2] == b"\x11"
    assert found[3] == ip_address("192.0.2.1").packed
    assert found[4] == ip_address("192.0.2.2").packed
    assert struct.unpack("!HH", found[7] + found[8]) == (5060, 5070)
    assert struct.unpack("!II", found[9] + found[10]) == (1000, 250_000)
    assert (found[11], found[12]) == (b"\x01", b"\x00\x00\x00\x07")
    assert (found[15], found[17]) == (b"OPTIONS", b"call-1")


def test_a_message_that_came_in_goes_from_the_peer_to_us_over_ipv6_too() -> None:
    found = chunks(hep.packet(b"OPTIONS", SIX, sent=False, ts=1.0))
    assert found[1] == b"\x0a"
    assert found[2] == b"\x06"
    assert found[5] == ip_address("2001:db8::2").packed
    assert struct.unpack("!HH", found[7] + found[8]) == (40_000, 5061)


def test_a_message_too_large_for_a_packet_is_cut() -> None:
    assert len(hep.packet(b"x" * 100_000, FOUR, sent=True, ts=1.0)) < 65_536
    assert len(pcap.record(b"x" * 100_000, FOUR.local, FOUR.remote, ts=1.0)) < 65_600


def records(data: bytes) -> list[tuple[float, bytes]]:
    """Time and packet of each record of a capture file."""
    assert struct.unpack("<IHH", data[:8]) == (0xA1B2C3D4, 2, 4)
    found, at = [], 24
    while at < len(data):
        seconds, micro, length, whole = struct.unpack("<IIII", data[at : at + 16])
        assert length == whole
        found.append((seconds + micro / 1e6, data[at + 16 : at + 16 + length]))
        at += 16 + length
    return found


def internet_sum(data: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def test_a_record_is_a_whole_ipv4_packet() -> None:
    ((ts, packet),) = records(pcap.HEADER + pcap.record(b"OPTIONS", FOUR.local, FOUR.remote, ts=5.5))
    assert ts == 5.5
    assert packet[0] == 0x45
    assert struct.unpack("!H", packet[2:4])[0] == len(packet)
    assert internet_sum(packet[:20]) == 0xFFFF
    assert packet[12:20] == ip_address("192.0.2.1").packed + ip_address("192.0.2.2").packed
    assert struct.unpack("!HHH", packet[20:26]) == (5060, 5070, 15)
    assert packet[28:] == b"OPTIONS"


@pytest.mark.parametrize("data", [b"OPTIONS", b"INVITE"])
def test_a_record_over_ipv6_has_the_checksum_that_udp_needs_there(data: bytes) -> None:
    ((_, packet),) = records(pcap.HEADER + pcap.record(data, SIX.local, SIX.remote, ts=1.0))
    assert packet[0] >> 4 == 6
    udp = packet[40:] + b"\0" * (len(packet) % 2)
    assert internet_sum(packet[8:40] + struct.pack("!II", len(packet) - 40, 17) + udp) == 0xFFFF


def test_a_capture_covers_secrets_and_goes_to_both_places(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        file = tmp_path / "trace.pcap"
        taken = Capture(server=server.getsockname(), agent=9, file=file)
        secret = (("Authorization", 'Digest response="5ec4e7"'),)
        taken(request("REGISTER", call_id="call-7", headers=secret), FOUR, sent=False)
        found = chunks(server.recv(65_536))
        taken.close()
    assert found[17] == b"call-7"
    assert b"5ec4e7" not in found[15]
    ((ts, packet),) = records(file.read_bytes())
    assert abs(ts - time.time()) < 60
    assert packet[28:] == found[15]
    assert file.stat().st_mode & 0o777 == 0o600
    assert taken.dropped == 0


def test_what_the_disk_cannot_take_in_time_is_dropped_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "MOST_WAITING", 0)
    taken = Capture(file=tmp_path / "trace.pcap")
    taken(request("OPTIONS"), FOUR, sent=True)
    taken.close()
    assert taken.dropped == 1


def test_a_full_disk_leaves_whole_records_counts_the_lost_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, room = os.write, [1000]

    def scarce(file: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = write(file, data[: room[0]])
        room[0] -= done
        return done

    monkeypatch.setattr(os, "write", scarce)
    monkeypatch.setattr(capture, "_PAUSE", 3600)
    told: list[str | None] = []
    writer = PcapWriter(tmp_path / "trace.pcap", told.append)
    for size, letter in ((700, b"a"), (700, b"b"), (10, b"c")):
        writer.add(pcap.record(letter * size, ("127.0.0.1", 1), ("127.0.0.1", 2), ts=1.0))
        writer._write()
        room[0] = 1000 if letter == b"b" else room[0]
    writer.close()
    kept = [packet for _, packet in records((tmp_path / "trace.pcap").read_bytes())]
    assert [packet[28:29] for packet in kept] == [b"a", b"c"]
    assert writer.lost == 1
    assert told == ["No space left on device", None]


def test_a_full_file_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "LARGEST_FILE", 100)
    for _ in range(7):
        taken = Capture(file=tmp_path / "t.pcap")
        taken(request("OPTIONS"), FOUR, sent=True)
        taken.close()
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["t.pcap", "t.pcap.1", "t.pcap.2", "t.pcap.3", "t.pcap.4"]
    assert records((tmp_path / "t.pcap.1").read_bytes()) or records((tmp_path / "t.pcap.2").read_bytes())


def test_a_capture_that_nobody_listens_to_costs_only_its_copies() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.bind(("127.0.0.1", 0))
        address = gone.getsockname()
    taken = Capture(server=address)
    for _ in range(5):
        taken(request("OPTIONS"), FOUR, sent=True)
    taken.close()
    assert taken.dropped
