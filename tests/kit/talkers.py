"""Many synthetic voices of the telephone's quality: languages, speakers, pitches and speeds of espeak-ng."""

from __future__ import annotations

import ctypes
import random
import re
from pathlib import Path

import espeakng_loader
import numpy
import yaml

_LANGUAGES = ("es", "pl", "en")
# Of espeak-ng's speakers those that sound like people; its robots bring the library down now and then.
_SPEAKERS = (
    *("m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5", "croak"),
    *(
        "Alex",
        "Alicia",
        "Andrea",
        "Andy",
        "Annie",
        "Denis",
        "Diogo",
        "Gene",
        "Hugo",
        "Jacky",
        "Lee",
        "Marco",
        "Michael",
    ),
)
_PROMPTS = Path(__file__).resolve().parents[2] / "prompts"
_RATE, _PITCH, _RANGE = 1, 3, 4
_SYNCHRONOUS, _DONT_EXIT, _UTF8 = 2, 0x8000, 1
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Talkers:
    """What they say follows from the seed alone. One in a process: the library holds its state globally."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self._rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, _DONT_EXIT)
        self._heard = bytearray()
        self._callback = _CALLBACK(self._hear)
        self._library.espeak_SetSynthCallback(self._callback)
        self._texts = {each: _wording(each) for each in _LANGUAGES}

    def speech(self, minutes: float) -> bytes:
        """So many minutes and the rest of a sentence: 16 bit, mono, 8 kHz, in whole frames of 20 ms."""
        made: list[bytes] = []
        while sum(map(len, made)) < minutes * 60 * 16000:
            made.append(self._sentence())
        whole = b"".join(made)
        return whole[: len(whole) // 320 * 320]

    def _sentence(self) -> bytes:
        language, speaker = self._dice.choice(_LANGUAGES), self._dice.choice(_SPEAKERS)
        if self._library.espeak_SetVoiceByName(f"{language}+{speaker}".encode()) != 0:
            return b""
        for parameter, low, high in ((_RATE, 90, 260), (_PITCH, 0, 99), (_RANGE, 0, 100)):
            self._library.espeak_SetParameter(parameter, self._dice.randint(low, high), 0)
        digits = " ".join(str(self._dice.randint(0, 9)) for _ in range(8))
        text = " ".join([*self._dice.sample(self._texts[language], 3), digits]).encode()
        self._heard.clear()
        self._library.espeak_Synth(text, len(text) + 1, 0, 1, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        return _to_telephone(bytes(self._heard), self._rate, 10 ** (self._dice.uniform(-20, 0) / 20))

    def _hear(self, samples: ctypes._Pointer[ctypes.c_short] | None, count: int, events: int | None) -> int:
        del events
        if samples and count > 0:
            self._heard += ctypes.string_at(samples, 2 * count)
        return 0


def _wording(language: str) -> list[str]:
    prompts = yaml.safe_load((_PROMPTS / f"{language}.yaml").read_text(encoding="utf-8"))["prompts"]
    return [re.sub(r"\{[^}]*\}", "", str(text)) for text in prompts.values()]


def _to_telephone(pcm: bytes, rate: int, level: float) -> bytes:
    """To 8 kHz and 150 to 3500 Hz, the loudest sample at `level` of nearly full scale."""
    sound = numpy.frombuffer(pcm, dtype="<i2").astype(float)
    if len(sound) < rate // 10:
        return b""
    length = len(sound) * 8000 // rate
    spectrum = numpy.fft.rfft(sound)[: length // 2 + 1].copy()
    hertz = numpy.arange(len(spectrum)) * 8000 / length
    spectrum[hertz > 3500] = 0
    spectrum[hertz < 150] *= 0.1
    narrow = numpy.fft.irfft(spectrum, length)
    narrow *= 20000 * level / max(1e-9, float(numpy.abs(narrow).max()))
    return numpy.round(narrow).astype("<i2").tobytes()
