"""Phones on one socket that answer after exactly so long, whatever crosses their 200: sipp gives up on such races."""

from __future__ import annotations

import re
import socket
import threading
import time
from dataclasses import dataclass
from typing import Self

AGAIN = 0.5
"""Seconds after which a final answer without ACK is sent again (T1, RFC 3261 s.13.3.1.4)."""
_SDP = (
    "v=0\r\no=phone 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\n"
    "a=rtpmap:0 PCMU/8000\r\n"
)


@dataclass(slots=True)
class _Call:
    invite: str
    server: tuple[str, int]
    due: float
    final: str = ""
    """The status of the answer to the INVITE."""
    is_acknowledged: bool = False
    has_ended: bool = False


class PunctualPhone:
    """Rings at once, answers `ring` seconds later unless it is cancelled, and takes a BYE."""

    def __init__(self, port: int, ring: float) -> None:
        """Listen at the port of the loopback address."""
        self._ring = ring
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self._socket.settimeout(0.002)
        self._calls: dict[str, _Call] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="punctual phone", daemon=True)

    @property
    def ends(self) -> list[str]:
        """How each call ended: `487`, `BYE`, or what it waits for."""
        return [_end(each) for each in list(self._calls.values())]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(5)
        self._socket.close()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                data, server = self._socket.recvfrom(8192)
            except TimeoutError:
                data = b""
            if data and data[0] < 0x80:  # the rest is sound, which comes to the same socket
                self._take(data.decode(), server)
            now = time.monotonic()
            for call in self._calls.values():
                if not call.is_acknowledged and call.due <= now:
                    self._finish(call, call.final or "200 OK", now)

    def _take(self, text: str, server: tuple[str, int]) -> None:
        method, now = text.split(" ", 1)[0], time.monotonic()
        name = _header(text, "Call-ID")
        if method == "INVITE" and name not in self._calls:
            self._calls[name] = _Call(text, server, now + self._ring)
            self._reply(text, server, "180 Ringing")
        elif method == "CANCEL":
            self._reply(text, server, "200 OK")
            if not self._calls[name].final:
                self._finish(self._calls[name], "487 Request Terminated", now)
        elif method == "ACK":
            self._calls[name].is_acknowledged = True
        elif method == "BYE":
            self._calls[name].has_ended = True
            self._reply(text, server, "200 OK")

    def _finish(self, call: _Call, status: str, now: float) -> None:
        call.final, call.due = status, now + AGAIN
        self._reply(call.invite, call.server, status, has_sound=status == "200 OK")

    def _reply(self, text: str, server: tuple[str, int], status: str, *, has_sound: bool = False) -> None:
        host, port = self._socket.getsockname()
        body = _SDP.format(port=port) if has_sound else ""
        to = _header(text, "To")
        lines = [f"SIP/2.0 {status}", f"Via: {_header(text, 'Via')}", f"From: {_header(text, 'From')}"]
        lines += [f"To: {to}" if ";tag=" in to else f"To: {to};tag=punctual"]
        lines += [f"Call-ID: {_header(text, 'Call-ID')}", f"CSeq: {_header(text, 'CSeq')}"]
        lines += [f"Contact: <sip:{host}:{port}>"]
        lines += ["Content-Type: application/sdp"] if body else []
        lines += [f"Content-Length: {len(body)}", "", body]
        self._socket.sendto("\r\n".join(lines).encode(), server)


def _end(call: _Call) -> str:
    if call.final.startswith("487"):
        return "487" if call.is_acknowledged else "ACK of 487"
    return "BYE" if call.has_ended else "ACK and BYE"


def _header(text: str, name: str) -> str:
    found = re.search(rf"^{name}: *(.*?)\r?$", text, re.MULTILINE | re.IGNORECASE)
    return found.group(1) if found else ""
