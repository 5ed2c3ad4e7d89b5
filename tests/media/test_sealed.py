"""Sealed recordings: another implementation reads what the plane writes, and nothing that was changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from media.errors import CannotRecord
from media.events import RecordingFinished
from media.recording import RecordingPlan
from media.sealed import NoKey, SealedFile, SealedSound, Tampered, key_number, read_key, unseal
from tests.kit.recorded import read_recording
from tests.kit.rtp import FarEnd, Watch
from tests.kit.tone import hears, tone

if TYPE_CHECKING:
    from pathlib import Path

    from media.plane import Plane

HEADER = 56


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "client.key"
    path.write_text(os.urandom(32).hex() + "\n")
    return path


@pytest.fixture
def sealed(plane: Plane, watch: Watch, tmp_path: Path, key: Path) -> Path:
    path = tmp_path / "call.wav"
    with FarEnd() as phone:
        port = plane.open_port()
        phone.meet(port)
        recording = port.record(str(path), RecordingPlan(stereo=True, key=key))
        phone.say(tone([440], 0.9))
        recording.stop()
        watch.wait(RecordingFinished)
    return path


def test_it_opens_with_its_key_and_is_whole(sealed: Path, key: Path, tmp_path: Path) -> None:
    opened = tmp_path / "opened.wav"
    assert sealed.stat().st_mode & 0o777 == 0o600
    assert unseal(sealed, opened, read_key(key))
    assert opened.stat().st_mode & 0o777 == 0o600
    assert hears(read_recording(opened).left, {440})
    with sealed.open("rb") as file:
        assert SealedFile(file).key_number == key_number(read_key(key))


def test_another_key_opens_nothing(sealed: Path, tmp_path: Path) -> None:
    with pytest.raises(Tampered, match="chunk 1"):
        unseal(sealed, tmp_path / "opened.wav", os.urandom(32))


@pytest.mark.parametrize("place", [8, 20, 50, HEADER + 2, HEADER + 30, -1])
def test_a_changed_byte_is_found(sealed: Path, key: Path, tmp_path: Path, place: int) -> None:
    data = bytearray(sealed.read_bytes())
    data[place] ^= 1
    sealed.write_bytes(data)
    with pytest.raises(Tampered):
        assert not unseal(sealed, tmp_path / "opened.wav", read_key(key))
        raise Tampered("cut off")


def test_what_is_added_moved_or_left_out_is_found(sealed: Path, key: Path, tmp_path: Path) -> None:
    data = sealed.read_bytes()
    first = HEADER + 4 + int.from_bytes(data[HEADER : HEADER + 4])
    for changed in (data[:HEADER] + data[first:], data + data[HEADER:first]):
        sealed.write_bytes(changed)
        with pytest.raises(Tampered):
            unseal(sealed, tmp_path / "opened.wav", read_key(key))


def test_what_was_cut_off_opens_up_to_there(sealed: Path, key: Path, tmp_path: Path) -> None:
    sealed.write_bytes(sealed.read_bytes()[:-30])
    opened = tmp_path / "opened.wav"
    assert not unseal(sealed, opened, read_key(key))
    assert hears(read_recording(opened).left, {440})


def test_a_file_that_is_no_key_is_refused(plane: Plane, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("secret")
    with pytest.raises(NoKey):
        read_key(path)
    with pytest.raises(CannotRecord, match="holds no key") as refused:
        plane.open_port().record(str(tmp_path / "x.wav"), RecordingPlan(key=path))
    assert "secret" not in str(refused.value)


def test_any_part_is_the_same_as_of_the_opened_whole(sealed: Path, key: Path, tmp_path: Path) -> None:
    opened = tmp_path / "opened.wav"
    unseal(sealed, opened, read_key(key))
    whole = opened.read_bytes()
    with sealed.open("rb") as file:
        sound = SealedSound(file, {key_number(read_key(key)): read_key(key)})
        assert sound.size == len(whole)
        for start, end in (
            (0, len(whole)),
            (0, 10),
            (40, 50),
            (1000, 1001),
            (len(whole) - 5, len(whole)),
            (7, 7),
        ):
            assert sound.read(start, end) == whole[start:end]


def test_a_part_that_was_changed_is_found_and_an_unknown_key_told(sealed: Path, key: Path) -> None:
    data = bytearray(sealed.read_bytes())
    data[HEADER + 30] ^= 1
    sealed.write_bytes(data)
    with sealed.open("rb") as file:
        sound = SealedSound(file, {key_number(read_key(key)): read_key(key)})
        with pytest.raises(Tampered):
            sound.read(0, 10)
    with sealed.open("rb") as file, pytest.raises(NoKey, match="not at hand"):
        SealedSound(file, {})
