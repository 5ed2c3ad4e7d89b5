"""Sound as samples at set-up: bring to 8 kHz, trim silence, make loudness even; tones, music and silence by code.

Plain Python on purpose: it runs once per prompt at set-up and saves the server two large packages.
"""

from __future__ import annotations

import math
import os
import wave
from array import array
from operator import mul
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

RATE = 8000
"""What the telephone carries."""
LOUDNESS = 2600.0
"""RMS of the voiced parts of every prompt: about -22 dB below full scale."""
PEAK = 29000.0
_SILENCE = 0.02  # of the peak
_FRAME = 0.02
_LEAD, _TAIL = 0.03, 0.10
_HALF_TAPS = 28
_CUT_OFF = 3700.0

Samples = array  # of "h": signed 16 bit


def from_bytes(pcm: bytes) -> Samples[int]:
    """Signed 16-bit little-endian bytes as samples."""
    return array("h", pcm)


def read_wav(path: Path) -> Samples[int]:
    """A recording at 8 kHz mono. Raises ValueError for what is no 16-bit WAV."""
    if wrong := fault_of(path):
        raise ValueError(f"{path}: {wrong}; save it as 16-bit PCM WAV")
    with wave.open(str(path), "rb") as file:
        samples = array("h", file.readframes(file.getnframes()))
        channels, rate = file.getnchannels(), file.getframerate()
    if channels > 1:
        frames = zip(*(samples[at::channels] for at in range(channels)), strict=True)
        samples = array("h", (sum(frame) // channels for frame in frames))
    return to_telephone(samples, rate)


def fault_of(path: Path) -> str:
    """What keeps a file from being a recording, by its header; empty when nothing does."""
    try:
        with wave.open(str(path), "rb") as file:
            bits, frames = 8 * file.getsampwidth(), file.getnframes()
    except (wave.Error, EOFError) as error:
        return f"not a WAV file that can be read ({str(error) or 'too short'})"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if bits != 16:
        return f"{bits} bit"
    return "" if frames else "no sound in it"


def write_wav(path: Path, samples: Samples[int]) -> None:
    """Keep samples as an 8 kHz mono WAV file; whole or not at all."""
    part = path.with_suffix(f".{os.getpid()}.part")
    with wave.open(str(part), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    part.replace(path)


def to_telephone(samples: Samples[int], rate: int) -> Samples[int]:
    """Trim, bring to 8 kHz, make loudness even."""
    return even(resample(trim(samples, rate), rate))


def trim(samples: Samples[int], rate: int) -> Samples[int]:
    """Cut silence before and after, leaving a breath so that words do not run into each other."""
    size = max(1, int(rate * _FRAME))
    levels = [max(map(abs, samples[at : at + size])) for at in range(0, len(samples), size)]
    floor = _SILENCE * max(levels, default=0)
    voiced = [at for at, level in enumerate(levels) if level > floor]
    if not voiced:
        return array("h")
    first = max(0, voiced[0] * size - int(_LEAD * rate))
    last = min(len(samples), (voiced[-1] + 1) * size + int(_TAIL * rate))
    return samples[first:last]


def resample(samples: Samples[int], rate: int) -> Samples[int]:
    """Bring to 8 kHz with a windowed-sinc filter, one set of coefficients per phase."""
    if rate == RATE or not samples:
        return samples
    divisor = math.gcd(rate, RATE)
    step, phases = rate // divisor, RATE // divisor
    filters = [_filter(phase / phases, rate) for phase in range(phases)]
    edge = [0] * _HALF_TAPS
    padded = [*edge, *samples, *edge]
    made = array("h")
    for at in range(len(samples) * phases // step):
        whole, phase = divmod(at * step, phases)
        value = sum(map(mul, filters[phase], padded[whole + 1 : whole + 2 * _HALF_TAPS + 1]))
        made.append(_clipped(value))
    return made


def even(samples: Samples[int]) -> Samples[int]:
    """Bring the voiced parts to one loudness, without driving the peaks into clipping."""
    size = int(RATE * _FRAME)
    powers = [sum(map(mul, frame, frame)) / len(frame) for frame in _frames(samples, size)]
    gate = 0.01 * max(powers, default=0.0)
    voiced = [power for power in powers if power > gate]
    if not voiced:
        return samples
    gain = LOUDNESS / math.sqrt(sum(voiced) / len(voiced))
    gain = min(gain, PEAK / max(map(abs, samples)))
    return array("h", (_clipped(gain * sample) for sample in samples))


def tone(frequencies: Sequence[float], seconds: float) -> Samples[int]:
    """Sines of equal strength, together as loud as a prompt."""
    strength = LOUDNESS * math.sqrt(2.0 / len(frequencies))
    turns = [2 * math.pi * frequency / RATE for frequency in frequencies]
    values = (strength * sum(math.sin(turn * at) for turn in turns) for at in range(round(seconds * RATE)))
    return array("h", map(_clipped, values))


def silence(seconds: float) -> Samples[int]:
    """Nothing, so long."""
    return array("h", bytes(2 * round(seconds * RATE)))


# Chords by semitones above C3, chosen by hand; any progression so plain belongs to nobody.
_PROGRESSIONS = {
    "calm": ((0, 7, 12, 16), (-3, 4, 12, 16), (5, 9, 12, 17), (-5, 7, 11, 14)),
    "bright": ((2, 9, 14, 18), (-1, 6, 14, 18), (7, 11, 14, 19), (-3, 9, 13, 16)),
}
_PATTERN = (0, 1, 2, 3, 2, 1, 3, 2)
_PARTIALS = ((1, 1.0), (2, 0.35), (3, 0.12))


def music(kind: str, seconds: float) -> Samples[int]:
    """A loop of plucked chords; the last notes ring over into the first, so that the seam is not heard."""
    length = round(seconds * RATE)
    mixed = [0.0] * length
    chords = _PROGRESSIONS[kind] * 2
    beat = length / (len(chords) * len(_PATTERN))
    for at in range(len(chords) * len(_PATTERN)):
        chord = chords[at // len(_PATTERN)]
        note = chord[_PATTERN[at % len(_PATTERN)]]
        _pluck(mixed, round(at * beat), 130.81 * 2 ** (note / 12), 1.6)
    loudest = max(map(abs, mixed))
    return array("h", (_clipped(0.35 * PEAK * value / loudest) for value in mixed))


def _pluck(mixed: list[float], start: int, frequency: float, seconds: float) -> None:
    turn = 2 * math.pi * frequency / RATE
    count = round(seconds * RATE)
    for at in range(count):
        swell = min(1.0, at / 160) * math.exp(-3.2 * at / count) * min(1.0, (count - at) / 400)
        value = sum(weight * math.sin(turn * partial * at) for partial, weight in _PARTIALS)
        mixed[(start + at) % len(mixed)] += swell * value


def _filter(offset: float, rate: int) -> list[float]:
    """The low-pass filter seen from a point between two samples (Hann window), its sum one."""
    cut = min(_CUT_OFF, 0.46 * rate) / rate
    taps = []
    for at in range(-_HALF_TAPS + 1, _HALF_TAPS + 1):
        place = at - offset
        window = 0.5 + 0.5 * math.cos(math.pi * place / (_HALF_TAPS + 1))
        taps.append(
            window * (2 * cut if place == 0 else math.sin(2 * math.pi * cut * place) / (math.pi * place))
        )
    total = sum(taps)
    return [tap / total for tap in taps]


def _frames(samples: Samples[int], size: int) -> Iterator[Samples[int]]:
    return (samples[at : at + size] for at in range(0, len(samples), size))


def _clipped(value: float) -> int:
    return max(-32768, min(32767, round(value)))
