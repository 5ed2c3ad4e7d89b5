"""Sound for tests: sums of sines, and finding them again in what the far end heard (16 bit, mono, 8 kHz)."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import numpy

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

RATE = 8000
_WINDOW = 1600  # 200 ms: frequencies 10 Hz apart are told apart
_SHARE = 0.3  # of the strongest part of the sound that a tone must have to be heard
_SILENCE = 200.0  # root mean square of 16 bit samples below which nothing is heard


def tone(frequencies: Collection[int], seconds: float, *, level: float = 0.5, rate: int = RATE) -> bytes:
    """The sum of these sines, `level` of full scale in all."""
    at = numpy.arange(round(seconds * rate)) / rate
    total = sum(numpy.sin(2 * numpy.pi * each * at) for each in sorted(frequencies))
    samples = numpy.asarray(total) * (32767 * level / max(len(frequencies), 1))
    return samples.astype("<i2").tobytes()


def dtmf(digit: str) -> tuple[int, int]:
    """The two frequencies of a telephone key (ITU-T Q.23)."""
    row, column = divmod("123A456B789C*0#D".index(digit), 4)
    return (697, 770, 852, 941)[row], (1209, 1336, 1477, 1633)[column]


def voice(seconds: float) -> bytes:
    """Speech, to a detector of it: 110 to 150 Hz with formants, in words of a quarter of a second."""
    at = numpy.arange(round(seconds * RATE)) / RATE
    phase = numpy.cumsum(130 + 20 * numpy.sin(3 * at)) / RATE
    total = numpy.zeros(len(at))
    for number in range(1, 20):
        near = sum(
            share / (1 + ((number * 130 - hertz) / 200) ** 2) for share, hertz in ((1, 500), (0.4, 1500))
        )
        total += near * numpy.sin(2 * numpy.pi * (phase * number + 0.1 * number**2))
    words = numpy.clip(3 * numpy.sin(4 * numpy.pi * at), 0, 1)
    samples = numpy.asarray(numpy.clip(total * words * 6000, -32768, 32767))
    return samples.astype("<i2").tobytes()


def hears(pcm: bytes, frequencies: Collection[int]) -> bool:
    """Whether some 200 ms of the sound hold all of these sines at once."""
    return any(set(frequencies) <= heard for heard in _windows(pcm, frequencies))


def hears_sound(pcm: bytes) -> bool:
    """Whether there is more than silence."""
    return loudness(pcm) > _SILENCE


def loudness(pcm: bytes) -> float:
    """Root mean square of the samples."""
    samples = numpy.frombuffer(pcm, dtype="<i2").astype(float)
    return float(numpy.sqrt(numpy.mean(samples**2))) if len(samples) else 0.0


def hears_key(pcm: bytes, digit: str) -> bool:
    """Whether some 40 ms of the sound hold both tones of a key, each a tenth of all there is (Goertzel)."""
    samples = numpy.frombuffer(pcm, dtype="<i2").astype(float)
    size = RATE // 25
    phases = [numpy.exp(-2j * numpy.pi * each / RATE * numpy.arange(size)) for each in dtmf(digit)]
    for start in range(0, len(samples) - size + 1, size // 4):
        part = samples[start : start + size]
        energy = float(numpy.sum(part**2))
        if energy < size * _SILENCE**2 / 4:
            continue
        powers = [2 * abs(numpy.dot(part, phase)) ** 2 / size for phase in phases]
        if min(powers) > energy / 10 and sum(powers) > energy / 2:
            return True
    return False


def likeness(pcm: bytes, sought: bytes) -> float:
    """How much of a sound is found again in another, from 0 to 1: each second of it where it fits best, by its energy.

    Not the whole at one place: a phone on a busy machine is held up now and then, which moves all that follows.
    """
    parts = [sought[at : at + 2 * RATE] for at in range(0, len(sought), 2 * RATE)]
    energies = [float(numpy.sum(numpy.frombuffer(part, dtype="<i2").astype(float) ** 2)) for part in parts]
    found = sum(_fits(pcm, part) * energy for part, energy in zip(parts, energies, strict=True))
    return found / max(sum(energies), 1.0)


def _fits(pcm: bytes, sought: bytes) -> float:
    """How alike a sound and the best fitting part of another are: the normalised correlation."""
    whole = numpy.frombuffer(pcm, dtype="<i2").astype(float)
    part = numpy.frombuffer(sought, dtype="<i2").astype(float)
    if len(whole) < len(part) or not len(part):
        return 0.0
    size = 1 << (len(whole) + len(part)).bit_length()
    spectra = numpy.fft.rfft(whole, size) * numpy.conj(numpy.fft.rfft(part, size))
    products = numpy.fft.irfft(spectra, size)[: len(whole) - len(part) + 1]
    running = numpy.concatenate(([0.0], numpy.cumsum(whole**2)))
    energies = running[len(part) :] - running[: -len(part)]
    quiet = len(part) * _SILENCE**2 / 16
    return float(numpy.max(products / numpy.sqrt(numpy.maximum(energies, quiet) * numpy.sum(part**2))))


def loud_from(pcm: bytes) -> int:
    """The first sample that is more than silence."""
    samples = numpy.abs(numpy.frombuffer(pcm, dtype="<i2").astype(int))
    return int(numpy.argmax(samples > _SILENCE))


def share_of(pcm: bytes, frequency: int, rate: int) -> float:
    """How strong a tone is in the whole sound, against its strongest."""
    samples = numpy.frombuffer(pcm, dtype="<i2").astype(float)
    spectrum = numpy.abs(numpy.fft.rfft(samples * numpy.hanning(len(samples))))
    place = round(frequency * len(samples) / rate)
    return float(spectrum[place - 2 : place + 3].max() / spectrum.max())


def to_narrow(pcm: bytes, rate: int) -> bytes:
    """The sound at 8 kHz, by leaving out what lies above 4 kHz."""
    if rate == RATE:
        return pcm
    samples = numpy.frombuffer(pcm, dtype="<i2").astype(float)
    count = len(samples) * RATE // rate
    spectrum = numpy.fft.rfft(samples)[: count // 2 + 1]
    narrow = numpy.fft.irfft(spectrum, count) * (count / max(len(samples), 1))
    return numpy.clip(narrow, -32768, 32767).astype("<i2").tobytes()


def write_wav(path: Path, pcm: bytes) -> Path:
    """Write the samples as a WAV file."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(pcm)
    return path


def read_wav(path: Path) -> bytes:
    """The samples of a WAV file."""
    with wave.open(str(path), "rb") as sound:
        return sound.readframes(sound.getnframes())


def read_wide_wav(path: Path) -> bytes:
    """The first channel of a WAV file at any multiple of 8 kHz, brought down to that: enough for tones below 4 kHz."""
    with wave.open(str(path), "rb") as sound:
        step = sound.getframerate() // RATE * sound.getnchannels()
        samples = numpy.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")
    return samples[::step].tobytes()


def _windows(pcm: bytes, frequencies: Collection[int]) -> list[set[int]]:
    samples = numpy.frombuffer(pcm, dtype="<i2").astype(float)
    found = []
    for start in range(0, len(samples) - _WINDOW + 1, _WINDOW // 2):
        part = samples[start : start + _WINDOW] * numpy.hanning(_WINDOW)
        if numpy.sqrt(numpy.mean(part**2)) < _SILENCE / 2:
            continue
        spectrum = numpy.abs(numpy.fft.rfft(part))
        strongest = spectrum.max()
        found.append({each for each in frequencies if _peak(spectrum, each) > _SHARE * strongest})
    return found


def _peak(spectrum: numpy.ndarray[tuple[int], numpy.dtype[numpy.float64]], frequency: int) -> float:
    centre = round(frequency * _WINDOW / RATE)
    return float(spectrum[max(centre - 1, 0) : centre + 2].max())
