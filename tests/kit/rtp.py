"""A far end for media tests: a socket that sends and reads RTP packets (RFC 3550) and telephone events (RFC 4733)."""

from __future__ import annotations

import select
import socket
import struct
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self, TypeVar

from media.codec import STATIC_PAYLOADS, Codec, Decoder, Encoder
from media.connection import Connection, Format, plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from media.events import MediaEvent
    from media.plane import Plane, Port

E = TypeVar("E", bound="MediaEvent")

PATIENCE = 15.0
"""Seconds after which what was waited for is taken as never coming."""
LISTENING = 5.0
"""Seconds after which whoever listens has heard all there is: some hear nothing, and should."""
EVENT_PAYLOAD = 101


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet and when it came."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    at: float = 0.0

    def __bytes__(self) -> bytes:
        second = self.payload_type | (0x80 if self.marker else 0)
        head = (0x80, second, self.sequence & 0xFFFF, self.timestamp & 0xFFFFFFFF, self.ssrc)
        return struct.pack("!BBHII", *head) + self.payload

    @classmethod
    def parse(cls, data: bytes, *, at: float = 0.0) -> Packet:
        """Read a packet without padding and extensions."""
        _, second, sequence, timestamp, ssrc = struct.unpack("!BBHII", data[:12])
        return cls(second & 0x7F, bool(second & 0x80), sequence, timestamp, ssrc, data[12:], at)


class FarEnd:
    """A peer with a real socket on the loopback network."""

    def __init__(self, *, codec: Codec = Codec.PCMU, address: str = "127.0.0.1", ssrc: int = 0x5EED) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.address: tuple[str, int] = self.socket.getsockname()[:2]
        self.codec = codec
        self.ssrc = ssrc
        self.sequence = 65530
        self.timestamp = 0xFFFF_FF00
        self.target: tuple[str, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def meet(self, port: Port, *, event_payload: int | None = EVENT_PAYLOAD, symmetric: bool = False) -> None:
        """Connect a port of ours and this far end."""
        self.target = (port.address, port.number)
        port.connect(replace(self.connection(event_payload=event_payload), symmetric=symmetric))

    def connection(self, *, event_payload: int | None = EVENT_PAYLOAD) -> Connection:
        """What a port is told to talk with this far end: both laws accepted, and what is spoken here."""
        numbers = {**STATIC_PAYLOADS, self.codec: self.codec.value}
        both = tuple(Format(codec, number) for codec, number in numbers.items())
        return replace(plain(self.address, self.codec, event_payload=event_payload), accepts=both)

    def send(self, payload: bytes, *, payload_type: int | None = None, marker: bool = False) -> Packet:
        """Send the next packet of the stream."""
        kind = self.codec.value if payload_type is None else payload_type
        packet = Packet(kind, marker, self.sequence & 0xFFFF, self.timestamp & 0xFFFFFFFF, self.ssrc, payload)
        self.send_bytes(bytes(packet))
        self.sequence += 1
        self.timestamp += self.codec.rtp_clock // 50
        return packet

    def lose(self) -> None:
        """Leave out a packet of the stream."""
        self.sequence += 1
        self.timestamp += self.codec.rtp_clock // 50

    def send_bytes(self, data: bytes) -> None:
        """Send any bytes to the port."""
        assert self.target is not None
        self.socket.sendto(data, self.target)

    def receive(self) -> bytes:
        """Take the datagram that waits."""
        return self.socket.recv(4096)

    def say(self, pcm: bytes) -> None:
        """Send sound at its own pace."""
        began = time.monotonic()
        for number, payload in enumerate(Encoder(self.codec).encode(pcm)):
            self.send(payload, marker=number == 0)
            pause = began + 0.02 * (number + 1) - time.monotonic()
            if pause > 0:
                select.select([], [], [], pause)

    def press(self, digit: str, *, packets: int = 5, payload_type: int = EVENT_PAYLOAD) -> None:
        """Send one digit as telephone events, the end three times."""
        code = "0123456789*#ABCD".index(digit)
        timestamp = self.timestamp & 0xFFFFFFFF
        for number in range(packets + 2):
            grown = 160 * min(number + 1, packets)
            ends = 0x80 if number >= packets - 1 else 0
            payload = struct.pack("!BBH", code, 10 | ends, grown)
            marker = number == 0
            packet = Packet(payload_type, marker, self.sequence & 0xFFFF, timestamp, self.ssrc, payload)
            self.send_bytes(bytes(packet))
            self.sequence += 1
        self.timestamp += 160 * packets + 320

    def hear(self, count: int, *, patience: float = LISTENING) -> list[Packet]:
        """Wait for so many packets; fewer when no more come."""
        heard: list[Packet] = []
        deadline = time.monotonic() + patience
        while len(heard) < count:
            rest = deadline - time.monotonic()
            if rest <= 0 or not _readable(self.socket.fileno(), rest):
                break
            heard.append(Packet.parse(self.receive(), at=time.monotonic()))
        return heard

    def hear_sound(self, packets: int) -> bytes:
        """Wait for so many packets and decode them, each by its own payload type; keys among them are no sound."""
        heard = [packet for packet in self.hear(packets) if packet.payload_type != EVENT_PAYLOAD]
        decoders = {number: Decoder(Codec(number)) for number in {p.payload_type for p in heard}}
        return b"".join(decoders[p.payload_type].decode(p.payload) for p in heard)

    def hears_nothing(self, *, seconds: float = 0.1) -> bool:
        """Whether no packet comes for a while."""
        return not _readable(self.socket.fileno(), seconds)


class Watch:
    """Events of a plane, kept until a test asks for them."""

    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        self.events: list[MediaEvent] = []

    def wait(self, kind: type[E], *, patience: float = PATIENCE) -> E:
        """Return (and take) the next event of this kind."""
        deadline = time.monotonic() + patience
        while True:
            self.events += self.plane.take_events()
            for event in self.events:
                if isinstance(event, kind):
                    self.events.remove(event)
                    return event
            rest = deadline - time.monotonic()
            assert rest > 0, f"no {kind.__name__}; only {self.events}"
            _readable(self.plane.fileno(), rest)

    def settle(self, seconds: float = 0.15) -> list[MediaEvent]:
        """Give late events time to come, and return all that were not asked for."""
        select.select([], [], [], seconds)
        self.events += self.plane.take_events()
        return self.events


def until(true: Callable[[], bool], *, patience: float = PATIENCE) -> bool:
    """Wait until a condition holds."""
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            return False
        select.select([], [], [], 0.01)
    return True


def _readable(descriptor: int, seconds: float) -> bool:
    # poll, because select knows no descriptor above 1023.
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    return bool(waiting.poll(max(seconds, 0.0) * 1000))
