"""Sound that has to be decoded on its way is heard evenly, whatever the network did to its packets."""

from __future__ import annotations

import random
import select
import threading
import time
from typing import TYPE_CHECKING

import numpy
import pytest

from media.codec import Codec, Decoder, Encoder
from tests.kit.rtp import FarEnd, Packet
from tests.kit.tone import tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.plane import Plane

SECONDS = 2.0


def send(phone: FarEnd, pcm: bytes, late: Callable[[int], float | None]) -> None:
    """Send sound through a network that holds each packet up by so many seconds, or loses it (None)."""
    began = time.monotonic()
    waiting: list[tuple[float, Packet]] = []
    for number, payload in enumerate(Encoder(phone.codec).encode(pcm)):
        timestamp = (phone.timestamp + number * phone.codec.rtp_clock // 50) & 0xFFFFFFFF
        sequence = (phone.sequence + number) & 0xFFFF
        packet = Packet(phone.codec.value, number == 0, sequence, timestamp, phone.ssrc, payload)
        if (held := late(number)) is not None:
            waiting.append((began + 0.02 * number + held, packet))
    for due, packet in sorted(waiting, key=lambda each: each[0]):
        if (pause := due - time.monotonic()) > 0:
            select.select([], [], [], pause)
        phone.send_bytes(bytes(packet))


def transcoded(plane: Plane, late: Callable[[int], float | None]) -> tuple[list[float], float]:
    """A tone from a G.711 phone to one with G.722: how loud each 20 ms is, and the delay of its beginning."""
    with FarEnd() as customer, FarEnd(codec=Codec.G722, address="127.0.0.2") as agent:
        ports = plane.open_port(), plane.open_port()
        for phone, port in zip((customer, agent), ports, strict=True):
            phone.meet(port)
        plane.bridge(*ports)
        began = time.monotonic()
        sending = threading.Thread(target=send, args=(customer, tone([500], SECONDS), late))
        sending.start()
        packets = agent.hear(round(SECONDS * 50) + 5, patience=SECONDS + 1.0)
        sending.join()
    decoder = Decoder(Codec.G722)
    frames = [numpy.frombuffer(decoder.decode(p.payload), dtype="<i2").astype(float) for p in packets]
    loud = [float(numpy.sqrt(numpy.mean(frame**2))) for frame in frames]
    first = next(number for number, level in enumerate(loud) if level > FULL / 2)
    return loud[first + 1 :], packets[first].at - began


FULL = 32767 * 0.5 / 2**0.5
"""Root mean square of the tone that is sent."""


def holes(loud: list[float]) -> int:
    """Frames between the first and the last sound in which the tone nearly vanishes."""
    last = max(number for number, level in enumerate(loud) if level > FULL / 2)
    return sum(level < FULL / 3 for level in loud[:last])


def test_an_even_stream_is_delayed_by_two_packets_at_most(plane: Plane) -> None:
    loud, delay = transcoded(plane, lambda number: 0.0)
    assert holes(loud) == 0
    # Two frames of waiting, the tick of the mixer, and what a busy machine adds.
    assert delay < 0.15


def test_packets_up_to_sixty_milliseconds_late_leave_no_holes(plane: Plane) -> None:
    draw = random.Random(7)
    loud, _ = transcoded(plane, lambda number: draw.uniform(0.0, 0.06))
    # The wait grows in the first half second, of which each frame is made up.
    assert holes(loud[25:]) == 0


def test_one_packet_in_twenty_lost_leaves_no_holes(plane: Plane) -> None:
    loud, _ = transcoded(plane, lambda number: None if number % 20 == 10 else 0.0)
    assert holes(loud) == 0


@pytest.mark.parametrize("late", [0.025, 0.045])
def test_packets_in_another_order_leave_no_holes(plane: Plane, late: float) -> None:
    loud, _ = transcoded(plane, lambda number: late if number % 10 == 5 else 0.0)
    assert holes(loud) == 0
