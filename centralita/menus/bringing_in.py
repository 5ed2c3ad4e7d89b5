"""Recordings of prompts by people, brought in: checked, kept, and what is to be said of them. For a thread.

The command `prompts import` and uploads over the API are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from base.document import suggest
from base.errors import CentralitaError
from centralita.menus.speakers import load_speech
from media import importing, prompt_recordings, sound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from centralita.menus.speakers import Speech
    from media.importing import Decoded

LONG = 30.0  # seconds: callers do not listen longer, and the check of menus says so
QUIET = -30.0  # decibels of full scale, of the loudest sample
CLIPPED = 0.0005  # of all samples


class UnknownPrompt(CentralitaError):
    """There is no such piece to be recorded."""

    code = "unknown_prompt"
    status = 404


class PromptThere(CentralitaError):
    """The piece has a recording already."""

    code = "prompt_there"
    status = 409


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """A recording that was kept."""

    path: Path
    found: Decoded
    heard: float
    """Seconds without silence."""

    @property
    def warnings(self) -> Iterator[str]:
        """What somebody should hear before callers do."""
        if self.found.clipped > CLIPPED:
            yield f"{self.found.clipped:.1%} of it is clipped: it was recorded too loud and will sound harsh"
        if self.found.peak < QUIET:
            yield "it is very quiet; made louder, its noise will be heard"
        if self.heard > LONG:
            yield f"it lasts longer than {LONG:.0f} s; few callers listen so long"


def bring_in(config: Path, content: bytes, language: str, prompt: str, *, replace: bool) -> BroughtIn:
    """Check a recording and keep it; calls hear it from the next start or reload.

    Raises UnknownPrompt, PromptThere, BadRecording, DocumentError and OSError.
    """
    speech = load_speech(config)
    _refuse_unknown(speech, language, prompt)
    former = prompt_recordings.earlier(speech.folder, language, prompt)
    if former and not replace:
        raise PromptThere(f"{former[0]} is there already; --replace takes its place")
    found = importing.decode(content)
    heard = len(sound.to_telephone(found.samples, found.rate)) / sound.RATE
    path = prompt_recordings.bring_in(content, found.kind, speech.folder, language, prompt)
    return BroughtIn(path, found, heard)


def _refuse_unknown(speech: Speech, language: str, prompt: str) -> None:
    sounds, segments = speech.catalogue.sounds, speech.catalogue.segments
    if language not in segments:
        raise UnknownPrompt(f"there are no prompts in {language} ({suggest(language, segments)})")
    if prompt not in sounds[language]:
        parts = [each for each in segments[language].get(prompt, ()) if isinstance(each, str)]
        if prompt in segments[language]:
            raise UnknownPrompt(f"the prompt {prompt} has slots; record its fixed parts: {', '.join(parts)}")
        raise UnknownPrompt(
            f"no prompt in {language} is called {prompt} ({suggest(prompt, segments[language])}); "
            f"write its text in {speech.folder / language}.yaml first"
        )
