"""Keys as tones (ITU-T Q.23, Q.24) through real ports: heard, sent, and turned into events and back between legs."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from media import _plane
from media.codec import Codec, Decoder
from media.events import DigitPressed
from tests.kit.keys import pressed_as_tones
from tests.kit.rtp import EVENT_PAYLOAD, FarEnd, until
from tests.kit.tone import tone

if TYPE_CHECKING:
    from media.plane import Plane, Port
    from tests.kit.rtp import Packet, Watch

FRAME = 320
"""Octets of 20 ms."""


def listen_to(phone: FarEnd, port: Port) -> None:
    phone.target = (port.address, port.number)
    port.connect(replace(phone.connection(event_payload=None), inband=True))


def keys_in(packets: list[Packet], codec: Codec) -> str:
    decoder = Decoder(codec)
    sound = b"".join(decoder.decode(p.payload) for p in packets if p.payload_type == codec.value)
    return "".join(key for _, key in _plane.InbandDetector().hear(sound + bytes(10 * FRAME)))


def told(watch: Watch, count: int) -> str:
    return "".join(watch.wait(DigitPressed).digit for _ in range(count))


@pytest.mark.parametrize("codec", [Codec.PCMU, Codec.PCMA])
def test_tones_are_told_as_keys_once(plane: Plane, watch: Watch, codec: Codec) -> None:
    with FarEnd(codec=codec) as phone:
        port = plane.open_port()
        listen_to(phone, port)
        phone.say(bytes(5 * FRAME) + pressed_as_tones("0**7D", on=0.06, off=0.06) + bytes(10 * FRAME))
        heard = [watch.wait(DigitPressed) for _ in range(5)]
        assert "".join(each.digit for each in heard) == "0**7D"
        assert {each.means for each in heard} == {"tone"}
        assert not any(isinstance(each, DigitPressed) for each in watch.settle())
        assert until(lambda: port.counters().digits_in == 5)


def test_a_key_is_heard_while_a_prompt_plays(plane: Plane, watch: Watch) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        listen_to(phone, port)
        port.play([plane.load_clip(tone([697, 1209], 1.0))])  # what we play is not what we hear
        # A little of the prompt comes back by the phone's loudspeaker.
        keys = pressed_as_tones("25") + bytes(10 * FRAME)
        echo = tone([300, 500], len(keys) / 16000, level=0.03)
        phone.say(bytes(5 * FRAME) + mixed(keys, echo))
        assert told(watch, 2) == "25"


def mixed(one: bytes, other: bytes) -> bytes:
    pairs = zip(memoryview(one).cast("h"), memoryview(other).cast("h"), strict=False)
    return b"".join((a + b).to_bytes(2, "little", signed=True) for a, b in pairs)


def test_lost_packets_lose_and_double_no_keys(plane: Plane, watch: Watch) -> None:
    keys = "159#26"
    dice = random.Random(4)
    with FarEnd() as phone:
        port = plane.open_port()
        listen_to(phone, port)
        send = phone.send_bytes
        phone.send_bytes = lambda data: send(data) if dice.random() > 0.04 else None  # type: ignore[method-assign]
        phone.say(bytes(5 * FRAME) + pressed_as_tones(keys, on=0.12, off=0.1) + bytes(20 * FRAME))
        assert told(watch, len(keys)) == keys
        assert not any(isinstance(each, DigitPressed) for each in watch.settle())
    assert until(lambda: port.counters().lost > 0)


def test_nobody_listens_to_the_sound_of_a_peer_that_sends_events(plane: Plane, watch: Watch) -> None:
    with FarEnd() as phone:
        phone.meet(plane.open_port())
        phone.say(pressed_as_tones("5") + bytes(10 * FRAME))
        assert not any(isinstance(each, DigitPressed) for each in watch.settle())


@pytest.mark.parametrize("codec", [Codec.PCMU, Codec.PCMA])
def test_keys_are_sent_as_tones_to_a_peer_without_events(plane: Plane, codec: Codec) -> None:
    with FarEnd(codec=codec) as phone:
        port = plane.open_port()
        phone.meet(port, event_payload=None)
        port.send_digits("18!*", duration=0.08, gap=0.06)
        packets = phone.hear(21)
        assert keys_in(packets, codec) == "18*"
        assert packets[0].marker
        steps = {b.timestamp - a.timestamp for a, b in pairwise(packets)}
        assert {step % 2**32 for step in steps} == {160}
        assert until(lambda: port.counters().digits_out == 3)


def test_keys_cross_from_a_leg_with_events_to_one_without(plane: Plane) -> None:
    with FarEnd() as phone, FarEnd() as trunk:
        near, far = plane.open_port(), plane.open_port()
        phone.meet(near)
        trunk.meet(far, event_payload=None)
        plane.bridge(near, far)
        phone.press("4")
        assert keys_in(trunk.hear(8), trunk.codec) == "4"


def test_tones_cross_as_events_to_a_leg_that_takes_them(plane: Plane, watch: Watch) -> None:
    with FarEnd() as trunk, FarEnd() as phone:
        near, far = plane.open_port(), plane.open_port()
        listen_to(trunk, near)
        phone.meet(far)
        plane.bridge(near, far)
        trunk.say(bytes(5 * FRAME) + pressed_as_tones("6", on=0.3) + bytes(10 * FRAME))
        assert told(watch, 1) == "6"
        heard = phone.hear(40, patience=1.0)
        events = [p for p in heard if p.payload_type == EVENT_PAYLOAD]
        assert {p.payload[0] for p in events} == {6}
        assert sum(p.marker for p in events) == 1
        # Once it is told as an event the tone goes no further.
        after = heard[heard.index(events[-1]) + 1 :]
        assert keys_in(after, phone.codec) == ""
