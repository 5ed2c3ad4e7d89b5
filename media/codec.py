"""The codecs of the plane (RFC 3551 static payload types), and G.711 for whole sounds.

Packets are coded inside the plane; these functions serve prompts, tests and recordings.
"""

from __future__ import annotations

from enum import Enum

from media import _plane

SAMPLE_RATE = 8000
"""Samples in a second of every sound the plane takes or gives."""


class Codec(Enum):
    """An audio codec; the value is its RTP payload type."""

    PCMU = 0
    PCMA = 8

    @classmethod
    def named(cls, name: str) -> Codec:
        """Return the codec of an SDP encoding name, in any case of letters."""
        return cls[name.upper()]


def encode(codec: Codec, pcm: bytes) -> bytes:
    """Encode 16-bit little-endian mono samples."""
    return _plane.encode(codec.value, pcm)


def decode(codec: Codec, payload: bytes) -> bytes:
    """Decode to 16-bit little-endian mono samples."""
    return _plane.decode(codec.value, payload)
