"""pyVoIP 1.6.8 as a caller: it dials, presses keys (RFC 4733) and keeps what it hears.

pyVoIP is a phone for one account and has faults that a strict server must not mend for it; the worker mends them:
its ACK carries an invented To tag and the branch of the INVITE, it waits for ever for a 200 that no 1xx came before,
it repeats the branch of the first INVITE when challenged, it drops a call refused with anything but 404 and 503,
and it cannot send digits. Offer, RTP out and in, BYE and the answer to BYE are pyVoIP's own.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
import wave
from pathlib import Path
from typing import Any, Self

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.kit.foreign_process import PATIENCE, ForeignProcess, report

FRAME = 160  # samples of 8 kHz in 20 ms


class PyVoipCaller:
    """The driver's side: one call at a time from a fixed source address."""

    def __init__(
        self, *, server: tuple[str, int], local: tuple[str, int], rtp_port: int, user: str, log: Path
    ) -> None:
        settings = {
            "name": f"pyVoIP {user}",
            "server": list(server),
            "local": list(local),
            "rtp_port": rtp_port,
            "user": user,
        }
        self.process = ForeignProcess(Path(__file__), settings, log=log)

    def __enter__(self) -> Self:
        with self.process.or_closed():
            self.process.wait_for("ready")
        return self

    def __exit__(self, *_: object) -> None:
        self.process.close()

    def dial(self, number: str, *, within: float = PATIENCE) -> None:
        """Call the number and wait for the answer."""
        self.process.tell("dial", number=number)
        self.process.wait_for("answered", within=within)

    def dial_and_be_refused(self, number: str, *, within: float = PATIENCE) -> int:
        """Call the number and return the status of the refusal."""
        self.process.tell("dial", number=number)
        return int(self.process.wait_for("refused", within=within)["status"])

    def media_of_server(self) -> tuple[str, int]:
        """Where the server said it takes the sound of this call."""
        host, port = self.process.wait_for("answered")["media"]
        return host, port

    def press(self, digits: str, *, on: float = 0.1, gap: float = 0.08) -> None:
        """Press keys; returns when the last one has been sent."""
        mark = self.process.mark()
        self.process.tell("press", digits=digits, on=on, gap=gap)
        self.process.wait_for("pressed", within=PATIENCE + len(digits) * (on + gap), after=mark)

    def say(self, wav: Path) -> None:
        """Send this sound (8 kHz, 16 bit, mono) once."""
        self.process.tell("say", wav=str(wav))

    def heard(self, seconds: float, *, within: float = PATIENCE) -> bytes:
        """Collect the next `seconds` of what the caller hears, as 16 bit samples."""
        mark = self.process.mark()
        self.process.tell("listen", seconds=seconds)
        return bytes.fromhex(self.process.wait_for("heard", within=within + seconds, after=mark)["pcm"])

    def wait_for_sound(self) -> None:
        """Wait until sound of the server comes in."""
        self.heard(0.1)

    def heard_in_all(self) -> bytes:
        """All that the caller has heard in this call, as 16 bit samples."""
        mark = self.process.mark()
        self.process.tell("recall")
        return bytes.fromhex(self.process.wait_for("heard", after=mark)["pcm"])

    def hang_up(self) -> None:
        """Send BYE."""
        self.process.tell("hangup")
        self.process.wait_for("ended")

    def wait_for_hang_up(self, *, within: float) -> None:
        """Wait for the server's BYE."""
        self.process.wait_for("ended", within=within)


def work(settings: dict[str, Any]) -> None:
    """Worker side: obey the driver until it says quit."""
    caller = _Worker(settings)
    report("ready")
    for line in sys.stdin:
        order = json.loads(line)
        command = order.pop("do")
        if command == "quit":
            break
        getattr(caller, command)(**order)
    caller.close()


class _Worker:
    def __init__(self, settings: dict[str, Any]) -> None:
        import pyVoIP.VoIP

        package: Any = pyVoIP
        self._pyvoip = package.VoIP
        package.RTP.RTPClient = _keyed_client(package.RTP)
        self._phone = _mended_phone(package, settings)
        self._phone.start()
        self._call: Any = None

    def dial(self, number: str) -> None:
        self._call = self._phone.call(number)
        threading.Thread(target=self._watch, args=(self._call,), daemon=True).start()

    def _watch(self, call: Any) -> None:
        state = self._pyvoip.CallState
        while call.state == state.DIALING:
            if (status := self._phone.sip.refusals.get(call.call_id)) is not None:
                report("refused", status=status)
                return
            time.sleep(0.01)
        if call.state == state.ANSWERED:
            report("answered", media=[call.RTPClients[0].outIP, call.RTPClients[0].outPort])
        while call.state == state.ANSWERED:
            time.sleep(0.01)
        report("ended")

    def press(self, digits: str, on: float, gap: float) -> None:
        client = self._call.RTPClients[0]
        client.keys.extend((digit, on, gap) for digit in digits)
        while client.keys and client.NSD:
            time.sleep(0.01)
        report("pressed", digits=len(digits))

    def say(self, wav: str) -> None:
        import audioop

        with wave.open(wav) as sound:
            pcm = sound.readframes(sound.getnframes())
        self._call.write_audio(audioop.bias(audioop.lin2lin(pcm, 2, 1), 1, 128))

    def listen(self, seconds: float) -> None:
        client = self._call.RTPClients[0]
        wanted, start = int(seconds * 8000) * 2, len(client.taken)
        limit = time.monotonic() + seconds + PATIENCE / 2
        while len(client.taken) - start < wanted and time.monotonic() < limit and client.NSD:
            time.sleep(0.02)
        report("heard", pcm=bytes(client.taken[start : start + wanted]).hex())

    def recall(self) -> None:
        report("heard", pcm=bytes(self._call.RTPClients[0].taken).hex())

    def hangup(self) -> None:
        self._call.hangup()

    def close(self) -> None:
        for call in list(self._phone.calls.values()):
            if call.state == self._pyvoip.CallState.ANSWERED:
                call.hangup()
        self._phone.sip.NSD = False


def _mended_phone(package: Any, settings: dict[str, Any]) -> Any:
    sip = package.SIP
    original: Any = sip.SIPClient

    class Client(original):  # type: ignore[misc]
        """pyVoIP's user agent, not registered, with a correct ACK and all refusals noticed."""

        def start(self) -> None:
            """Listen at once (pyVoIP waits a second first) and do not register: a trunk does not."""
            self.NSD = True
            self.refusals: dict[str, int] = {}
            self.s = self.out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.s.bind((self.myIP, self.myPort))
            threading.Thread(target=self.recv_loop, daemon=True).start()

        def invite(self, number: str, ms: Any, sendtype: Any) -> tuple[Any, str, int]:
            call_id, session = self.gen_call_id(), self.sessID.next()
            branch = f"z9hG4bK{call_id[:24]}{self.myPort}"
            text = self.gen_invite(number, str(session), ms, sendtype, branch, call_id)
            self.out.sendto(text.encode(), (self.server, self.port))
            return sip.SIPMessage(text.encode()), call_id, session

        def gen_ack(self, request: Any) -> str:
            text: str = super().gen_ack(request)
            head = request.headers
            made, found = text.split("To: ", 1)
            tail = found.split("\r\n", 1)[1]
            text = f"{made}To: {head['To']['raw']};tag={head['To']['tag']}\r\n{tail}"
            if int(request.status) == 200:
                uri = head["Contact"].split("<")[-1].split(">")[0]
                branch = head["Via"][0]["branch"]
                text = f"ACK {uri} SIP/2.0\r\n" + text.split("\r\n", 1)[1].replace(branch, branch + "a")
            return text

        def parse_message(self, message: Any) -> None:
            if message.type != sip.SIPMessageType.MESSAGE and message.headers["CSeq"]["method"] != "INVITE":
                return
            status = int(message.status) if message.type != sip.SIPMessageType.MESSAGE else 0
            if status >= 300:
                self.out.sendto(self.gen_ack(message).encode(), (self.server, self.port))
                self.refusals[message.headers["Call-ID"]] = status
                return
            super().parse_message(message)

    server, local, port = settings["server"], settings["local"], settings["rtp_port"]
    sip.SIPClient = Client
    return package.VoIP.VoIPPhone(
        server[0],
        server[1],
        settings["user"],
        "",
        myIP=local[0],
        sipPort=local[1],
        rtpPortLow=port,
        rtpPortHigh=port,
    )


def _keyed_client(rtp: Any) -> Any:
    class KeyedClient(rtp.RTPClient):  # type: ignore[misc]
        """pyVoIP's RTP with keys (RFC 4733 s.2.5) sent in place of audio, and all that came kept in order."""

        def __init__(self, *args: Any, **named: Any) -> None:
            super().__init__(*args, **named)
            self.keys: list[tuple[str, float, float]] = []
            self.taken = bytearray()
            self.clock = 0  # RTP timestamp of the next packet
            self.event_payload = next(
                (n for n, kind in self.assoc.items() if str(kind) == "telephone-event"), 101
            )

        def parse_pcmu(self, packet: Any) -> None:
            import audioop

            self.taken += audioop.ulaw2lin(packet.payload, 2)  # pyVoIP's own 8 bits lose what is quiet

        def trans(self) -> None:
            due = time.monotonic()
            while self.NSD:
                if self.keys:
                    due = self._press(*self.keys[0], due)
                    self.keys.pop(0)
                    continue
                self._send(int(self.preference), self.encode_packet(self.pmout.read()), self.clock)
                self.clock += FRAME
                due = _wait(due)

        def _press(self, digit: str, on: float, gap: float, due: float) -> float:
            began, code = self.clock, "0123456789*#ABCD".index(digit)
            packets = max(1, round(on / 0.02))
            for number in range(1, packets + 3):  # the end is sent three times
                ended = number >= packets
                body = bytes((code, 10 | (128 if ended else 0)))
                body += (min(number, packets) * FRAME).to_bytes(2, "big")
                self._send(self.event_payload, body, began, marker=number == 1)
                due = _wait(due)
            self.clock = began + (packets + 2) * FRAME
            for _ in range(round(gap / 0.02)):
                self._send(int(self.preference), self.encode_packet(b"\x80" * FRAME), self.clock)
                self.clock += FRAME
                due = _wait(due)
            return due

        def _send(self, payload: int, body: bytes, timestamp: int, *, marker: bool = False) -> None:
            head = bytes((0x80, payload | (128 if marker else 0))) + (self.outSequence & 0xFFFF).to_bytes(
                2, "big"
            )
            head += (timestamp & 0xFFFFFFFF).to_bytes(4, "big") + self.outSSRC.to_bytes(4, "big")
            self.outSequence += 1
            try:
                self.sout.sendto(head + body, (self.outIP, self.outPort))
            except OSError:
                self.NSD = False  # the call ended while this packet was being made

    return KeyedClient


def _wait(due: float) -> float:
    due += 0.02
    time.sleep(max(0.0, due - time.monotonic()))
    return due


if __name__ == "__main__":
    work(json.loads(sys.argv[1]))
