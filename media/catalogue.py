"""The prompt catalogue: wording by id and language, read from prompts/<language>.yaml and prompts/sounds.yaml.

A text may hold slots, `{digits:last4}` or `{money:amount}`: the fixed parts become pieces `id.1`, `id.2` with a sound
each, and what stands in the slot is spoken from the words of phrases (ivr/phrases). Makes no sound itself.
A recording of a piece by a person replaces its voice; the text is needed all the same, for all that shows a menu.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from base import document
from base.document import Document, Fault, Part
from media.prompt_recordings import Recording, find_recordings
from media.voice import ESPEAK, VoicePart

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

ANY = "any"
_CARD_NUMBER = re.compile(r"(?:\d[ -]?){12,18}\d")
SLOT = re.compile(r"\{([a-z_]+):([a-z][a-z0-9_]*)\}")
KINDS = (
    "digits",
    "money",
    "number",
    "ordinal",
    "date",
    "time",
    "duration",
    "minutes",
    "people",
    "phone",
    "card",
    "letters",
)


class Tone(Part):
    """Sines sounding together: for tests and measuring."""

    tone: tuple[Annotated[float, Field(gt=0, lt=4000)], ...]
    seconds: Annotated[float, Field(gt=0, le=600)] = 1.0


class Music(Part):
    """Music on hold made by code, so that no licence hangs on it."""

    music: Literal["calm", "bright"]
    seconds: Annotated[float, Field(gt=1, le=120)] = 24.0


class Silence(Part):
    """Nothing for a moment: what a comma is to a reader."""

    silence: Annotated[float, Field(gt=0, le=10)]


Sound = str | Tone | Music | Silence
"""A text for the voice, or a sound made by code."""


class CatalogueFile(Part):
    """One file of prompts."""

    schema_: Literal["prompts/1"] = Field(alias="schema")
    language: str
    prompts: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Sound]


@dataclass(frozen=True, slots=True)
class Slot:
    """A value spoken in the middle of a prompt."""

    kind: str
    name: str


Segment = str | Slot


@dataclass(slots=True)
class Catalogue:
    """All prompts known: what a menu may say, and which sounds must exist for it."""

    sounds: dict[str, dict[str, Sound]] = field(default_factory=dict)
    """language -> piece id -> sound."""
    segments: dict[str, dict[str, tuple[Segment, ...]]] = field(default_factory=dict)
    """language -> prompt id -> pieces and slots in order."""
    recordings: dict[tuple[str, str], Recording] = field(default_factory=dict)
    """(language, piece id) -> a recording by a person, which replaces the made sound."""
    voices: Mapping[str, VoicePart] = field(default_factory=dict)
    """language -> who speaks it."""
    unread: set[str] = field(default_factory=set)
    """Names of the files with faults, none of whose prompts are here."""

    def has(self, language: str, prompt: str) -> bool:
        """Whether a prompt can be said in a language."""
        return prompt in self.segments.get(language, ()) or prompt in self.segments.get(ANY, ())

    def of(self, language: str, prompt: str) -> tuple[Segment, ...]:
        """The pieces and slots of a prompt; empty when it is unknown."""
        return self.segments.get(language, {}).get(prompt) or self.segments.get(ANY, {}).get(prompt, ())

    def sound(self, language: str, piece: str) -> Sound:
        """What a piece is made from; an empty text when it is unknown."""
        return self.sounds.get(language, {}).get(piece) or self.sounds.get(ANY, {}).get(piece, "")

    def recording(self, language: str, piece: str) -> Recording | None:
        """The recording of a piece, if a person has made one."""
        own = language if piece in self.sounds.get(language, ()) else ANY
        return self.recordings.get((own, piece))

    def voice(self, language: str) -> VoicePart:
        """Who speaks a language."""
        return self.voices.get(language, ESPEAK)

    def slots(self, language: str, prompt: str) -> tuple[Slot, ...]:
        """The slots of a prompt."""
        return tuple(each for each in self.of(language, prompt) if isinstance(each, Slot))

    def ids(self, language: str) -> set[str]:
        """Every prompt that can be said in a language."""
        return {*self.segments.get(language, ()), *self.segments.get(ANY, ())}

    def languages(self) -> tuple[str, ...]:
        """The languages with a file of their own."""
        return tuple(sorted(set(self.segments) - {ANY}))

    def add(self, language: str, prompt: str, sound: Sound) -> None:
        """Put one prompt in, replacing one of the same id."""
        pieces = self.sounds.setdefault(language, {})
        if not isinstance(sound, str):
            pieces[prompt] = sound
            self.segments.setdefault(language, {})[prompt] = (prompt,)
            return
        parts = tuple(_parts(prompt, sound))
        pieces.update((part, text) for part, text in parts if isinstance(part, str))
        self.segments.setdefault(language, {})[prompt] = tuple(part for part, _ in parts)

    def add_words(self, words: Mapping[str, Mapping[str, Sound]]) -> None:
        """Add words of phrases (language -> id -> sound); their ids have dots, so they never meet a prompt's."""
        for language, sounds in words.items():
            self.sounds.setdefault(language, {}).update(sounds)


def _parts(prompt: str, text: str) -> Iterator[tuple[Segment, str]]:
    """Cut a text at its slots; parts without a letter (a full stop after a slot) make no sound."""
    pieces = SLOT.split(text)
    fixed = pieces[0::3]
    slots = list(zip(pieces[1::3], pieces[2::3], strict=True))
    for at, part in enumerate(fixed):
        if any(letter.isalnum() for letter in part):
            yield (f"{prompt}.{at + 1}" if slots else prompt), part.lstrip(" .,;:").rstrip(" ,;:")
        if at < len(slots):
            yield Slot(*slots[at]), ""


def load(folders: Sequence[Path], faults: list[Fault]) -> Catalogue:
    """Read every *.yaml of the folders; a later folder's prompt replaces an earlier one's."""
    catalogue = Catalogue()
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            found, source = document.load(CatalogueFile, path, faults)
            if found is None:
                catalogue.unread.add(path.stem)
                continue
            faults.extend(_check(found, source))
            for prompt, sound in found.prompts.items():
                catalogue.add(found.language, prompt, sound)
        catalogue.recordings.update(find_recordings(folder, faults))
    return catalogue


def _check(found: CatalogueFile, source: Document) -> Iterable[Fault]:
    expected = source.path.stem
    if found.language not in (expected, ANY):
        yield source.fault(
            ("language",),
            f"language {found.language} in a file named {expected}",
            f"write language: {expected}",
        )
    for prompt, sound in found.prompts.items():
        at = ("prompts", prompt)
        if not isinstance(sound, str):
            continue
        if found.language == ANY:
            what = f"no voice can say {prompt}, which is for every language"
            yield source.fault(at, what, "give it a tone or music, or move it to the file of a language")
        elif not sound.strip():
            yield source.fault(at, f"prompt {prompt} has no words", "write what is to be said")
        for kind, _ in SLOT.findall(sound):
            if kind not in KINDS:
                yield source.fault(at, f"slot kind {kind} is not known", document.suggest(kind, KINDS))
        if "{" in SLOT.sub("", sound) or "}" in SLOT.sub("", sound):
            yield source.fault(at, f"prompt {prompt} has a broken slot", "slots look like {digits:last4}")
        fixed = SLOT.sub("", sound)
        if _CARD_NUMBER.search(fixed):
            mend = "nobody's card number stands in a file: speak its ending, {card:last4}"
            yield source.fault(at, f"prompt {prompt} may hold a card number", mend)
        elif any(map(str.isdigit, fixed)):
            mend = "write it in words, as it is to be said, or as a slot"
            yield source.warning(
                at, f"prompt {prompt} holds figures, which each voice reads in its own way", mend
            )
