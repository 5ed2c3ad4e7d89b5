"""Callers who activate a card by keys (RFC 4733), all from one socket for SIP and one for sound.

Each waits for the answer, presses one key after the other, slowly, and waits for the server's BYE: whoever has not been
hung up on by the menus was lost.
"""

from __future__ import annotations

import heapq
import re
import select
import socket
import struct
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from load import Load

if TYPE_CHECKING:
    from collections.abc import Callable

EVENT_PAYLOAD = 101
TEST_RANGE = "999999"
"""Of the sandbox's cards; those numbered 100 to 199 are for measuring."""
BIRTH = "01021980"
PRESS = 0.08
"""Seconds that a key is held."""
SECURE = 8.0
"""Seconds from the key that leads to the form to the first digit of the card: the welcome is heard whole, and what was
typed before is void."""
RESULT = 5.0
"""Seconds from the last digit to the key that ends the call."""


@dataclass(slots=True)
class Told:
    """What became of the callers."""

    most: int = 0
    ended: int = 0
    keys: int = 0
    looked: int = 0
    """What `look` said when all were in the form."""


@dataclass(slots=True)
class _Typist:
    to: tuple[str, int]
    keys: str
    ssrc: int
    began: float
    sequence: int = 0
    at: int = 0


class Typists(Load):
    """Callers of one number."""

    def __init__(self, server: tuple[str, int], number: str, *, first: int = 0) -> None:
        """Their own numbers count from `first`, so that nobody tries many cards."""
        self._sound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 12)  # prompts are not listened to
        self._sound.bind(("127.0.0.1", 0))
        super().__init__(server, number, rtp_port=self._sound.getsockname()[1], address="127.0.0.2")
        self._next = first
        self._typing: dict[str, _Typist] = {}
        self._due_keys: list[tuple[float, int, str]] = []
        """(when, which packet of the press, who)"""
        self._told = Told()
        self._pause = 1.0

    def type_all(self, callers: int, *, rate: float, pause: float, look: Callable[[], int]) -> Told:
        """Call `rate` times a second, type, and wait until all were hung up on. `look` once, when all are there."""
        self._pause = pause
        began, looked = time.monotonic(), False
        ramp = callers / rate
        limit = began + ramp + RESULT + SECURE + 30 * pause + 30
        while time.monotonic() < limit and (self.outcome.placed < callers or self._calls):
            now = time.monotonic()
            while self.outcome.placed < min(callers, (now - began) * rate):
                self._invite(now)
            self._press(now)
            if not looked and now > began + ramp + SECURE + 2:
                self._told.looked, looked = look(), True
            self._told.most = max(self._told.most, len(self._typing))
            self._listen()
        return self._told

    def _listen(self) -> None:
        soonest = self._due_keys[0][0] - time.monotonic() if self._due_keys else 0.01
        if not select.select([self._socket], [], [], min(max(soonest, 0.0), 0.01))[0]:
            return
        try:
            while True:
                self._hear(self._socket.recv(8192), 1e9)
        except BlockingIOError:
            pass

    def _settled(self, n: str, call: Any, status: int, text: str, hold: float) -> None:
        super()._settled(n, call, status, text, hold)
        if status < 300 and n not in self._typing:
            host, port = _ADDRESS.findall(text)[-1], _PORT.findall(text)[-1]
            now = time.monotonic()
            self._typing[n] = _Typist((host, int(port)), _keys(int(n)), int(n) + 1, now)
            heapq.heappush(self._due_keys, (now + 1.0, 0, n))

    def _answer(self, text: str) -> None:
        super()._answer(text)
        found = _CALL.search(text)
        if text.startswith("BYE") and found and self._typing.pop(found[1], None) is not None:
            del self._calls[found[1]]
            self._told.ended += 1

    def _press(self, now: float) -> None:
        """Two packets of each key while it is held, and three that say it is over (RFC 4733 s.2.5)."""
        while self._due_keys and self._due_keys[0][0] <= now:
            due, number, n = heapq.heappop(self._due_keys)
            typist = self._typing.get(n)
            if typist is None:
                continue
            ended = number >= 2
            clock = round((due - typist.began - (PRESS / 2 * min(number, 2))) * 8000)
            held = round(PRESS * 4000 * min(number + 1, 2))
            head = struct.pack(
                "!BBHII",
                0x80,
                EVENT_PAYLOAD | (0 if number else 0x80),
                typist.sequence & 0xFFFF,
                clock & 0xFFFFFFFF,
                typist.ssrc,
            )
            code = "0123456789*#".index(typist.keys[typist.at])
            packet = head + struct.pack("!BBH", code, 10 | (0x80 if ended else 0), held)
            typist.sequence += 1
            self._sound.sendto(packet, typist.to)
            if number < 4:
                wait = PRESS / 2 if number < 2 else 0.0
                heapq.heappush(self._due_keys, (due + wait, number + 1, n))
                continue
            self._told.keys += 1
            typist.at += 1
            if typist.at < len(typist.keys):
                wait = {1: SECURE, len(typist.keys) - 1: RESULT}.get(typist.at, self._pause)
                heapq.heappush(self._due_keys, (due + wait, 0, n))


_ADDRESS = re.compile(r"c=IN IP4 (\S+)")
_PORT = re.compile(r"m=audio (\d+)")
_CALL = re.compile(r"Call-ID: \w+-(\d+)@bench")


def _keys(n: int) -> str:
    body = f"{TEST_RANGE}{100 + n % 100:09d}"
    # Luhn's check digit: every second figure counts twice, from the one beside it on.
    doubled = (sum(divmod(2 * int(each), 10)) for each in body[-1::-2])
    total = sum(doubled) + sum(int(each) for each in body[-2::-2])
    return f"1{body}{-total % 10}#{BIRTH}2"
