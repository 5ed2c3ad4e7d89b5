"""Two talkers of different codecs: each hears the other in its own, by a room of two."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from media.codec import Codec
from media.connection import Connection, Format
from media.room import Role
from tests.kit.company import Guest, talk
from tests.kit.tone import hears

if TYPE_CHECKING:
    from media.plane import Plane

PAIRS = [
    (Codec.PCMU, Codec.G722),
    (Codec.PCMA, Codec.OPUS),
    (Codec.G722, Codec.OPUS),
    (Codec.L16_8000, Codec.PCMU),
    (Codec.L16_16000, Codec.PCMA),
    (Codec.L16_16000, Codec.G722),
    (Codec.L16_8000, Codec.OPUS),
]
WIDE = [pair for pair in PAIRS if all(codec.sample_rate == 16000 for codec in pair)]


def pair(
    plane: Plane, codecs: tuple[Codec, Codec], low: float = 440, high: float = 1100
) -> tuple[Guest, Guest]:
    one, two = Guest(plane, low, codec=codecs[0]), Guest(plane, high, codec=codecs[1])
    plane.bridge(one.port, two.port)
    talk((one, two), 0.4)
    one.forget()
    two.forget()
    return one, two


def close(*guests: Guest) -> None:
    for guest in guests:
        guest.close()


@pytest.mark.parametrize("codecs", PAIRS, ids=str)
def test_each_hears_the_other_in_its_own_codec(plane: Plane, codecs: tuple[Codec, Codec]) -> None:
    one, two = pair(plane, codecs)
    talk((one, two), 0.6)
    assert one.hears(two) and not one.hears(one)
    assert two.hears(one) and not two.hears(two)
    for guest in (one, two):
        assert len(guest.sound) == len(guest.packets) >= 25
        assert all((y.sequence - x.sequence) % 65536 == 1 for x, y in pairwise(guest.packets))
        step = {Codec.OPUS: 960, Codec.L16_16000: 320}.get(guest.codec, 160)
        assert {(y.timestamp - x.timestamp) % 2**32 for x, y in pairwise(guest.packets)} == {step}
        assert not any(packet.marker for packet in guest.packets)
    close(one, two)


@pytest.mark.parametrize("codecs", WIDE, ids=str)
def test_wide_sound_stays_wide(plane: Plane, codecs: tuple[Codec, Codec]) -> None:
    one, two = pair(plane, codecs, 5200, 6100)
    talk((one, two), 0.6)
    assert abs(one.strongest() - 6100) < 10
    assert abs(two.strongest() - 5200) < 10
    close(one, two)


def test_wide_sound_leaves_no_mirror_in_a_narrow_codec(plane: Plane) -> None:
    """5 kHz, made narrow without a filter, would be heard as 3 kHz."""
    one, two = pair(plane, (Codec.G722, Codec.PCMU))
    one.frequencies = (500.0, 5000.0)
    talk((one, two), 0.6)
    assert hears(two.samples(), [500])
    assert not hears(two.samples(), [3000])
    close(one, two)


def test_a_bridge_follows_a_change_of_codec_by_signalling(plane: Plane) -> None:
    """Relay, transcoding, and relay again: a re-INVITE may agree on another codec at any time."""
    one, two = pair(plane, (Codec.PCMU, Codec.PCMU))
    two.change(Codec.G722)
    sends = Format(Codec.G722, Codec.G722.value)
    two.port.connect(Connection(remote=two.socket.getsockname(), sends=sends))
    talk((one, two), 0.5)
    one.forget()
    two.forget()
    talk((one, two), 0.5)
    assert one.hears(two) and two.hears(one)
    close(one, two)


def test_keys_are_told_as_events_across_codecs(plane: Plane) -> None:
    one, two = pair(plane, (Codec.PCMU, Codec.G722))
    talk((one, two), 0.4, {0: lambda: one.press("7"), 3: one.hold, 5: one.let_go})
    assert [packet.payload[0] for packet in two.events] == [7] * 5
    assert [packet.payload[1] >= 0x80 for packet in two.events] == [False, False, True, True, True]
    close(one, two)


def test_a_third_party_hears_a_transcoded_pair(plane: Plane) -> None:
    one, two = Guest(plane, 440), Guest(plane, 1100, codec=Codec.G722)
    room = plane.bridge(one.port, two.port)
    third = Guest(plane, 1700, codec=Codec.OPUS)
    room.join(third.port, role=Role.WHISPERER, towards=two.port)
    talk((one, two, third), 0.4)
    for guest in (one, two, third):
        guest.forget()
    talk((one, two, third), 0.6)
    assert third.hears(one, two)
    assert two.hears(one, third)
    assert one.hears(two) and not one.hears(third)
    close(one, two, third)
