"""Recordings hold what the port heard, at the time it was heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from media.codec import Codec
from media.errors import CannotRecord
from tests.kit.rtp import FarEnd, until
from tests.kit.tone import hears, hears_sound, read_wav, tone

if TYPE_CHECKING:
    from pathlib import Path

    from media.plane import Plane

SECOND = 16000
"""Bytes."""


def frames(path: Path) -> int:
    return len(read_wav(path)) // 2


@pytest.mark.parametrize("codec", [Codec.PCMU, Codec.PCMA])
def test_what_the_port_hears_is_recorded(plane: Plane, tmp_path: Path, codec: Codec) -> None:
    path = tmp_path / "heard.wav"
    with FarEnd(codec=codec) as phone:
        port = plane.open_port()
        phone.meet(port)
        port.record(str(path))
        phone.say(tone([440, 1000], 0.4))
        port.stop_recording()
        assert until(lambda: frames(path) == 3200)
    assert hears(read_wav(path), {440, 1000})


def test_a_gap_is_silence_of_its_length(plane: Plane, tmp_path: Path) -> None:
    path = tmp_path / "gap.wav"
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.record(str(path))
        phone.say(tone([440], 0.2))
        phone.timestamp += 4000
        phone.say(tone([1000], 0.2))
        port.stop_recording()
        assert until(lambda: frames(path) == 1600 + 4000 + 1600)
    sound = read_wav(path)
    assert hears(sound[:3200], {440})
    assert not hears_sound(sound[3200:11200])
    assert hears(sound[11200:], {1000})


def test_the_header_is_true_while_the_recording_goes_on(plane: Plane, tmp_path: Path) -> None:
    path = tmp_path / "live.wav"
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.record(str(path))
        phone.say(tone([440], 0.2))
        assert until(lambda: frames(path) == 1600)
        port.close()


def test_a_folder_that_is_not_there_is_an_error_at_once(plane: Plane, tmp_path: Path) -> None:
    with pytest.raises(CannotRecord, match="nowhere"):
        plane.open_port().record(str(tmp_path / "nowhere" / "x.wav"))


def test_a_closed_plane_leaves_whole_files(plane: Plane, tmp_path: Path) -> None:
    path = tmp_path / "last.wav"
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        port.record(str(path))
        phone.say(tone([440], 0.2))
        assert until(lambda: port.counters().packets_in == 10)
        plane.close()
    assert frames(path) == 1600
