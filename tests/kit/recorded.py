"""Reading recordings by other programs than the one that wrote them.

WAV by the standard library, Opus by opusdec, sealed ones by the Python side.
"""

from __future__ import annotations

import subprocess
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy

from media.sealed import read_key, unseal
from tests.kit.tone import loud_from, share_of, to_narrow


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recording of both sides holds; `left` and `right` at 8 kHz for the tools of tests/kit/tone.py."""

    rate: int
    sides: tuple[bytes, bytes]

    @property
    def left(self) -> bytes:
        """Whom the port heard."""
        return to_narrow(self.sides[0], self.rate)

    @property
    def right(self) -> bytes:
        """What the port was sent."""
        return to_narrow(self.sides[1], self.rate)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.sides[0]) / 2 / self.rate

    def part(self, start: float, end: float) -> Recorded:
        """What lies between two moments, in seconds."""
        first, last = round(start * self.rate) * 2, round(end * self.rate) * 2
        return Recorded(self.rate, (self.sides[0][first:last], self.sides[1][first:last]))

    def begins(self, side: str) -> float:
        """When the first sound begins, in seconds."""
        return loud_from(self.sides[side == "right"]) / self.rate

    def share(self, side: str, frequency: int) -> float:
        """How strong a tone is against the strongest."""
        return share_of(self.sides[side == "right"], frequency, self.rate)


def read_recording(path: Path, *, key: Path | None = None) -> Recorded:
    """A recording of both sides; of one alone, the other is empty."""
    with tempfile.TemporaryDirectory() as folder:
        if key is not None:
            opened = Path(folder) / path.name
            unseal(path, opened, read_key(key))
            path = opened
        if path.suffix == ".opus":
            decoded = Path(folder) / "decoded.wav"
            options = ("--rate", "48000", "--force-wav", "--quiet", "--no-dither")
            subprocess.run(["opusdec", *options, str(path), str(decoded)], check=True, timeout=30)
            path = decoded
        with wave.open(str(path), "rb") as sound:
            assert sound.getsampwidth() == 2
            sides = sound.getnchannels()
            rate, frames = sound.getframerate(), sound.readframes(sound.getnframes())
    if sides == 1:
        return Recorded(rate, (frames, b""))
    both = numpy.frombuffer(frames, dtype="<i2")
    return Recorded(rate, (both[0::2].tobytes(), both[1::2].tobytes()))
