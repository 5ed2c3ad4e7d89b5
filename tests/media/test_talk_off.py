"""Talk-off (ITU-T Q.24): speech, music and the network's tones are never taken for keys.

By hand over hours, and over recordings of one's own: python tests/media/talk_off.py --help.
"""

from __future__ import annotations

import pytest

from media import _plane, sound
from media.codec import Codec, Decoder, Encoder
from tests.kit.keys import pressed_as_tones
from tests.kit.talkers import Talkers
from tests.kit.tone import tone

MINUTES = 4.0


@pytest.fixture(scope="module")
def speech() -> bytes:
    return Talkers(seed=2833).speech(MINUTES)


def keys_in(pcm: bytes) -> str:
    return "".join(key for _, key in _plane.InbandDetector().hear(pcm))


def coded(pcm: bytes, codec: Codec) -> bytes:
    decoder = Decoder(codec)
    return b"".join(decoder.decode(payload) for payload in Encoder(codec).encode(pcm))


def test_speech_is_no_key(speech: bytes) -> None:
    assert keys_in(speech) == ""


@pytest.mark.parametrize("codec", [Codec.PCMU, Codec.PCMA])
def test_speech_through_the_telephone_is_no_key(speech: bytes, codec: Codec) -> None:
    assert keys_in(coded(speech, codec)) == ""


def test_keys_between_words_are_all_found(speech: bytes) -> None:
    second, keys = 16000, "0123456789*#ABCD"
    pieces = [speech[at * 10 * second : at * 10 * second + second] for at in range(len(keys))]
    mixed = b"".join(piece + pressed_as_tones(key) for piece, key in zip(pieces, keys, strict=True))
    assert keys_in(coded(mixed + bytes(3200), Codec.PCMA)) == keys


@pytest.mark.parametrize("kind", ["calm", "bright"])
def test_music_is_no_key(kind: str) -> None:
    assert keys_in(sound.music(kind, 20.0).tobytes()) == ""


TONES = {
    "dial": (350, 440),
    "dial in Europe": (425,),
    "ringing": (440, 480),
    "busy": (480, 620),
    "fax": (1100,),
    "answering modem": (2100,),
    "between exchanges": (700, 1100),
    "a row alone": (697,),
    "a column alone": (1336,),
    "two rows": (697, 941),
}


@pytest.mark.parametrize("frequencies", TONES.values(), ids=TONES.keys())
def test_tones_of_the_network_are_no_keys(frequencies: tuple[int, ...]) -> None:
    assert keys_in(tone(frequencies, 3.0)) == ""
