"""Sound as samples at set-up: trim silence, bring to 8 and 16 kHz, make loudness even; tones, music, silence by code.

It runs once per prompt, never in a call, so that packages which it needs are loaded when it is asked.
"""

from __future__ import annotations

import math
import os
import warnings
import wave
from array import array
from functools import cache
from itertools import pairwise
from operator import mul
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

RATE = 8000
"""What the telephone carries."""
WIDE = 16000
"""What callers by G.722 and Opus hear, where a sound holds so much."""
LOUDNESS = 2600.0
"""RMS of the voiced parts of every prompt: about -22 dB below full scale."""
PEAK = 29000.0
EDITION = "sound 3"
"""Of how sound is made here; another one makes all anew that is not a recording."""
_MOST_GAIN = 100.0  # what is quieter still is noise
_SILENCE = 40.0  # decibels below the peak
_CHUNK = 10  # ms
_LEAD, _TAIL = 30, 100  # ms

Samples = array  # of "h": signed 16 bit


def from_bytes(pcm: bytes) -> Samples[int]:
    """Signed 16-bit little-endian bytes as samples."""
    return array("h", pcm)


def write_wav(path: Path, samples: Samples[int], rate: int = RATE) -> None:
    """Keep samples as a mono WAV file; whole or not at all."""
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        with wave.open(str(part), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(samples.tobytes())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


class Prepared(NamedTuple):
    """A sound as callers hear it."""

    narrow: Samples[int]
    """At 8 kHz."""
    wide: Samples[int] | None = None
    """At 16 kHz, of a sound that holds more than 8 kHz carries."""

    def write(self, path: Path) -> None:
        """Keep it where the media plane looks: `x.wide.wav` beside `x.wav`, which comes last: then all is there."""
        if self.wide is not None:
            write_wav(path.with_suffix(".wide.wav"), self.wide, WIDE)
        write_wav(path, self.narrow)


def prepared(samples: Samples[int], rate: int) -> Prepared:
    """Trim, bring to the rates of calls, make loudness even."""
    trimmed = trim(samples, rate)
    narrow = even(resample(trimmed, rate))
    return Prepared(narrow, even(resample(trimmed, rate, WIDE), WIDE) if rate > RATE else None)


def to_telephone(samples: Samples[int], rate: int) -> Samples[int]:
    """The same, for 8 kHz alone."""
    return even(resample(trim(samples, rate), rate))


def trim(samples: Samples[int], rate: int) -> Samples[int]:
    """Cut silence before and after, leaving a breath so that words do not run into each other."""
    if not any(samples):
        return array("h")
    heard = _segment(samples, rate).remove_dc_offset()
    _, leading_silence = _pydub()
    floor = heard.max_dBFS - _SILENCE
    before = leading_silence(heard, floor, _CHUNK)
    if before >= len(heard):
        return array("h")
    after = leading_silence(heard.reverse(), floor, _CHUNK)
    last = round((len(heard) - after + _TAIL) * rate / 1000)
    return array("h", heard.raw_data)[round(max(0, before - _LEAD) * rate / 1000) : last]


def resample(samples: Samples[int], rate: int, wanted: int = RATE) -> Samples[int]:
    """Bring to another rate by the resampler of PyAV, which leaves next to nothing that would fold back."""
    if rate == wanted or not samples:
        return samples
    from av import AudioFrame, AudioResampler  # takes a while to load, and no call needs it

    frame = AudioFrame(format="s16", layout="mono", samples=len(samples))
    frame.planes[0].update(samples.tobytes())
    frame.sample_rate = rate
    resampler = AudioResampler(format="s16", layout="mono", rate=wanted)
    made = array("h")
    for part in (*resampler.resample(frame), *resampler.resample(None)):
        made.frombytes(bytes(part.planes[0])[: 2 * part.samples])
    return made


def even(samples: Samples[int], rate: int = RATE) -> Samples[int]:
    """Bring the voiced parts to one loudness; a peak beyond PEAK is turned down for its moment, nothing is clipped."""
    level = voiced_level(samples, rate)
    return _limited(samples, min(LOUDNESS / level, _MOST_GAIN), rate // 200) if level else samples


def voiced_level(samples: Samples[int], rate: int = RATE) -> float:
    """The RMS of what is not silence, in 20 ms; 0 where all is."""
    powers = [_power(frame) for frame in _frames(samples, rate // 50)]
    loudest = max(powers, default=0.0)
    heard = sorted(power for power in powers if power > 0.0001 * loudest)
    if not heard:
        return 0.0
    # Neither a click nor a cough tells how loud the words are: a twentieth of the frames may be louder.
    usual = heard[int(0.95 * len(heard))]
    voiced = [power for power in heard if 0.01 * usual < power < 10 * usual]
    return math.sqrt(sum(voiced) / len(voiced))


def _limited(samples: Samples[int], gain: float, moment: int) -> Samples[int]:
    """Louder by a factor; around what would be beyond PEAK the factor sinks and rises again within a moment."""
    if gain * max(max(samples), -min(samples)) <= PEAK:
        return array("h", _segment(samples, RATE).apply_gain(20 * math.log10(gain)).raw_data)
    blocks = list(_frames(samples, moment))
    allowed = [min(gain, PEAK / max(1, max(block), -min(block))) for block in blocks]
    edges = [min(pair) for pair in pairwise([allowed[0], *allowed, allowed[-1]])]
    made = array("h")
    for block, (first, last) in zip(blocks, pairwise(edges), strict=True):
        slope = (last - first) / len(block)
        made.extend(_clipped((first + slope * at) * sample) for at, sample in enumerate(block))
    return made


def decibels(level: float) -> float:
    """A level of 16-bit samples against full scale."""
    return 20 * math.log10(max(level, 0.5) / 32768)


def _segment(samples: Samples[int], rate: int) -> Any:
    audio_segment, _ = _pydub()
    return audio_segment(samples.tobytes(), sample_width=2, frame_rate=rate, channels=1)


@cache
def _pydub() -> tuple[Any, Any]:
    """What pydub has to work on samples, and to find silence.

    Its import warns that there is no ffmpeg program and that audioop is old: it is asked for no files here.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pydub import AudioSegment
        from pydub.silence import detect_leading_silence
    return AudioSegment, detect_leading_silence


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


def _power(frame: Samples[int]) -> float:
    total: float = sum(map(mul, frame, frame))
    return total / len(frame)


def _frames(samples: Samples[int], size: int) -> Iterator[Samples[int]]:
    return (samples[at : at + size] for at in range(0, len(samples), size))


def _clipped(value: float) -> int:
    return max(-32768, min(32767, round(value)))
