"""Voices: text to sound, offline, chosen for each language in centre.yaml.

Runs when prompts are made, never in a call. A further voice is a file in media/voices/ and a key of VoicePart, or,
without a line of code here, a `command` of the operator's.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, Protocol, Self

from pydantic import BeforeValidator, Field, model_validator

from base.document import Part, suggest
from media import sound
from media.errors import MediaError

if TYPE_CHECKING:
    from media.sound import Prepared, Samples

LIKE_THE_LANGUAGE = "language"
"""The voice of espeak-ng that is named as the language is."""
PACKAGED = "packaged"
"""The model that comes with its package, where another would be a file."""
_KINDS = ("espeak", "piper", "command")


class VoiceFailed(MediaError):
    """The voice could not speak."""

    code = "voice_failed"


class Speech(NamedTuple):
    """What a voice said, at its own rate."""

    samples: Samples[int]
    rate: int


class Voice(Protocol):
    """Whatever turns text into sound. Making one loads nothing; the first text does."""

    @property
    def name(self) -> str:
        """How it is called in centre.yaml."""

    @property
    def version(self) -> str:
        """Changes when the same text would sound otherwise. Raises VoiceFailed when the voice is not there."""

    def fault(self, language: str) -> tuple[str, str] | None:
        """Why it cannot speak a language, and the mend; None when it can. Loads no more than it must."""

    def say(self, text: str, language: str) -> Speech:
        """The text as sound. Raises VoiceFailed."""


class VoicePart(Part):
    """One language's voice: exactly one of `espeak`, `piper` and `command`."""

    espeak: Annotated[str, Field(min_length=1)] | None = None
    """A voice of espeak-ng; "language" is the one named like the language."""
    piper: Path | None = None
    """A model's .onnx file, beside this file unless the path is absolute; `packaged` is the English one."""
    command: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """A program and its arguments: the text comes by standard input, a sound file goes to standard output."""
    version: str | None = None
    """Of a command: another one makes its prompts anew."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = [kind for kind in _KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(_KINDS)}")
        if self.version is not None and self.command is None:
            raise ValueError("only a command has a version")
        return self

    def beside(self, folder: Path) -> VoicePart:
        """The same, its file found from the folder of the file that names it."""
        if self.piper is None or str(self.piper) == PACKAGED:
            return self
        return self.model_copy(update={"piper": folder / self.piper})


def _short(value: object) -> object:
    """`espeak` and `piper` alone are enough."""
    if not isinstance(value, str):
        return value
    if value not in ("espeak", "piper"):
        raise ValueError(f"no voice is called {value!r} ({suggest(value, _KINDS)})")
    return {value: PACKAGED if value == "piper" else LIKE_THE_LANGUAGE}


def by_name(name: str) -> VoicePart:
    """The voice of a name alone. Raises ValueError."""
    return VoicePart.model_validate(_short(name))


NamedVoice = Annotated[VoicePart, BeforeValidator(_short)]
ESPEAK = VoicePart(espeak=LIKE_THE_LANGUAGE)
"""Who speaks a language for which no voice is chosen."""


@lru_cache(maxsize=32)
def open_voice(part: VoicePart) -> Voice:
    """The voice of a setting; each is opened once in a process, and loaded when it speaks."""
    if part.piper is not None:
        from media.voices.piper import PiperVoice

        return PiperVoice(None if str(part.piper) == PACKAGED else part.piper)
    if part.command is not None:
        from media.voices.command import CommandVoice

        return CommandVoice(part.command, part.version or "")
    from media.voices.espeak import EspeakVoice

    return EspeakVoice(None if part.espeak == LIKE_THE_LANGUAGE else part.espeak)


def say(part: VoicePart, text: str, language: str) -> Prepared:
    """A text as callers hear it: trimmed, at the common loudness. Raises VoiceFailed."""
    voice = open_voice(part)
    said = sound.prepared(*voice.say(text, language))
    if not said.narrow:
        raise VoiceFailed(f"{voice.name} said nothing for {text!r} in {language}")
    return said


_LETTER = {"es": 0.070, "pl": 0.083, "en": 0.067}
_OTHER_LETTER = 0.075
_FIGURE = 5.0  # letters: figures are read as words
_BREATH = 0.1
_SENTENCE, _COMMA = 0.5, 0.37


def estimated_seconds(text: str, language: str) -> float:
    """How long a text takes to say at 150 English words a minute, within a quarter, without making its sound.

    By letters, because words of Polish are longer than English ones, and by the pauses between sentences and parts.
    """
    spoken = text.strip(" .!?,;:")
    letters = sum(map(str.isalpha, spoken)) + _FIGURE * sum(map(str.isdigit, spoken))
    sentences, parts = (sum(map(spoken.count, marks)) for marks in (".!?", ",;:"))
    pauses = _BREATH + sentences * _SENTENCE + parts * _COMMA
    return letters * _LETTER.get(language, _OTHER_LETTER) + pauses if letters else 0.0
