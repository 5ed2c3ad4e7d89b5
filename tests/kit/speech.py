"""Speech at both rates of the plane, and how well it is heard: PESQ (ITU-T P.862, and P.862.2 for wide band)."""

from __future__ import annotations

from functools import cache

import numpy as np
from pesq import pesq

from media.voice import ESPEAK, open_voice

LEVEL = 2000.0  # RMS: 24 dB below full scale
PAUSE = 0.4  # seconds of silence before and after
FRAME = 320  # samples at 16 kHz: the shortest packet of all codecs divides it


def speech(voice: str, text: str, rate: int) -> bytes:
    """A sentence at 8000 or 16000 samples a second, 16-bit little-endian, by a voice of espeak-ng."""
    sound = _at_rate(_said(voice, text), 16000, rate)
    return np.clip(np.round(sound), -32768, 32767).astype("<i2").tobytes()


@cache
def _said(voice: str, text: str) -> np.ndarray:
    """At 16 kHz; said once, because no voice says the same twice."""
    samples, rate = open_voice(ESPEAK).say(text, voice)
    sound = _at_rate(np.array(samples, dtype=float), rate, 16000)
    sound *= LEVEL / np.sqrt(np.mean(sound**2))
    still = np.zeros(int(PAUSE * 16000))
    sound = np.concatenate([still, sound, still])
    return sound[: len(sound) // (2 * FRAME) * 2 * FRAME]


def quality(said: bytes, heard: bytes, rate: int, *, wide: bool = False) -> float:
    """The PESQ score, narrow band to 4.55 or wide band to 4.64; the delay of `heard` is taken out first."""
    a, b = (np.frombuffer(sound, "<i2").astype(float) for sound in (said, heard))
    length = min(len(a), len(b))
    spectrum = np.fft.rfft(b[:length], 2 * length) * np.conj(np.fft.rfft(a[:length], 2 * length))
    delay = int(np.fft.irfft(spectrum)[: rate // 2].argmax())
    return float(pesq(rate, a[: length - delay], b[delay:length], "wb" if wide else "nb"))


def _at_rate(sound: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    """Another rate, by the spectrum of the whole."""
    length = len(sound) * wanted // rate // 2 * 2
    spectrum = np.zeros(length // 2 + 1, dtype=complex)
    found = np.fft.rfft(sound)
    kept = min(len(found), len(spectrum))
    spectrum[:kept] = found[:kept]
    return np.fft.irfft(spectrum, length) * length / len(sound)
