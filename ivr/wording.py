"""All that can be spoken: the prompts of some folders together with the number words of every language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr import phrases
from media import catalogue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from base.document import Fault
    from media.catalogue import Catalogue


def load_wording(folders: Sequence[Path], faults: list[Fault]) -> Catalogue:
    """Read the folders, the later overriding the earlier, and add the number words of the languages found."""
    wording = catalogue.load(folders, faults)
    wording.add_words(
        {each: phrases.words(each) for each in wording.languages() if each in phrases.LANGUAGES}
    )
    return wording
