"""Two ports joined: what one hears the other sends, unchanged where the codecs agree."""

from __future__ import annotations

import os
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from media.codec import Codec, decode
from media.events import DigitPressed, PlaybackFinished, RtpStarted
from media.plane import Plane
from tests.kit.ports import free_ports
from tests.kit.rtp import FarEnd, Watch, until
from tests.kit.tone import hears, tone

if TYPE_CHECKING:
    from media.plane import Port


def joined(plane: Plane, a: FarEnd, b: FarEnd) -> tuple[Port, Port]:
    one, two = plane.open_port(), plane.open_port()
    a.meet(one)
    b.meet(two)
    plane.bridge(one, two)
    return one, two


def test_payloads_pass_bit_by_bit_both_ways(plane: Plane) -> None:
    with FarEnd() as a, FarEnd() as b:
        joined(plane, a, b)
        for one, other in ((a, b), (b, a)):
            sent = [one.send(os.urandom(160)).payload for _ in range(20)]
            heard = other.hear(20)
            assert [p.payload for p in heard] == sent
            assert heard[0].marker
            assert all((y.sequence - x.sequence) % 65536 == 1 for x, y in pairwise(heard))
            assert all((y.timestamp - x.timestamp) % 2**32 == 160 for x, y in pairwise(heard))


def test_loss_and_order_stay_visible(plane: Plane) -> None:
    with FarEnd() as a, FarEnd() as b:
        joined(plane, a, b)
        a.send(b"\x01" * 160)
        first = b.hear(1)[0]
        a.sequence += 1
        a.timestamp += 160
        a.send(b"\x03" * 160)
        third = b.hear(1)[0]
    assert (third.sequence - first.sequence) % 65536 == 2
    assert (third.timestamp - first.timestamp) % 2**32 == 320


@pytest.mark.parametrize(("mine", "theirs"), [(Codec.PCMU, Codec.PCMA), (Codec.PCMA, Codec.PCMU)])
def test_legs_of_different_codecs_hear_each_other(plane: Plane, mine: Codec, theirs: Codec) -> None:
    with FarEnd(codec=mine) as a, FarEnd(codec=theirs) as b:
        joined(plane, a, b)
        a.say(tone([440, 1000], 0.4))
        packets = b.hear(20)
    assert {p.payload_type for p in packets} == {theirs.value}
    assert hears(b"".join(decode(theirs, p.payload) for p in packets), {440, 1000})


def test_digits_pass_under_the_other_legs_payload_type_and_are_told(plane: Plane, watch: Watch) -> None:
    with FarEnd() as a, FarEnd() as b:
        one, two = plane.open_port(), plane.open_port()
        a.meet(one, event_payload=101)
        b.meet(two, event_payload=96)
        plane.bridge(one, two)
        a.press("7")
        packets = b.hear(7)
        assert [p.payload_type for p in packets] == [96] * 7
        assert len({p.timestamp for p in packets}) == 1
        assert packets[0].payload[0] == 7
        pressed = watch.wait(DigitPressed)
        assert (pressed.port, pressed.digit) == (one.id, "7")
        watch.wait(RtpStarted)
        assert watch.settle() == []


def test_digits_are_dropped_without_a_hole_when_the_other_leg_takes_none(plane: Plane, watch: Watch) -> None:
    with FarEnd() as a, FarEnd() as b:
        one, two = plane.open_port(), plane.open_port()
        a.meet(one)
        b.meet(two, event_payload=None)
        plane.bridge(one, two)
        a.send(b"\x01" * 160)
        a.press("7")
        a.send(b"\x02" * 160)
        first, second = b.hear(2)
        assert watch.wait(DigitPressed).digit == "7"
    assert (second.sequence - first.sequence) % 65536 == 1


def test_a_playback_silences_the_partner_until_it_ends(plane: Plane, watch: Watch) -> None:
    with FarEnd() as a, FarEnd() as b:
        _, two = joined(plane, a, b)
        a.send(b"\x01" * 160)
        before = b.hear(1)
        two.play([plane.load_clip(tone([440], 0.2))])
        during = b.hear(1)
        a.send(b"\x02" * 160)
        during += b.hear(9)
        watch.wait(PlaybackFinished)
        a.send(b"\x03" * 160)
        after = b.hear(1)
    assert after[0].payload == b"\x03" * 160
    assert after[0].marker
    packets = before + during + after
    assert b"\x02" * 160 not in [p.payload for p in packets]
    assert all((y.sequence - x.sequence) % 65536 == 1 for x, y in pairwise(packets))
    assert all(0 < (y.timestamp - x.timestamp) % 2**32 < 8000 for x, y in pairwise(packets))


def test_parted_ports_hear_each_other_no_more(plane: Plane) -> None:
    with FarEnd() as a, FarEnd() as b:
        one, two = joined(plane, a, b)
        a.send(b"\x01" * 160)
        assert b.hear(1)
        plane.unbridge(two)
        assert until(lambda: _ignored(a, b))
        assert until(lambda: one.counters().packets_in > 1)


def _ignored(a: FarEnd, b: FarEnd) -> bool:
    a.send(b"\x01" * 160)
    return b.hears_nothing(seconds=0.05)


def test_echo_sends_back_what_comes(plane: Plane) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.echo()
        sent = [phone.send(os.urandom(160)).payload for _ in range(10)]
        assert [p.payload for p in phone.hear(10)] == sent


def test_ports_of_different_threads_are_brought_together() -> None:
    plane = Plane(address="127.0.0.1", ports=free_ports(1200), threads=2)
    ports = [plane.open_port() for _ in range(590)]
    with FarEnd() as a, FarEnd() as b:
        one, two = ports[0], ports[-1]
        a.meet(one)
        b.meet(two)
        plane.bridge(one, two)
        two.send_digits("1", duration=0.02, gap=0.0)
        two.stop()
        assert b.hear(4)
        assert b.hears_nothing(seconds=0.15), (
            "the pause behind a key has to pass before others are heard again"
        )
        for first, second in ((a, b), (b, a)):
            sent = first.send(os.urandom(160)).payload
            assert [p.payload for p in second.hear(1)] == [sent]
    gone = plane.open_port()
    gone.close()
    plane.bridge(ports[1], gone)
    plane.bridge(gone, ports[1])
    with FarEnd() as c:
        c.meet(ports[1])
        ports[1].echo()
        c.send(b"\x05" * 160)
        assert c.hear(1)
    for port in ports:
        port.close()
    assert until(lambda: plane.counters().open == 0)
    plane.close()
