"""What each language's file of spoken phrases offers."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

Word = str
"""The id of a word's sound, e.g. `n.21` or `eur.one`."""


class Gender(Enum):
    """Gender of what is counted."""

    MASCULINE = "m"
    FEMININE = "f"
    NEUTER = "n"


class MoneyGrammar(Protocol):
    """A language."""

    WORDS: Mapping[Word, str]
    JOIN: tuple[Word, ...]
    """Between units and subunits."""

    def number(self, value: int, gender: Gender, /) -> tuple[Word, ...]:
        """A whole number, 0 to 999,999."""

    def unit(self, count: int, currency: str, /) -> tuple[Word, ...]:
        """A count of euros, złotys or dollars."""

    def subunit(self, count: int, currency: str, /) -> tuple[Word, ...]:
        """A count of cents or grosze."""
