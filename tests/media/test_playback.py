"""Prompts reach the far end as they were made, packet by packet."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from media.codec import Codec
from media.errors import ClipReleased
from media.events import PlaybackFinished, RtpStarted
from tests.kit.rtp import FarEnd
from tests.kit.tone import hears, hears_sound, tone

if TYPE_CHECKING:
    from media.plane import Plane
    from tests.kit.rtp import Watch


@pytest.mark.parametrize("codec", [Codec.PCMU, Codec.PCMA])
def test_the_far_end_hears_the_prompt(plane: Plane, watch: Watch, codec: Codec) -> None:
    with FarEnd(codec=codec) as phone:
        port = plane.open_port()
        phone.meet(port)
        playback = port.play([plane.load_clip(tone([440, 1000], 0.4))])
        packets = phone.hear(20)
        assert {p.payload_type for p in packets} == {codec.value}
        finished = watch.wait(PlaybackFinished)
        assert finished == PlaybackFinished(port.id, playback, completed=True)
        port.play([plane.load_clip(tone([700], 0.4))])
        sound = phone.hear_sound(20)
    assert hears(sound, {700})
    assert not hears(sound, {440})


def test_packets_are_numbered_and_timed_without_a_gap(plane: Plane, watch: Watch) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.play([plane.load_clip(tone([440], 0.1)), plane.load_clip(tone([700], 0.1))])
        first = phone.hear(10)
        watch.wait(PlaybackFinished)
        assert phone.hears_nothing(seconds=0.08)
        port.play([plane.load_clip(tone([440], 0.1))])
        second = phone.hear(5)
    assert [p.marker for p in first] == [True] + [False] * 9
    assert second[0].marker
    packets = first + second
    assert len({p.ssrc for p in packets}) == 1
    assert all((b.sequence - a.sequence) % 65536 == 1 for a, b in pairwise(packets))
    assert all((b.timestamp - a.timestamp) % 2**32 == 160 for a, b in pairwise(first))
    silence = (second[0].timestamp - first[-1].timestamp) % 2**32
    assert silence > 640
    assert silence % 160 == 0


def test_a_loop_goes_on_from_where_it_is_told_to_start(plane: Plane) -> None:
    clip = plane.load_clip(tone([440], 0.3) + tone([1000], 0.3))
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.play([clip], loop=True, start=10 * 0.6 + 0.3)
        assert hears(phone.hear_sound(14), {1000})
        phone.hear(2)
        assert hears(phone.hear_sound(13), {440})


def test_a_stopped_or_replaced_playback_says_so(plane: Plane, watch: Watch) -> None:
    clip = plane.load_clip(tone([440], 5.0))
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        first, second = port.play([clip]), port.play([clip])
        phone.hear(2)
        port.stop()
        assert watch.wait(PlaybackFinished) == PlaybackFinished(port.id, first, completed=False)
        assert watch.wait(PlaybackFinished) == PlaybackFinished(port.id, second, completed=False)
        port.stop()
        assert watch.settle() == []


def test_an_empty_playback_finishes_at_once(plane: Plane, watch: Watch) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        playback = port.play([], loop=True)
        assert watch.wait(PlaybackFinished) == PlaybackFinished(port.id, playback, completed=True)


def test_a_playback_waits_for_the_connection_and_passes_silently_on_hold(plane: Plane, watch: Watch) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        port.play([plane.load_clip(tone([440], 0.1))])
        phone.meet(port)
        assert len(phone.hear(5)) == 5
        watch.wait(PlaybackFinished)
        port.connect(replace(phone.connection(), sending=False))
        port.play([plane.load_clip(tone([440], 0.1))])
        assert watch.wait(PlaybackFinished).completed
        assert phone.hears_nothing(seconds=0.02)


def test_a_released_clip_plays_to_its_end_but_never_again(plane: Plane) -> None:
    clip = plane.load_clip(tone([440], 0.4))
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.play([clip])
        clip.release()
        assert hears_sound(phone.hear_sound(20))
        with pytest.raises(ClipReleased):
            port.play([clip])


def test_packets_leave_twenty_milliseconds_apart(plane: Plane) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.play([plane.load_clip(tone([440], 1.0))])
        packets = phone.hear(50)
    gaps = sorted(abs(b.at - a.at - 0.02) for a, b in pairwise(packets))
    # The middle only: a busy test machine may hold us (or this reader) up now and then.
    assert gaps[len(gaps) // 2] < 0.005


def test_the_first_packet_of_the_peer_is_told(plane: Plane, watch: Watch) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        phone.send(b"\xff" * 160)
        assert watch.wait(RtpStarted) == RtpStarted(port.id)
