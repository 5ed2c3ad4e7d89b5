"""How long the node takes to answer while much goes on."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

from tests.e2e.centre import TRUNK
from tests.kit.ports import free_port

if TYPE_CHECKING:
    from tests.kit.server import Server

IN_TIME = 0.25
"""Seconds."""


def slowest_ping(server: Server, *, during: float) -> float:
    """Ping ten times a second; the longest that an answer took."""
    slowest = 0.0
    until = time.monotonic() + during
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as pinger:
        pinger.bind((TRUNK, free_port(address=TRUNK)))
        pinger.settimeout(2)
        host, port = pinger.getsockname()
        number = 0
        while time.monotonic() < until:
            number += 1
            began = time.monotonic()
            pinger.sendto(
                f"OPTIONS sip:ping@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{port};branch=z9hG4bKload{number}\r\n"
                f"From: <sip:ping@{host}>;tag=p\r\nTo: <sip:ping@127.0.0.1>\r\nCall-ID: load-{port}-{number}\r\n"
                f"CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n".encode(),
                server.sip,
            )
            assert pinger.recv(65535).startswith(b"SIP/2.0 200")
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(max(0.0, began + 0.1 - time.monotonic()))
    return slowest
