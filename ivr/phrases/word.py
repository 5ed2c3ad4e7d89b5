"""What each language's file of spoken phrases offers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Word = str
"""The id of a word's sound, e.g. `n.21` or `eur.one`."""


class Gender(Enum):
    """Gender of what is counted."""

    MASCULINE = "m"
    FEMININE = "f"
    NEUTER = "n"


@dataclass(frozen=True, slots=True)
class Language:
    """A language's words and grammar."""

    words: Mapping[Word, str]
    number: Callable[[int, Gender], tuple[Word, ...]]
    """A whole number, 0 to 999,999."""
    unit: Callable[[int, str], tuple[Word, ...]]
    """A count of euros, złotys or dollars."""
    subunit: Callable[[int, str], tuple[Word, ...]]
    """A count of cents or grosze."""
    join: tuple[Word, ...]
    """Between units and subunits."""


def listed(words: str) -> tuple[str, ...]:
    """The words of a line, so that a table of them can be read as one."""
    return tuple(words.split())
