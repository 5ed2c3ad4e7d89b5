"""Recordings of any kind are read as they were said, and what is none is named."""

from __future__ import annotations

import os
from array import array
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import importing, sound
from media.importing import BadRecording, decode, kind_of
from tests.kit.human_recordings import ENCODINGS, encoded, spoken_like
from tests.kit.tone import hears, loudness

BAD = Path(__file__).parents[1] / "data" / "recordings"


def heard(content: bytes) -> bytes:
    """What callers hear of a recording."""
    found = decode(content)
    return sound.to_telephone(found.samples, found.rate).tobytes()


@pytest.mark.parametrize("ending", ENCODINGS)
def test_a_tone_is_heard_from_every_kind_of_file_evenly_loud_and_without_its_silence(ending: str) -> None:
    pcm = heard(encoded(spoken_like(700, 1.0, level=0.05, around=1.5), ending))
    assert hears(pcm, [700])
    assert not hears(pcm, [350, 1400])
    assert 1.0 <= len(pcm) / 2 / sound.RATE < 1.25
    assert loudness(pcm) == pytest.approx(sound.LOUDNESS, rel=0.12)  # 1 dB


@pytest.mark.parametrize("codec", ["pcm_u8", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw"])
@pytest.mark.parametrize("rate", [8000, 11025, 44100, 96000])
def test_wav_of_any_bits_and_rate_is_taken(codec: str, rate: int) -> None:
    pcm = heard(encoded(spoken_like(500, 0.6, rate=rate), "wav", rate=rate, codec=codec))
    assert hears(pcm, [500])
    assert len(pcm) / 2 / sound.RATE == pytest.approx(0.6, abs=0.02)


@pytest.mark.parametrize("layout", ["stereo", "5.1"])
def test_several_channels_become_one(layout: str) -> None:
    found = decode(encoded(spoken_like(900), "wav", layout=layout))
    assert found.channels == (2 if layout == "stereo" else 6)
    assert hears(sound.to_telephone(found.samples, found.rate).tobytes(), [900])


def test_vorbis_is_taken_as_opus_is() -> None:
    content = encoded(spoken_like(1200), "ogg", layout="stereo", codec="vorbis")
    assert kind_of(content) == "ogg"
    assert hears(heard(content), [1200])


def test_the_kind_is_that_of_the_content_also_behind_a_tag() -> None:
    mp3 = encoded(spoken_like(), "mp3")
    flac = encoded(spoken_like(), "flac")
    tag = b"ID3\x04\0\0\0\0\x02\x00" + bytes(256)
    assert kind_of(mp3) == "mp3"
    assert kind_of(tag + flac) == "flac"
    assert kind_of(tag + mp3[mp3.index(b"\xff\xfb") :]) == "mp3"
    assert hears(heard(tag + flac), [700])


@pytest.mark.parametrize("ending", ["wav", "flac", "m4a", "ogg"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_a_file_that_ends_too_early_is_refused(ending: str, share: float) -> None:
    whole = encoded(spoken_like(700, 3.0), ending)
    decode(whole)
    with pytest.raises(BadRecording):
        decode(whole[: int(len(whole) * share)])


def test_an_mp3_that_knows_its_length_is_refused_when_it_ends_too_early() -> None:
    whole = encoded(spoken_like(700, 3.0), "mp3")
    with pytest.raises(BadRecording, match=r"truncated: the sound ends after 1\.\d s"):
        decode(whole[: len(whole) // 2])


def test_a_wav_written_as_it_was_said_has_no_length_and_is_taken() -> None:
    whole = bytearray(encoded(spoken_like(700, 1.0), "wav"))
    at = whole.index(b"data") + 4
    for unknown in (b"\xff\xff\xff\xff", b"\0\0\0\0"):
        whole[at : at + 4] = unknown
        assert decode(bytes(whole)).seconds == pytest.approx(1.0, abs=0.01)


BAD_FILES = {
    "empty.wav": "the file is empty",
    "text.mp3": "not a sound file of a kind that is taken",
    "playlist.m4a": "not a sound file of a kind that is taken",
    "silence.flac": "there is only silence in it",
    "no_samples.wav": "there is no sound in it",
    "no_channels.wav": "it says to have 0 channels at 8000 Hz",
    "no_rate.wav": "cannot be read as wav",
    "head_only.ogg": "cannot be read as ogg",
    "picture.m4a": "there is no sound in it, only pictures",
    "truncated.mp3": "truncated: the sound ends after",
    "truncated.m4a": "cannot be read as m4a",
    "truncated.wav": "truncated: the sound ends after",
    "truncated.ogg": "truncated: the sound ends after",
    "truncated.flac": "truncated: the sound ends after|pieces of it are broken",
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_what_is_no_recording_says_why_and_what_to_do(name: str) -> None:
    with pytest.raises(BadRecording, match=BAD_FILES[name]) as refused:
        decode((BAD / name).read_bytes())
    assert refused.value.mend


def test_every_bad_file_is_tried() -> None:
    assert {path.name for path in BAD.iterdir()} == set(BAD_FILES)


def test_an_hour_is_too_long_and_not_decoded_to_its_end() -> None:
    hour = bytearray(encoded(spoken_like(700, 0.5, rate=8000), "wav", rate=8000, codec="pcm_u8"))
    at = hour.index(b"data")
    length = 3600 * 8000
    content = bytes(hour[: at + 4]) + length.to_bytes(4, "little") + bytes(range(256)) * (length // 256)
    with pytest.raises(BadRecording, match="longer than 10 minutes"):
        decode(content)


def test_a_small_file_of_much_sound_at_a_high_rate_does_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importing, "_MOST_SAMPLES", 96_000)
    with pytest.raises(BadRecording, match="too long for 192000 Hz"):
        decode(encoded(spoken_like(700, 2.0, rate=192_000), "wav", rate=192_000))


def test_a_file_larger_than_any_prompt_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_BYTES", 1 << 20)
    with pytest.raises(BadRecording, match="larger than 1 MB"):
        decode(bytes((1 << 20) + 1))


def test_its_loudness_is_told() -> None:
    quiet = decode(encoded(spoken_like(700, 0.5, level=0.01), "wav"))
    assert quiet.peak == pytest.approx(-40, abs=0.5)
    assert quiet.loudness == pytest.approx(-43, abs=0.5)
    assert quiet.clipped == 0
    loud = array(
        "h", (max(-32768, min(32767, 4 * each)) for each in array("h", spoken_like(700, 0.5, level=0.9)))
    )
    assert decode(encoded(loud.tobytes(), "wav")).clipped > 0.5


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damaged_files_are_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    ending = data.draw(st.sampled_from(sorted(ENCODINGS)))
    content = bytearray(_WHOLE[ending])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    try:
        found = decode(bytes(content[:cut]))
    except BadRecording as error:
        assert str(error)
    else:
        assert 0 < found.seconds <= importing.LONGEST + 60


@settings(max_examples=100, deadline=None)
@given(
    head=st.sampled_from([b"RIFF\0\0\0\0WAVE", b"OggS", b"fLaC", b"\0\0\0\x20ftyp", b"\xff\xfb", b"ID3\x04"])
)
def test_noise_behind_a_good_beginning_is_refused(head: bytes) -> None:
    with pytest.raises(BadRecording):
        decode(head + os.urandom(2000))


_WHOLE = {ending: encoded(spoken_like(700, 0.3), ending) for ending in ENCODINGS}
