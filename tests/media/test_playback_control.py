"""A playback is paused, moved, made quieter, and laid over another; in every codec and packet time."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from media.codec import Codec, Decoder
from media.connection import Connection, Format
from media.events import PlaybackFinished
from media.plane import Plane
from media.sound import from_bytes, prepared
from tests.kit.ports import free_ports
from tests.kit.rtp import FarEnd
from tests.kit.tone import hears, hears_sound, loudness, share_of, tone, write_wav

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.rtp import Packet, Watch

NUMBERS = dict(zip(Codec, range(96, 110), strict=False))


def listening(phone: FarEnd, codec: Codec, ptime: int = 20) -> Connection:
    return replace(phone.connection(), sends=Format(codec, NUMBERS[codec]), ptime=ptime)


def sound_of(codec: Codec, packets: list[Packet]) -> bytes:
    """What was heard, at 8 kHz."""
    decoder = Decoder(codec)
    pcm = b"".join(decoder.decode(packet.payload) for packet in packets)
    if codec.sample_rate == 8000:
        return pcm
    return b"".join(pcm[at : at + 2] for at in range(0, len(pcm), 4))


@pytest.mark.parametrize("codec", Codec)
@pytest.mark.parametrize("ptime", [10, 20, 40, 60])
def test_every_codec_and_packet_time_carries_the_prompt(plane: Plane, codec: Codec, ptime: int) -> None:
    if codec is Codec.L16_16000 and ptime == 60:
        pytest.skip("such a packet fits no datagram")
    clip = plane.load_clip(tone([440, 1000], 0.6))
    with FarEnd() as phone:
        port = plane.open_port()
        port.connect(listening(phone, codec, ptime))
        port.play([clip])
        packets = phone.hear(600 // ptime)
    clock = {Codec.OPUS: 48, Codec.L16_16000: 16}.get(codec, 8)
    assert {p.payload_type for p in packets} == {NUMBERS[codec]}
    assert all((b.timestamp - a.timestamp) % 2**32 == clock * ptime for a, b in pairwise(packets))
    heard = sound_of(codec, packets)
    assert len(heard) == 2 * 8 * 600
    assert hears(heard[1600:], {440, 1000})


@pytest.mark.parametrize("codec", [Codec.PCMA, Codec.G722, Codec.OPUS])
def test_what_was_encoded_beforehand_sounds_the_same(plane: Plane, codec: Codec) -> None:
    clip = plane.load_clip(tone([440, 1000], 0.6))
    clip.prepare([codec])
    with FarEnd() as phone:
        port = plane.open_port()
        port.connect(listening(phone, codec))
        port.play([clip, clip])
        assert hears(sound_of(codec, phone.hear(60)), {440, 1000})


def test_packets_of_thirty_milliseconds_leave_thirty_apart(plane: Plane) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        port.connect(listening(phone, Codec.PCMU, 30))
        port.play([plane.load_clip(tone([440], 0.9))])
        packets = phone.hear(30)
    gaps = sorted(abs(b.at - a.at - 0.03) for a, b in pairwise(packets))
    assert gaps[len(gaps) // 2] < 0.005


def test_music_goes_down_under_an_announcement_and_comes_back(plane: Plane, watch: Watch) -> None:
    music, words = plane.load_clip(tone([440], 5.0)), plane.load_clip(tone([1000], 0.4))
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.play([music], loop=True)
        alone = loudness(phone.hear_sound(10))
        announcement = port.play([words], over=True)
        phone.hear(2)
        both = phone.hear_sound(15)
        assert hears(both, {1000})
        assert watch.wait(PlaybackFinished) == PlaybackFinished(port.id, announcement, completed=True)
        phone.hear(6)
        after = phone.hear_sound(10)
    assert hears(after, {440})
    assert not hears(after, {1000})
    assert loudness(after) == pytest.approx(alone, rel=0.1)


def test_an_announcement_may_be_stopped_alone(plane: Plane, watch: Watch) -> None:
    clip = plane.load_clip(tone([440], 5.0))
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.play([clip], loop=True)
        announcement = port.play([clip], over=True)
        port.stop(announcement)
        assert watch.wait(PlaybackFinished) == PlaybackFinished(port.id, announcement, completed=False)
        assert len(phone.hear(5)) == 5
        assert watch.settle() == []


def test_a_pause_is_silence_and_the_place_is_kept(plane: Plane) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.play([plane.load_clip(tone([440], 0.2) + tone([1000], 0.4))])
        phone.hear(10)
        port.pause()
        phone.hear(2, patience=0.1)
        assert phone.hears_nothing(seconds=0.1)
        port.pause(on=False)
        assert hears(phone.hear_sound(10), {1000})


def test_a_playback_goes_on_from_where_it_is_told(plane: Plane) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.play([plane.load_clip(tone([440], 5.0)), plane.load_clip(tone([1000], 5.0))])
        phone.hear(3)
        port.seek(6.0)
        phone.hear(3)
        assert hears(phone.hear_sound(10), {1000})
        port.seek(0.0)
        phone.hear(3)
        assert hears(phone.hear_sound(10), {440})


def test_a_gain_is_heard_in_decibels(plane: Plane) -> None:
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.play([plane.load_clip(tone([440], 5.0))])
        before = loudness(phone.hear_sound(5))
        port.set_gain(-12.0)
        phone.hear(3)
        after = loudness(phone.hear_sound(5))
    assert after == pytest.approx(before / 4, rel=0.06)


def test_a_sound_from_a_file_is_shared_and_its_encodings_stand_beside_it(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "sound.wav", tone([440], 0.3))
    for _ in range(2):
        plane = Plane(address="127.0.0.1", ports=free_ports(4), threads=1)
        with FarEnd() as phone:
            port = plane.open_port()
            phone.meet(port)
            clip = plane.open_clip(path)
            clip.prepare([Codec.PCMU, Codec.OPUS])
            port.play([clip])
            assert hears_sound(phone.hear_sound(10))
        plane.close()
    assert {each.name for each in tmp_path.iterdir()} == {"sound.wav", "sound.pcmu1", "sound.opus1"}


@pytest.mark.parametrize("codec", [Codec.G722, Codec.OPUS, Codec.L16_16000])
def test_a_prompt_that_is_wide_is_heard_wide(plane: Plane, tmp_path: Path, codec: Codec) -> None:
    path = tmp_path / "sound.wav"
    high, rate = 6000, 16000
    prepared(from_bytes(tone([500, high], 0.6, rate=rate)), rate).write(path)
    with FarEnd(codec=codec) as phone:
        port = plane.open_port()
        phone.meet(port)
        clip = plane.open_clip(path)
        clip.prepare([codec])
        port.play([clip])
        heard = phone.hear_sound(25)[rate // 10 * 2 :]
    assert share_of(heard, 500, rate) > 0.9
    assert share_of(heard, high, rate) > 0.3


def test_what_is_no_telephone_sound_is_refused(plane: Plane, tmp_path: Path) -> None:
    path = tmp_path / "broken.wav"
    path.write_bytes(b"RIFF....WAVE")
    with pytest.raises(OSError, match="8000 Hz"):
        plane.open_clip(path)
