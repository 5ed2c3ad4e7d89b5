"""Telephone events (RFC 4733): each press is told once, whatever the wire does to its packets."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import _plane
from media.connection import plain
from media.errors import MediaError
from media.events import DigitPressed, RtpStarted
from tests.kit.rtp import EVENT_PAYLOAD, FarEnd, until
from tests.kit.tone import tone

if TYPE_CHECKING:
    from media.plane import Plane
    from tests.kit.rtp import Watch

DIGITS = "0123456789*#ABCD"
SEGMENT = 0xFFFF
LAG = 40
"""Packets by which a packet may be overtaken: 0.8 s."""


@dataclass(frozen=True, slots=True)
class EventPacket:
    digit: str
    sequence: int
    timestamp: int
    duration: int
    end: bool
    marker: bool

    @property
    def payload(self) -> bytes:
        return struct.pack("!BBH", DIGITS.index(self.digit), 0x80 * self.end | 10, self.duration)


def packets_of(digit: str, timestamp: int, length: int, *, sequence: int = 0) -> list[EventPacket]:
    """Packets as RFC 4733 s.2.5.1 has them sent: growing, in segments when long, the end thrice."""
    packets: list[EventPacket] = []
    start, first = 0, True
    for elapsed in [*range(160, length, 160), length]:
        while elapsed - start > SEGMENT:
            start += SEGMENT
        at = (timestamp + start) % 2**32
        place = (sequence + len(packets)) % 2**16
        packets.append(EventPacket(digit, place, at, elapsed - start, end=False, marker=first))
        first = False
    last = replace(packets[-1], end=True, marker=False)
    return packets + [replace(last, sequence=(last.sequence + number) % 2**16) for number in (1, 2, 3)]


@st.composite
def pressed(draw: st.DrawFn) -> tuple[str, list[EventPacket]]:
    """What arrives of a few presses: lost, doubled and overtaken, but at least one packet of each."""
    keys = draw(st.lists(st.sampled_from(DIGITS), min_size=1, max_size=8))
    timestamp = draw(st.integers(0, 2**32 - 1))
    sequence = draw(st.integers(0, 2**16 - 1))
    places: list[tuple[float, int, EventPacket]] = []
    number = 0
    for key in keys:
        length = draw(st.integers(1, 20)) * 160
        sent = packets_of(key, timestamp, length, sequence=sequence)
        # Sound goes between the keys, one packet for each 20 ms.
        pause = draw(st.integers(2, 25))
        sequence = (sequence + len(sent) + pause) % 2**16
        kept = draw(st.lists(st.integers(0, 2), min_size=len(sent), max_size=len(sent)))
        kept[draw(st.integers(0, len(sent) - 1))] = 1
        for packet, copies in zip(sent, kept, strict=True):
            number += 1
            places += [(number + draw(st.floats(0, LAG)), number, packet) for _ in range(copies)]
        timestamp = (timestamp + length + 160 * pause) % 2**32
    return "".join(keys), [packet for _, _, packet in sorted(places, key=lambda place: place[:2])]


def heard(packets: list[EventPacket], *, every: float = 0.02) -> str:
    receiver = _plane.DigitReceiver()
    told = (
        receiver.feed(packet.sequence, packet.timestamp, packet.payload, packet.marker, number * every)
        for number, packet in enumerate(packets)
    )
    return "".join(digit for digit in told if digit is not None)


@given(pressed())
def test_no_digit_is_lost_or_doubled_by_the_wire(arriving: tuple[str, list[EventPacket]]) -> None:
    keys, packets = arriving
    assert sorted(heard(packets)) == sorted(keys)


@given(pressed())
def test_digits_keep_their_order_when_packets_do(arriving: tuple[str, list[EventPacket]]) -> None:
    keys, packets = arriving
    start = packets[0].timestamp - 2**31
    in_order = sorted(packets, key=lambda packet: (packet.timestamp - start) % 2**32)
    assert heard(in_order) == keys


def test_the_same_key_twice_within_forty_milliseconds_is_two_presses() -> None:
    assert heard(packets_of("5", 0, 320) + packets_of("5", 640, 320, sequence=7)) == "55"


def test_a_key_held_for_twenty_seconds_is_one_press() -> None:
    packets = packets_of("9", 2**32 - 1000, 160_000)
    assert len({p.timestamp for p in packets}) == 3
    assert heard(packets) == "9"
    assert heard(packets[3:]) == "9"
    assert heard(packets[1::7]) == "9"


@pytest.mark.parametrize("lost", [slice(0, 1), slice(0, 2), slice(-3, None), slice(0, -1)])
def test_lost_starts_and_lost_ends_do_not_matter(lost: slice) -> None:
    packets = packets_of("3", 800, 800)
    del packets[lost]
    assert heard(packets + packets_of("3", 2400, 800, sequence=18)) == "33"


def test_a_press_over_real_sockets_is_told_once(plane: Plane, watch: Watch) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        for digit in "0#A":
            phone.press(digit)
        told = [watch.wait(DigitPressed) for _ in range(3)]
        watch.wait(RtpStarted)
        assert [event.digit for event in told] == ["0", "#", "A"]
        assert {event.port for event in told} == {port.id}
        assert watch.settle() == []
        assert until(lambda: port.counters().digits_in == 3)


def test_digits_are_not_shown_by_events() -> None:
    assert "7" not in repr(DigitPressed(1, "7", 0.1))


def test_digits_sent_are_heard_as_sent(plane: Plane, watch: Watch) -> None:
    phone, other = plane.open_port(), plane.open_port()
    near, far = ("127.0.0.1", phone.number), ("127.0.0.1", other.number)
    with FarEnd() as spare:
        phone.connect(plain(far, spare.codec, event_payload=EVENT_PAYLOAD))
        other.connect(plain(near, spare.codec, event_payload=EVENT_PAYLOAD))
    phone.send_digits("12", duration=0.06, gap=0.04)
    phone.send_digits("2d*")
    assert [watch.wait(DigitPressed).digit for _ in range(5)] == ["1", "2", "2", "D", "*"]
    assert until(lambda: phone.counters().digits_out == 5)


def test_a_sent_digit_is_written_as_the_rfc_says(plane: Plane) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.play([plane.load_clip(tone([440], 0.2))])
        port.send_digits("5", duration=0.08, gap=0.02)
        packets = phone.hear(16)
    events = [p for p in packets if p.payload_type == EVENT_PAYLOAD]
    durations = [struct.unpack("!H", p.payload[2:])[0] for p in events]
    assert durations == [160, 320, 480, 640, 640, 640]
    assert [p.marker for p in events] == [True] + [False] * 5
    assert [p.payload[1] >> 7 for p in events] == [0, 0, 0, 1, 1, 1]
    assert len({p.timestamp for p in events}) == 1
    # The prompt waits and is heard whole.
    assert len(packets) - len(events) == 10
    sound = [p for p in packets[packets.index(events[-1]) :] if p.payload_type == 0]
    assert sound[0].marker


def test_what_is_no_digit_cannot_be_sent(plane: Plane) -> None:
    with pytest.raises(MediaError):
        plane.open_port().send_digits("12x")
