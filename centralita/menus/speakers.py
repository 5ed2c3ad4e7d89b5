"""Who speaks each language: `voices:` of centre.yaml and the prompts that are there, read without the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from base.document import Fault, load, read, refuse, suggest
from ivr.wording import load_wording
from media.voice import open_voice
from routing.centre import Centre
from routing.config import short

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from media.catalogue import Catalogue
    from media.voice import VoicePart


class Speech(NamedTuple):
    """What the centre can say."""

    catalogue: Catalogue
    folder: Path
    """Where the prompts stand."""
    faults: list[Fault]


def load_speech(config: Path) -> Speech:
    """Only the prompts, also while other files have faults. Raises DocumentError where no prompt can be read."""
    faults: list[Fault] = []
    centre, _ = load(Centre, config / "centre.yaml", faults)
    refuse(faults)
    if centre is None:
        raise AssertionError("a file without faults is there")
    folder = short(config / centre.prompts)
    wording = load_wording([folder], faults)
    if wording.unread:
        refuse(faults)
    wording.voices = voices_of(centre, config)
    faults.extend(speechless(wording, config))
    return Speech(wording, folder, faults)


def voices_of(centre: Centre, folder: Path) -> Mapping[str, VoicePart]:
    """The voices that are chosen, by language; their files lie beside centre.yaml."""
    return {language: part.beside(folder) for language, part in centre.voices.items()}


def speechless(wording: Catalogue, folder: Path) -> Iterator[Fault]:
    """Languages with prompts that their voice cannot speak, and voices of languages without prompts."""
    document = read(folder / "centre.yaml")
    languages = wording.languages()
    for language in wording.voices:
        if language not in languages and not wording.unread:
            what, mend = f"there are no prompts in {language}", suggest(language, languages)
            yield document.fault(("voices", language), what, mend)
    for language in languages:
        wrong = open_voice(wording.voice(language)).fault(language)
        if wrong is not None:
            what, mend = wrong
            if language not in wording.voices:
                mend = f"name one that speaks {language} under voices:"
            yield document.fault(("voices", language), what, mend)
