"""The codecs by themselves: agreement with another implementation, losses, and bytes that are no sound."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.codec import Codec, Decoder, Encoder, decode, encode

# As an independent G.722 (libspandsp 0.0.6) encodes `speech.s16` and decodes what it encoded.
G722 = Path(__file__).parent.parent / "data/g722"
LONGEST = 2 * 1920  # bytes of 120 ms at 16 kHz


def tone(codec: Codec, *, seconds: float = 0.2, frequency: float = 440) -> bytes:
    """A tone at the codec's rate."""
    step = 2 * math.pi * frequency / codec.sample_rate
    count = int(seconds * codec.sample_rate)
    return struct.pack(f"<{count}h", *(int(8000 * math.sin(step * n)) for n in range(count)))


def test_g722_encodes_as_another_implementation_does() -> None:
    assert encode(Codec.G722, (G722 / "speech.s16").read_bytes()) == (G722 / "speech.g722").read_bytes()


def test_g722_decodes_as_another_implementation_does() -> None:
    assert decode(Codec.G722, (G722 / "speech.g722").read_bytes()) == (G722 / "decoded.s16").read_bytes()


def test_l16_is_in_network_byte_order() -> None:
    assert encode(Codec.L16_8000, b"\x01\x02\xfe\xff") == b"\x02\x01\xff\xfe"
    assert decode(Codec.L16_16000, b"\x02\x01\xff\xfe\x55") == b"\x01\x02\xfe\xff"


@pytest.mark.parametrize("codec", Codec)
@pytest.mark.parametrize("ptime", [10, 20, 40])
def test_a_stream_keeps_its_length_in_packets_of_any_time(codec: Codec, ptime: int) -> None:
    encoder, decoder, said = Encoder(codec, ptime=ptime), Decoder(codec), tone(codec)
    payloads = [payload for at in range(0, len(said), 320) for payload in encoder.encode(said[at : at + 320])]
    assert len(payloads) == 200 // ptime
    assert sum(len(decoder.decode(payload)) for payload in payloads) == len(said)


@pytest.mark.parametrize("codec", Codec)
@pytest.mark.parametrize("rate", [8000, 16000])
def test_frames_of_either_rate_are_taken(codec: Codec, rate: int) -> None:
    payloads = Encoder(codec).encode(b"\x00\x01" * rate, rate=rate)
    assert len(payloads) == 50


def test_a_copy_in_the_next_opus_packet_is_nearer_to_what_was_lost_than_a_guess() -> None:
    """The tone changes in the packet that is lost: no guess can know that."""
    said = tone(Codec.OPUS, frequency=300) + tone(Codec.OPUS, frequency=1100)
    encoder, lost = Encoder(Codec.OPUS), 11
    encoder.expect_loss(5)
    payloads = encoder.encode(said)

    def heard(*, following: bytes | None) -> list[int]:
        decoder = Decoder(Codec.OPUS)
        for payload in payloads[:lost]:
            decoder.decode(payload)
        return list(struct.unpack("<320h", decoder.conceal(320, following=following)))

    whole = Decoder(Codec.OPUS)
    truth = struct.unpack("<320h", [whole.decode(payload) for payload in payloads[: lost + 1]][-1])
    errors = [
        sum((a - b) ** 2 for a, b in zip(truth, sound, strict=True))
        for sound in (heard(following=payloads[lost + 1]), heard(following=None))
    ]
    assert errors[0] < errors[1] / 2


@pytest.mark.parametrize("codec", Codec)
@given(payloads=st.lists(st.binary(max_size=1500), max_size=8))
def test_any_payload_gives_bounded_sound(codec: Codec, payloads: list[bytes]) -> None:
    decoder = Decoder(codec)
    for payload in payloads:
        assert len(decoder.decode(payload)) <= LONGEST
        assert len(decoder.conceal(320, following=payload)) == 640


def test_a_name_that_is_no_codec_is_refused() -> None:
    with pytest.raises(ValueError, match="rate"):
        Encoder(Codec.PCMU).encode(b"", rate=44100)
