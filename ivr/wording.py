"""All that can be spoken: the prompts of some folders together with the words of spoken phrases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import Fault, suggest
from ivr import phrases
from media import catalogue
from media.catalogue import Silence

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
    """Recordings that nothing would ever play."""
    for (language, piece), recording in wording.recordings.items():
        known = wording.sounds.get(language, {})
        if piece in known or wording.unread:
            continue
        prompts = wording.segments.get(language, {})
        parts = [each for each in prompts.get(piece, ()) if isinstance(each, str)]
        if parts:
            what, mend = f"the prompt {piece} has slots", f"record its fixed parts: {', '.join(parts)}"
        elif piece in prompts:
            what, mend = f"the prompt {piece} has slots and no fixed part to be recorded", "remove it"
        elif not known:
            what, mend = f"there are no prompts in {language}", suggest(language, wording.sounds)
        else:
            what = f"no prompt in {language} has a piece {piece}"
            every = (each for parts in prompts.values() for each in parts if isinstance(each, str))
            near = suggest(piece, every)
            mend = near if near.startswith("did you mean") else f"write its text in {language}.yaml"
        yield Fault(str(recording.path), 1, what, mend)
