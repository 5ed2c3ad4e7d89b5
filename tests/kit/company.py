"""Far ends that all talk at once, each in a tone of its own, and what each of them hears meanwhile."""

from __future__ import annotations

import select
import socket
import struct
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy

from media.codec import Codec, Decoder, Encoder
from media.connection import Connection, Events, Format
from tests.kit.rtp import EVENT_PAYLOAD, Packet
from tests.kit.tone import RATE, hears

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from media.plane import Plane

_CLOCKS = {Codec.OPUS: 48000, Codec.L16_16000: 16000}
_LEVEL = 6000.0


class Guest:
    """One far end on a port of its own; it says a tone and keeps what it hears."""

    def __init__(
        self,
        plane: Plane,
        frequency: float,
        *,
        codec: Codec = Codec.PCMU,
        event_payload: int | None = EVENT_PAYLOAD,
    ) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0)
        self.codec = codec
        self.frequency = frequency
        self.frequencies: tuple[float, ...] = (frequency,)
        self.packets: list[Packet] = []
        self.port = plane.open_port()
        events = Events(event_payload, event_payload) if event_payload is not None else None
        self.port.connect(
            Connection(remote=self.socket.getsockname(), sends=Format(codec, codec.value), events=events)
        )
        self._encoder = Encoder(codec)
        self._decoder = Decoder(codec)  # one for all that it hears: codecs build on what was before
        self._heard = bytearray()
        self._frame = 0
        self._sequence = 65500
        self._step = _CLOCKS.get(codec, 8000) // 50
        self._timestamp = 0xFFFF_F000
        self._ssrc = 0x1000 + round(frequency)
        self.event: tuple[int, int, int] | None = None

    @property
    def timestamp(self) -> int:
        """Of the next packet."""
        return self._timestamp & 0xFFFF_FFFF

    def change(self, codec: Codec) -> None:
        """Speak and understand another codec from now on, of the same clock."""
        self.codec = codec
        self._encoder, self._decoder = Encoder(codec), Decoder(codec)

    def say(self) -> None:
        """Send the next 20 ms of its tone."""
        rate = self.codec.sample_rate
        at = (numpy.arange(rate // 50) + self._frame * (rate // 50)) / rate
        self._frame += 1
        parts = [numpy.sin(2 * numpy.pi * each * at) for each in self.frequencies]
        sound = numpy.asarray(sum(parts)) * _LEVEL / max(len(parts), 1)
        if parts:
            for payload in self._encoder.encode(sound.astype("<i2").tobytes()):
                self.send(payload, self.codec.value, self._timestamp)
        self._timestamp += self._step

    def send(self, payload: bytes, payload_type: int, timestamp: int, *, marker: bool = False) -> None:
        """Send one packet."""
        sequence = self._sequence & 0xFFFF
        packet = Packet(payload_type, marker, sequence, timestamp & 0xFFFF_FFFF, self._ssrc, payload)
        self._sequence += 1
        self.socket.sendto(bytes(packet), (self.port.address, self.port.number))

    def press(self, digit: str) -> None:
        """A key goes down: its first packet."""
        self.event = ("0123456789*#ABCD".index(digit), self._timestamp, 160)
        self._tell(marker=True)

    def hold(self) -> None:
        """The key is held for another 20 ms."""
        assert self.event is not None
        code, timestamp, duration = self.event
        self.event = (code, timestamp, duration + 160)
        self._tell()

    def let_go(self) -> None:
        """The key comes up: the end, three times."""
        for _ in range(3):
            self._tell(end=0x80)
        self.event = None

    def _tell(self, *, marker: bool = False, end: int = 0) -> None:
        assert self.event is not None
        code, timestamp, duration = self.event
        self.send(struct.pack("!BBH", code, 10 | end, duration), EVENT_PAYLOAD, timestamp, marker=marker)

    def listen(self) -> None:
        """Keep what has come."""
        with suppress(BlockingIOError):
            while True:
                packet = Packet.parse(self.socket.recv(4096), at=time.monotonic())
                self.packets.append(packet)
                if packet.payload_type == self.codec.value:
                    self._heard += self._decoder.decode(packet.payload)

    def forget(self) -> None:
        """What was heard until now is of no interest."""
        self.listen()
        self.packets.clear()
        self._heard.clear()

    @property
    def events(self) -> list[Packet]:
        """The telephone events among what it heard."""
        return [packet for packet in self.packets if packet.payload_type == EVENT_PAYLOAD]

    @property
    def sound(self) -> list[Packet]:
        """The packets of sound."""
        return [packet for packet in self.packets if packet.payload_type == self.codec.value]

    def samples(self) -> bytes:
        """All that it heard, at 8 kHz."""
        every = self.codec.sample_rate // RATE
        return numpy.frombuffer(bytes(self._heard), dtype="<i2")[::every].tobytes()

    def strongest(self) -> float:
        """The strongest frequency in the second half of what it heard, up to 8 kHz where its codec is a wide one."""
        samples = numpy.frombuffer(bytes(self._heard), dtype="<i2").astype(float)
        half = samples[len(samples) // 2 :]
        spectrum = numpy.abs(numpy.fft.rfft(half * numpy.hanning(len(half))))
        return float(spectrum.argmax()) * self.codec.sample_rate / len(half)

    def hears(self, *others: Guest) -> bool:
        """Whether it hears the tones of all these at once."""
        return hears(self.samples(), [round(other.frequency) for other in others])

    def close(self) -> None:
        """Close socket and port."""
        self.socket.close()
        self.port.close()


def talk(
    guests: Iterable[Guest], seconds: float, at: Mapping[int, Callable[[], object]] | None = None
) -> None:
    """All talk for a while; what stands in `at` is done before the frame of that number."""
    by_socket = {guest.socket: guest for guest in guests}
    began = time.monotonic()
    for frame in range(round(seconds * 50)):
        if at is not None and frame in at:
            at[frame]()
        for guest in by_socket.values():
            guest.say()
        while (pause := began + 0.02 * (frame + 1) - time.monotonic()) > 0:
            ready, _, _ = select.select(by_socket, [], [], pause)
            for each in ready:
                by_socket[each].listen()
