"""All that can be spoken: the prompts of some folders together with the words of spoken phrases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import Fault, suggest
from ivr import phrases
from media import catalogue
from media.catalogue import Silence
from media.sound import fault_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from media.catalogue import Catalogue


def load_wording(folders: Sequence[Path], faults: list[Fault]) -> Catalogue:
    """Read the folders, the later overriding the earlier, and add the words of phrases in the languages found."""
    wording = catalogue.load(folders, faults)
    pause = Silence(silence=phrases.PAUSE_SECONDS)
    wording.add_words(
        {
            each: {**phrases.words(each), phrases.PAUSE: pause}
            for each in wording.languages()
            if each in phrases.LANGUAGES
        }
    )
    faults.extend(_recordings(wording))
    return wording


def _recordings(wording: Catalogue) -> Iterator[Fault]:
    """Recordings that cannot be played, and those that nothing would ever play."""
    for (language, piece), path in wording.recordings.items():
        known = wording.sounds.get(language, {})
        if piece not in known and not wording.unread:
            prompts = wording.segments.get(language, {}).values()
            mend = suggest(piece, (each for parts in prompts for each in parts if isinstance(each, str)))
            yield Fault(str(path), 1, f"no prompt in {language} has a piece {piece}", mend)
        elif wrong := fault_of(path):
            yield Fault(str(path), 1, wrong, "save it as 16-bit PCM WAV")
