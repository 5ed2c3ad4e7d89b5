"""A small SIP caller for measuring: many calls over one UDP socket, no transactions of its own beyond counting.

Places `rate` calls a second to one user part, holds each for `hold` seconds, ends it with BYE. Nothing is sent again:
on the loopback a lost message is a fault worth seeing.
"""

from __future__ import annotations

import heapq
import os
import select
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

_INVITE = (
    "INVITE sip:{user}@{host} SIP/2.0\r\nVia: SIP/2.0/UDP {me};rport;branch=z9hG4bK{run}i{n}\r\nMax-Forwards: 70\r\n"
    "From: <sip:{caller}@{me}>;tag=f{n}\r\nTo: <sip:{user}@{host}>\r\nCall-ID: {run}-{n}@bench\r\nCSeq: 1 INVITE\r\n"
    "Contact: <sip:{caller}@{me}>\r\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\nContent-Type: application/sdp\r\n"
    "Content-Length: {length}\r\n\r\n{sdp}"
)
_SDP = (
    "v=0\r\no=bench {n} 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n"
)
_IN_DIALOG = (
    "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {me};rport;branch=z9hG4bK{run}{letter}{n}\r\nMax-Forwards: 70\r\n"
    "From: <sip:{caller}@{me}>;tag=f{n}\r\nTo: {to}\r\nCall-ID: {run}-{n}@bench\r\nCSeq: {cseq} {method}\r\n"
    "Content-Length: 0\r\n\r\n"
)


@dataclass(slots=True)
class _Call:
    sent: float
    uri: str = ""
    to: str = ""


@dataclass(slots=True)
class Outcome:
    """What became of the calls."""

    placed: int = 0
    answered: int = 0
    ended: int = 0
    refused: int = 0
    setup: list[float] = field(default_factory=list)
    """Seconds from INVITE to 200."""
    repeated: int = 0
    """200s of the server that came again."""


class Sound:
    """RTP of many calls from one socket, a packet of 20 ms each; what comes back is thrown away."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        """Bind to some port."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 12)
        self.port = int(self._socket.getsockname()[1])
        self._far: dict[str, tuple[tuple[str, int], list[int]]] = {}
        self._due = 0.0

    def begin(self, call: str, message: str) -> None:
        """Send to where this description wants it."""
        sdp = message.partition("\r\n\r\n")[2]
        lines = dict(line.split("=", 1) for line in sdp.splitlines() if line[:2] in ("c=", "m="))
        self._far[call] = ((lines["c"].split()[2], int(lines["m"].split()[1])), [0])

    def end(self, call: str) -> None:
        """Send no more."""
        self._far.pop(call, None)

    def turn(self) -> float:
        """Send what is due; seconds until the next packet is."""
        now = time.monotonic()
        if now >= self._due:
            self._due = max(self._due + 0.02, now)
            for far, count in self._far.values():
                n = count[0] = count[0] + 1
                head = (
                    b"\x80\x00" + (n & 0xFFFF).to_bytes(2, "big") + (n * 160 & 0xFFFFFFFF).to_bytes(4, "big")
                )
                self._socket.sendto(head + far[1].to_bytes(4, "big") + b"\xd5" * 160, far)
        return max(0.0, self._due - time.monotonic())


class Load:
    """Calls from one socket."""

    def __init__(
        self,
        server: tuple[str, int],
        user: str,
        *,
        rtp_port: int = 0,
        address: str = "127.0.0.1",
        cancels: bool = False,
        sound: Sound | None = None,
    ) -> None:
        """`rtp_port` is what our SDP names; nothing need listen there. `cancels`: each call is, as soon as it rings.

        With `sound` each call sends a packet every 20 ms while it is up.
        """
        self._server = server
        self._user = user
        self._sound = sound
        self._rtp_port = sound.port if sound is not None else rtp_port or 9
        self._cancels = cancels
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._socket.bind((address, 0))
        self._socket.settimeout(0.0)
        self._me = "{}:{}".format(*self._socket.getsockname())
        self._run = os.urandom(4).hex()
        self._calls: dict[str, _Call] = {}
        self._due: list[tuple[float, str]] = []
        self._next = 0
        self.outcome = Outcome()
        self.placed_at: dict[str, float] = {}
        """When each caller called, by the user part of From."""

    def run(self, *, rate: float, seconds: float, hold: float) -> Outcome:
        """Place calls for `seconds`, then wait until all are over (at most 5 s more)."""
        began = time.monotonic()
        due = began
        while (now := time.monotonic()) < began + seconds:
            while due <= now:
                self._invite(now)
                due += 1 / rate
            self._turn(min(due, self._due[0][0] if self._due else due), hold)
        self.finish(hold)
        return self.outcome

    def hold(self, *, calls: int, rate: float) -> Outcome:
        """Set calls up and leave them standing; end them with `finish`."""
        due = time.monotonic()
        for _ in range(calls):
            self._invite(time.monotonic())
            due += 1 / rate
            while time.monotonic() < due:
                self._turn(due, 1e9)
        stop = time.monotonic() + 5
        while self.outcome.answered + self.outcome.refused < self.outcome.placed and time.monotonic() < stop:
            self._turn(stop, 1e9)
        return self.outcome

    def finish(self, hold: float = 0.0) -> None:
        """End what stands and wait for the answers."""
        if not hold or hold > 1e6:
            self._due = [(0.0, n) for n in self._calls]
        stop = time.monotonic() + hold + 5
        done = self.outcome
        while done.ended + done.refused < done.placed and time.monotonic() < stop:
            self._turn(time.monotonic() + 0.05, hold)
        if hold > 1e6:
            return

    def _turn(self, until: float, hold: float) -> None:
        while self._due and self._due[0][0] <= time.monotonic():
            self._bye(heapq.heappop(self._due)[1])
        pause = max(0.0, min(until - time.monotonic(), 0.05))
        if self._sound is not None:
            pause = min(pause, self._sound.turn())
        if select.select([self._socket], [], [], pause)[0]:
            try:
                while True:
                    self._hear(self._socket.recv(8192), hold)
            except BlockingIOError:
                pass

    def _send(self, text: str) -> None:
        self._socket.sendto(text.encode(), self._server)

    def _invite(self, now: float) -> None:
        self._next += 1
        n = str(self._next)
        self.placed_at[str(100000 + self._next)] = now
        sdp = _SDP.format(n=n, ip="127.0.0.1", port=self._rtp_port)
        self._calls[n] = _Call(now)
        self.outcome.placed += 1
        host = "{}:{}".format(*self._server)
        self._send(
            _INVITE.format(
                user=self._user,
                host=host,
                me=self._me,
                run=self._run,
                n=n,
                caller=100000 + self._next,
                sdp=sdp,
                length=len(sdp),
            )
        )

    def _hear(self, data: bytes, hold: float) -> None:
        text = data.decode()
        if not text.startswith("SIP/2.0 "):
            self._answer(text)
            return
        status = int(text[8:11])
        n = _header(text, "Call-ID").partition("@")[0].partition("-")[2]
        call = self._calls.get(n)
        method = _header(text, "CSeq").split()[1]
        if call is None or status < 200:
            if call is not None and status == 180 and self._cancels:
                self._for_invite("CANCEL", n, f"<{self._uri()}>")
            return
        if method == "INVITE":
            self._settled(n, call, status, text, hold)
        elif method == "BYE":
            del self._calls[n]
            self.outcome.ended += 1

    def _settled(self, n: str, call: _Call, status: int, text: str, hold: float) -> None:
        call.to = _header(text, "To")
        if status >= 300:
            self._for_invite("ACK", n, call.to)
            self.outcome.refused += 1
            del self._calls[n]
            return
        contact = _header(text, "Contact")
        call.uri = contact[contact.index("<") + 1 : contact.index(">")]
        now = time.monotonic()
        if call.sent:
            self.outcome.answered += 1
            self.outcome.setup.append(now - call.sent)
            call.sent = 0.0
            heapq.heappush(self._due, (now + hold, n))
            if self._sound is not None:
                self._sound.begin(n, text)
        else:
            self.outcome.repeated += 1
        self._in_dialog("ACK", "a", 1, n, call)

    def _for_invite(self, method: str, n: str, to: str) -> None:
        """CANCEL, or the ACK of a refusal: they go where the INVITE went and have its branch."""
        self._in_dialog(method, "i", 1, n, _Call(0.0, self._uri(), to))

    def _uri(self) -> str:
        return "sip:{}@{}:{}".format(self._user, *self._server)

    def _bye(self, n: str) -> None:
        call = self._calls.get(n)
        if call is not None and call.uri:
            self._in_dialog("BYE", "b", 2, n, call)
            if self._sound is not None:
                self._sound.end(n)

    def _in_dialog(self, method: str, letter: str, cseq: int, n: str, call: _Call) -> None:
        self._send(
            _IN_DIALOG.format(
                method=method,
                letter=letter,
                cseq=cseq,
                n=n,
                uri=call.uri,
                to=call.to,
                me=self._me,
                run=self._run,
                caller=100000 + int(n),
            )
        )

    def _answer(self, text: str) -> None:
        """A request of the server's: 200 with its own headers."""
        kept = [
            line
            for line in text.split("\r\n")
            if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")
        ]
        self._send("\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""]))


def _header(text: str, name: str) -> str:
    at = text.index(f"\r\n{name}: ") + len(name) + 4
    return text[at : text.index("\r\n", at)]


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> int:
    """Bytes of memory a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
