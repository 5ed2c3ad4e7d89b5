"""The codecs of the plane by themselves (RFC 3551, RFC 7587).

Packets and prompts are coded inside the plane; these functions serve tests and measuring. Samples are mono,
16-bit little-endian.
"""

from __future__ import annotations

from enum import Enum

from media import _plane


class Codec(Enum):
    """An audio codec; the value is its static RTP payload type (RFC 3551 s.6), or the dynamic one we offer."""

    PCMU = 0
    PCMA = 8
    G722 = 9
    OPUS = 111
    L16_8000 = 112
    L16_16000 = 113

    @property
    def sample_rate(self) -> int:
        """Samples in a second of what is encoded and decoded: 8000 or 16000."""
        return 16000 if self in (Codec.G722, Codec.OPUS, Codec.L16_16000) else 8000

    @property
    def rtp_clock(self) -> int:
        """Units of the RTP timestamp in a second; 8000 for G.722 by an old error (RFC 3551 s.4.5.2)."""
        clocks: dict[Codec, int] = {Codec.OPUS: 48000, Codec.L16_16000: 16000}
        return clocks.get(self, 8000)


STATIC_PAYLOADS = {Codec.PCMU: 0, Codec.PCMA: 8}
"""The payload types that need no telling (RFC 3551 s.6)."""


class Encoder:
    """One outgoing stream: samples in, payloads of `ptime` milliseconds out, what is left over kept for the next."""

    def __init__(self, codec: Codec, *, ptime: int = 20) -> None:
        """A `ptime` that the codec cannot send becomes the nearest one that it can."""
        self._inner = _plane.Encoder(codec.name, ptime)
        self._rate = codec.sample_rate

    def expect_loss(self, percent: int) -> None:
        """Let packets hold copies of the ones before, where the codec can (0 to 100; 0: none are needed)."""
        self._inner.expect_loss(percent)

    def encode(self, pcm: bytes, *, rate: int | None = None) -> list[bytes]:
        """The payloads that these samples complete; `rate` is 8000 or 16000, by default the codec's own."""
        return self._inner.encode(pcm, rate or self._rate)


class Decoder:
    """One incoming stream: payloads in, samples at the codec's rate out."""

    def __init__(self, codec: Codec) -> None:
        """Each stream has a decoder of its own."""
        self._inner = _plane.Decoder(codec.name)

    def decode(self, payload: bytes) -> bytes:
        """The samples of a payload, 120 ms at most; none of one that is broken."""
        return self._inner.decode(payload)

    def conceal(self, samples: int, *, following: bytes | None = None) -> bytes:
        """So many samples in place of a lost payload, with what `following` tells of it."""
        return self._inner.conceal(samples, following)


def encode(codec: Codec, pcm: bytes) -> bytes:
    """Encode samples at the codec's rate in one piece; of Opus that is one packet of 10, 20, 40 or 60 ms."""
    return _plane.encode(codec.name, pcm)


def decode(codec: Codec, payload: bytes) -> bytes:
    """Decode to samples at the codec's rate in one piece; of Opus that is one packet."""
    return _plane.decode(codec.name, payload)
