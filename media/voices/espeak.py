"""espeak-ng from the espeakng-loader package: a voice for every language of ours and a hundred others.

Its library holds global state, so a process has one, and threads take turns.
"""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import espeakng_loader

from base.document import suggest
from media import sound
from media.voice import Speech, VoiceFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS_PER_MINUTE = 150

# AUDIO_OUTPUT_SYNCHRONOUS: samples go to the callback in our own thread, no sound device is opened.
_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_UTF8 = 1
_CHARACTERS = 1
_RATE_PARAMETER = 1
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class EspeakVoice:
    """A voice of espeak-ng: the one named, or that of the language asked for."""

    name = "espeak"

    def __init__(self, variant: str | None = None) -> None:
        """Nothing is loaded yet."""
        self._variant = variant
        self.version = f"espeak-ng 1.52 {WORDS_PER_MINUTE} wpm {variant or ''}".rstrip()

    def fault(self, language: str) -> tuple[str, str] | None:
        """Why it cannot speak a language, and the mend."""
        wanted = self._variant or language
        if wanted in _names():
            return None
        return f"espeak has no voice {wanted}", suggest(wanted, _names())

    def say(self, text: str, language: str) -> Speech:
        """The text as sound. Raises VoiceFailed for a language without a voice."""
        return _library().say(text, self._variant or language)


class _Library:
    """The library, loaded."""

    def __init__(self) -> None:
        """Raises VoiceFailed when its data is not there."""
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self._rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, _DONT_EXIT)
        if self._rate <= 0:
            raise VoiceFailed("espeak-ng found no voice data")
        self._turn = Lock()
        self._heard = bytearray()
        self._callback = _CALLBACK(self._hear)  # kept: the library holds only its address

    def say(self, text: str, voice: str) -> Speech:
        """A text by a voice of its data."""
        octets = text.encode()
        with self._turn:
            if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
                raise VoiceFailed(f"espeak-ng has no voice for {voice}")
            self._heard.clear()
            # Each time: whoever else loads the library in this process shares its state.
            self._library.espeak_SetSynthCallback(self._callback)
            self._library.espeak_SetParameter(_RATE_PARAMETER, WORDS_PER_MINUTE, 0)
            failed = self._library.espeak_Synth(octets, len(octets) + 1, 0, _CHARACTERS, 0, _UTF8, None, None)
            if failed or self._library.espeak_Synchronize():
                raise VoiceFailed(f"espeak-ng could not say a text in {voice}")
            return Speech(sound.from_bytes(bytes(self._heard)), self._rate)

    def _hear(self, samples: ctypes._Pointer[ctypes.c_short] | None, count: int, events: int | None) -> int:
        del events
        if samples and count > 0:
            self._heard += ctypes.string_at(samples, 2 * count)
        return 0


@cache
def _library() -> _Library:
    return _Library()


@cache
def _names() -> frozenset[str]:
    """The languages of its data, such as es, es-419 and en-gb."""
    return frozenset(_listed(Path(espeakng_loader.get_data_path()) / "lang"))


def _listed(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file():
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                if line.startswith("language "):
                    yield line.split()[1]
