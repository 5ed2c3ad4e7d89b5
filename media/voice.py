"""The local voice, espeak-ng from the espeakng-loader package: text to 8 kHz samples, offline.

Runs at set-up only, never in a call: one voice holds the library's global state, so a process has one.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, Protocol

import espeakng_loader

from base.errors import CentralitaError
from media import sound

if TYPE_CHECKING:
    from media.sound import Samples

VOICES = {"en": "en", "es": "es", "pl": "pl"}
WORDS_PER_MINUTE = 150

# AUDIO_OUTPUT_SYNCHRONOUS: samples go to the callback in our own thread, no sound device is opened.
_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_UTF8 = 1
_CHARACTERS = 1
_RATE_PARAMETER = 1
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class VoiceFailed(CentralitaError):
    """The voice could not speak."""

    code = "voice_failed"


class Voice(Protocol):
    """Whatever turns text into sound."""

    version: str
    """Changes when the same text would sound otherwise."""

    def say(self, text: str, language: str) -> Samples[int]:
        """The text as 8 kHz samples, trimmed and at the common loudness."""


class EspeakVoice:
    """The voice of espeak-ng."""

    version = f"espeak-ng 1.52 {WORDS_PER_MINUTE} wpm, sound 1"

    def __init__(self) -> None:
        """Load the library and its data. Raises VoiceFailed."""
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self._rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, _DONT_EXIT)
        if self._rate <= 0:
            raise VoiceFailed("espeak-ng found no voice data")
        self._heard = bytearray()
        self._callback = _CALLBACK(self._hear)  # kept: the library holds only its address
        self._library.espeak_SetSynthCallback(self._callback)
        self._library.espeak_SetParameter(_RATE_PARAMETER, WORDS_PER_MINUTE, 0)

    def say(self, text: str, language: str) -> Samples[int]:
        """The text as 8 kHz samples. Raises VoiceFailed for a language without a voice."""
        name = VOICES.get(language, language)
        if self._library.espeak_SetVoiceByName(name.encode()) != 0:
            raise VoiceFailed(f"espeak-ng has no voice for {language}")
        octets = text.encode()
        self._heard.clear()
        flags = _UTF8
        failed = self._library.espeak_Synth(octets, len(octets) + 1, 0, _CHARACTERS, 0, flags, None, None)
        if failed or self._library.espeak_Synchronize():
            raise VoiceFailed(f"espeak-ng could not say a text in {language}")
        return sound.to_telephone(sound.from_bytes(bytes(self._heard)), self._rate)

    def _hear(self, samples: ctypes._Pointer[ctypes.c_short] | None, count: int, events: int | None) -> int:
        del events
        if samples and count > 0:
            self._heard += ctypes.string_at(samples, 2 * count)
        return 0


@cache
def local_voice() -> EspeakVoice:
    """The voice of this process."""
    return EspeakVoice()
