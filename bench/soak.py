"""Hours in minutes: a node under mixed load, its memory and counters every ten seconds, and what is left at the end.

.venv/bin/python bench/soak.py [--minutes 8] [--calls 6] [--phones 200]

At once: calls answered, cancelled and refused, phones that refresh, subscriptions that are begun and run out, and
broken messages from a stranger by UDP and TCP. Then calm. Prints a line every ten seconds and one JSON line at the
end: how fast the memory still grew in the second half (least squares) and the counters that did not come back to
zero. `tests/sip/test_fuzz.py` asks the same of the SIP stack alone, with tracemalloc.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import socket
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

from bench_registrations import Phones, config_for, passwords_for
from load import Load, Outcome, resident
from node import ROOT, free_port, node

if TYPE_CHECKING:
    from collections.abc import Callable

TRUNK = "127.0.0.9"
STRANGER = "127.0.0.66"
HOLD = 2.0
STEP = 10.0
ROUND = 20.0
CALM = 150.0
"""The longest that anything may stay: a subscription of a minute, what refuses it, and timers of 32 s."""
SINCE_START = {"connections_refused", "handshakes_failed", "tracing_dropped", "recording_drops"}
_SUBSCRIBE = (
    "SUBSCRIBE sip:{n}@{host} SIP/2.0\r\nVia: SIP/2.0/UDP {me};rport;branch=z9hG4bK{n}s{cseq}\r\nMax-Forwards: 70\r\n"
    "From: <sip:{n}@{host}>;tag=s{cseq}\r\nTo: <sip:{n}@{host}>\r\nCall-ID: {n}-{cseq}@watcher-of-the-bench\r\n"
    "CSeq: {cseq} SUBSCRIBE\r\nContact: <sip:{n}@{me}>\r\nEvent: reg\r\nExpires: 60\r\n{proof}Content-Length: 0\r\n\r\n"
)


class Watchers(Phones):
    """Phones that subscribe to their own registration, again and again, and let it run out."""

    method = "SUBSCRIBE"
    request = _SUBSCRIBE

    def _uri(self, n: int, host: str) -> str:
        return f"sip:{n}@{host}"

    def _take(self, text: str) -> None:
        if text.startswith("SIP/2.0"):
            super()._take(text)
        else:
            _answer(self.socket, self.server, text, "200 OK")


class FarEnd(threading.Thread):
    """Whom our server calls: rings, until it is cancelled."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def run(self) -> None:
        """Answer for ever."""
        ringing: dict[str, str] = {}
        while True:
            data, server = self.socket.recvfrom(8192)
            text = data.decode()
            call = text.partition("\r\nCall-ID: ")[2].partition("\r\n")[0]
            if text.startswith("INVITE"):
                ringing[call] = text
                _answer(self.socket, server, text, "180 Ringing")
            elif text.startswith("CANCEL"):
                _answer(self.socket, server, text, "200 OK")
                _answer(self.socket, server, ringing.pop(call, text), "487 Request Terminated")


def _answer(sender: socket.socket, server: tuple[str, int], text: str, status: str) -> None:
    names = ("Via", "From", "To", "Call-ID", "CSeq")
    kept = [line for line in text.split("\r\n") if line.partition(":")[0] in names]
    kept = [line + ";tag=far" if line.startswith("To:") and ";tag=" not in line else line for line in kept]
    sender.sendto("\r\n".join([f"SIP/2.0 {status}", *kept, "Content-Length: 0", "", ""]).encode(), server)


class Stranger:
    """Sends the torture messages with pieces cut out and changed, whole and in halves."""

    def __init__(self, server: tuple[str, int]) -> None:
        self.server = server
        self.random = random.Random(1)
        self.messages = [path.read_bytes() for path in sorted((ROOT / "tests/data/torture").glob("*.dat"))]
        self.sent = 0

    def round(self) -> None:
        """Twenty datagrams and a connection that ends in the middle of a message, in a second."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((STRANGER, 0))
            for _ in range(20):
                sender.sendto(self._broken(), self.server)
        with socket.create_connection(self.server, 5, source_address=(STRANGER, 0)) as stream:
            stream.sendall(self._broken()[: self.random.randrange(10, 400)])
        self.sent += 21
        time.sleep(1.0)

    def _broken(self) -> bytes:
        data = self.random.choice(self.messages)
        data = data.replace(b"z9hG4bK", b"z9hG4bK%d" % self.random.randrange(10**9))
        for _ in range(self.random.randrange(4)):
            at = self.random.randrange(len(data))
            data = (
                data[:at]
                + self.random.randbytes(self.random.randrange(3))
                + data[at + self.random.randrange(9) :]
            )
        return data


class Soak:
    """One run."""

    def __init__(self, server: tuple[str, int], http: int, pid: int, options: argparse.Namespace) -> None:
        self._http = http
        self._pid = pid
        self._options = options
        self._server = server
        self._began = time.monotonic()
        self._ends = self._began + options.minutes * 60
        self.samples: list[tuple[float, int]] = []
        self.outcomes: dict[str, Outcome] = {}
        self._phones = Phones(server, options.phones)
        self._watchers = Watchers(server, options.phones)
        self._stranger = Stranger(server)

    def run(self) -> dict[str, object]:
        """Load, calm, and what is to be said of it."""
        rate = self._options.calls
        workers = [
            self._calls("answered", "ivr", rate * 0.6),
            self._calls("cancelled", "alice", rate * 0.2, cancels=True),
            self._calls("refused", "5550000", rate * 0.2),
            lambda: self._phones.round(self._options.phones / ROUND),
            lambda: self._watchers.round(self._options.phones / ROUND / 2),
            self._stranger.round,
        ]
        threads = [threading.Thread(target=self._again, args=(each,)) for each in workers]
        for thread in threads:
            thread.start()
        while time.monotonic() < self._ends:
            time.sleep(STEP)
            self._look()
        for thread in threads:
            thread.join()
        self._phones.round(self._options.phones / 5, expires=0)
        return self._said(self._calm())

    def _again(self, once: Callable[[], object]) -> None:
        while time.monotonic() < self._ends:
            once()

    def _calls(self, name: str, user: str, rate: float, *, cancels: bool = False) -> Callable[[], object]:
        load = Load(self._server, user, address=TRUNK, cancels=cancels)
        self.outcomes[name] = load.outcome
        return lambda: load.run(rate=rate, seconds=ROUND, hold=HOLD)

    def _counters(self) -> dict[str, int]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._http}/api/v1/counters", timeout=5) as answer:
            found: dict[str, int] = json.loads(answer.read())
        return {name: count for name, count in found.items() if count and name not in SINCE_START}

    def _look(self) -> dict[str, int]:
        at, held, counters = time.monotonic() - self._began, resident(self._pid), self._counters()
        self.samples.append((at, held))
        print(f"{at:5.0f} s  {held / 1e6:7.2f} MB  {sum(counters.values()):5} in use", flush=True)
        return counters

    def _calm(self) -> dict[str, int]:
        until = time.monotonic() + CALM
        while (left := self._look()) and time.monotonic() < until:
            time.sleep(STEP)
        return left

    def _said(self, left: dict[str, int]) -> dict[str, object]:
        under_load = [each for each in self.samples if each[0] <= self._options.minutes * 60 + STEP]
        placed = sum(each.placed for each in self.outcomes.values())
        return {
            "bench": "soak",
            "minutes": self._options.minutes,
            "calls": {
                name: {"placed": each.placed, "ended": each.ended, "refused": each.refused}
                for name, each in self.outcomes.items()
            },
            "refreshed": self._phones.accepted,
            "subscribed": self._watchers.accepted,
            "broken": self._stranger.sent,
            "MB": [
                round(held / 1e6, 1) for held in (self.samples[0][1], under_load[-1][1], self.samples[-1][1])
            ],
            "kB_per_minute": round(slope(under_load[len(under_load) // 2 :]) * 60 / 1000, 1),
            "calls_per_minute": round(placed / self._options.minutes),
            "left": left,
        }


def slope(points: list[tuple[float, int]]) -> float:
    """By how much y grows with each x, by least squares."""
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / spread if spread else 0.0


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--calls", type=float, default=6, help="calls a second, all kinds together")
    parser.add_argument("--phones", type=int, default=200)
    options = parser.parse_args()
    folder, far, http = Path(tempfile.mkdtemp(prefix="centralita-soak-")), FarEnd(), free_port()
    far.start()
    try:
        config = config_for(folder, options.phones)
        numbers = config / "numbers.yaml"
        numbers.write_text(numbers.read_text().replace("127.0.0.1:5062", f"127.0.0.1:{far.port}"))
        with node(config=config, prepare=lambda state: passwords_for(state, options.phones), http=http) as (
            pid,
            address,
        ):
            print(json.dumps(Soak(address, http, pid, options).run()))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
