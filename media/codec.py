"""The codecs of the plane (RFC 3551 static payload types), and G.711 for whole sounds.

Packets and prompts are coded inside the plane; these functions serve tests and measuring.
"""

from __future__ import annotations

from enum import Enum

from media import _plane


class Codec(Enum):
    """An audio codec; the value is its RTP payload type."""

    PCMU = 0
    PCMA = 8


STATIC_PAYLOADS = {Codec.PCMU: 0, Codec.PCMA: 8}
"""The payload types that need no telling (RFC 3551 s.6)."""


def encode(codec: Codec, pcm: bytes) -> bytes:
    """Encode 16-bit little-endian mono samples."""
    return _plane.encode(codec.value, pcm)


def decode(codec: Codec, payload: bytes) -> bytes:
    """Decode to 16-bit little-endian mono samples."""
    return _plane.decode(codec.value, payload)
