"""What each language's file of spoken phrases offers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

Word = str
"""The id of a word's sound, e.g. `n.21` or `eur.one`; it always has a dot, so it never meets a prompt's."""
Words = tuple[Word, ...]

PAUSE = "w.pause"
"""A short silence, a comma in the text."""
PLUS = "w.plus"
MINUS = "w.minus"
AND = "w.and"
"""Before the last of a list."""


class Gender(Enum):
    """Gender of what is counted."""

    MASCULINE = "m"
    FEMININE = "f"
    NEUTER = "n"


@dataclass(frozen=True, slots=True)
class Language:
    """A language's words and grammar."""

    words: Mapping[Word, str]
    number: Callable[[int, Gender], Words]
    """A whole number standing alone, 0 to LARGEST."""
    counted: Callable[[int, str], Words]
    """So many of a noun: `person`, `hour`, `minute`, `second`; `eur`, `eur.sub` and the like for money."""
    ordinal: Callable[[int, Gender], Words]
    """A place in a row, 1 to LARGEST_ORDINAL."""
    day: Callable[[date], Words]
    """A date, of the years 1000 to 2999."""
    time: Callable[[int, int], Words]
    """Hour 0 to 23 and minute."""
    with_subunits: Words
    """Between euros and cents."""
    home: str
    """The country code whose numbers callers of this language hear without it."""


def listed(words: str) -> tuple[str, ...]:
    """The words of a line, so that a table of them can be read as one."""
    return tuple(words.split())
