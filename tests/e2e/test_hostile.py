"""What no phone sends: the server stays alive, answers others in time and keeps nothing."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.e2e.centre import TRUNK
from tests.kit.ports import free_port
from tests.kit.server import wait_until

if TYPE_CHECKING:
    from tests.kit.server import Server

TORTURE = Path(__file__).parents[1] / "data" / "torture"
IN_TIME = 0.25
BURST = 60
ALLOWED = 30  # guard.requests of sip_profiles/internal.yaml


def _ping(source: tuple[str, int], number: int) -> bytes:
    address, port = source
    return (
        f"OPTIONS sip:ping@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {address}:{port};branch=z9hG4bKping{port}n{number}\r\n"
        f"From: <sip:ping@{address}>;tag=p\r\nTo: <sip:ping@127.0.0.1>\r\nCall-ID: ping-{port}-{number}\r\n"
        f"CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    ).encode()


def _socket(address: str) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind((address, free_port(address=address)))
    return opened


def _time_of_ping(server: Server) -> float:
    with _socket(TRUNK) as pinger:
        pinger.settimeout(2)
        began = time.monotonic()
        pinger.sendto(_ping(pinger.getsockname(), 1), server.sip)
        assert pinger.recv(65535).startswith(b"SIP/2.0 200")
        return time.monotonic() - began


def _answers(opened: socket.socket) -> list[bytes]:
    opened.settimeout(0.4)
    found = []
    try:
        while True:
            found.append(opened.recv(65535))
    except TimeoutError:
        return found


def test_a_flood_is_cut_off_and_others_are_answered_in_time(server: Server, stranger: str) -> None:
    with _socket(stranger) as flooder:
        for number in range(BURST):
            flooder.sendto(_ping(flooder.getsockname(), number), server.sip)
        assert _time_of_ping(server) < IN_TIME
        assert 0 < len(_answers(flooder)) <= ALLOWED
        flooder.sendto(_ping(flooder.getsockname(), BURST), server.sip)
        assert _answers(flooder) == [], "a banned source got an answer"


def test_torture_messages_from_a_trunk_leave_the_server_alive(server: Server) -> None:
    messages = sorted(path for path in TORTURE.rglob("*") if path.suffix in {".dat", ".sip", ".txt", ".msg"})
    assert len(messages) >= 49
    with _socket(TRUNK) as sender:
        for path in messages:
            sender.sendto(path.read_bytes(), server.sip)
            assert _time_of_ping(server) < IN_TIME, path.name


def _say_by_tcp(source: str, server: Server, data: bytes) -> None:
    """Connect, write, and leave without waiting for an answer."""
    with socket.socket() as opened:
        opened.bind((source, 0))
        opened.connect(server.sip)
        opened.sendall(data)


def test_torture_messages_over_tcp_leave_the_server_alive(server: Server) -> None:
    messages = sorted(TORTURE.rglob("*.dat"))
    assert len(messages) >= 49
    for path in messages:
        _say_by_tcp(TRUNK, server, path.read_bytes())
        assert _time_of_ping(server) < IN_TIME, path.name


def test_half_messages_on_a_hundred_connections_leave_the_server_in_time(
    server: Server, stranger: str
) -> None:
    opened = [socket.create_connection(server.sip, source_address=(stranger, 0)) for _ in range(100)]
    try:
        for connection in opened:
            connection.sendall(b"INVITE sip:echo@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP")
        assert _time_of_ping(server) < IN_TIME
        wait_until(lambda: server.counters()["connections"] >= 100, "all are accepted", within=8)
        for connection in opened:
            connection.settimeout(15)
            assert connection.recv(1) == b"", "a half message is waited for ten seconds"
    finally:
        for connection in opened:
            connection.close()


def test_noise_from_everywhere_leaves_the_server_alive(server: Server, stranger: str) -> None:
    noise = [
        b"",
        b"\r\n\r\n",
        b"\0" * 1200,
        b"INVITE",
        b"INVITE sip:x SIP/2.0\r\n" * 400,
        bytes(range(256)) * 200,
    ]
    with _socket(stranger) as sender, _socket(TRUNK) as trunk:
        for datagram in noise:
            sender.sendto(datagram, server.sip)
            trunk.sendto(datagram, server.sip)
            _say_by_tcp(TRUNK, server, datagram)
            assert _time_of_ping(server) < IN_TIME
