"""More calls than are set: new ones get 503 with Retry-After, those in progress notice nothing (RFC 6357)."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.e2e.centre import TRUNK, make_centre
from tests.kit.foreign_sipp import Scenario
from tests.kit.ports import free_port

if TYPE_CHECKING:
    from tests.kit.server import Server

SCENARIOS = Path(__file__).parent / "scenarios"
OFFERED, ALLOWED, SECONDS = 600, 100, 3
IN_TIME = 0.25


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


def test_calls_in_progress_go_on_while_six_times_too_many_are_offered(tmp_path: Path) -> None:
    server = make_centre(tmp_path / "node")
    centre = server.config / "centre.yaml"
    centre.write_text(centre.read_text() + f"overload: {{calls_per_second: {ALLOWED}}}\n")
    with server:
        common: Any = {"remote": server.sip, "dial": "echo", "address": TRUNK}
        up = Scenario(
            SCENARIOS / "long-call-asked-each-second-expect-200.xml",
            tmp_path / "up",
            **common,
            calls=20,
            rate=50,
        )
        flood = Scenario(
            SCENARIOS / "answered-or-refused-with-503-and-retry-after.xml",
            tmp_path / "flood",
            **common,
            calls=OFFERED * SECONDS,
            rate=OFFERED,
            limit=30,
        )
        with up:
            time.sleep(0.5)
            with flood:
                assert slowest_ping(server, during=SECONDS) < IN_TIME
                flood.finish()
            assert up.finish().failed == 0
        turned_away = server.ask("/api/v1/guard")["turned_away"]["overload_rate"]
        accepted = OFFERED * SECONDS - turned_away
        assert ALLOWED * SECONDS * 0.5 < accepted < ALLOWED * SECONDS * 2
        server.wait_for_rest()
        said = server.output()
    assert said.count("overload_began") == 1
