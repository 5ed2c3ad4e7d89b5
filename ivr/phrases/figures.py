"""Figures and letters one by one: references, card endings, telephone numbers, check letters.

Told from the value alone: their ids (`n.7`, `letter.L`) are the same in every language.
"""

from __future__ import annotations

import re
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.phrases.word import PAUSE, PLUS, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ivr.phrases.word import Word, Words

LONGEST = 34
"""Characters; the longest thing that is read out is an IBAN."""
_SEPARATORS = re.compile(r"[ ./-]")
_FIGURES = re.compile(r"[0-9]+")
_RUN = re.compile(r"[0-9]+|[^0-9]+")
_E164 = re.compile(r"\+([1-9][0-9]{6,14})")
_CARD_ENDING = 4
_MEMORY = 4
"""So many figures are kept in mind without a pause."""

# ITU-T E.164: the country codes of one and of two figures; all others have three.
_SHORT_CODES = frozenset(
    listed(
        "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 "
        "81 82 84 86 90 91 92 93 94 95 98"
    )
)
_PLANS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"1": (3, 3, 4), "34": (3, 2, 2, 2), "44": (3, 3, 4), "48": (3, 3, 3)}
)
"""Country code -> the groups in which people there say a national number."""


def digits(value: str) -> Words:
    """Figures one by one, in groups that can be kept in mind; empty for anything else."""
    return _spelled(value) if _FIGURES.fullmatch(_SEPARATORS.sub("", value)) else ()


def card(value: str) -> Words:
    """The last four figures: more of a card number is never said, whatever the slot is given."""
    plain = _SEPARATORS.sub("", value)
    return _one_by_one(plain[-_CARD_ENDING:]) if _FIGURES.fullmatch(plain) else ()


def letters(value: str, known: Mapping[Word, str]) -> Words:
    """Letters and figures one by one; empty if one of them has no name in this language."""
    spoken = _spelled(value.upper())
    return spoken if all(each in known for each in spoken) else ()


def phone(value: str, home: str) -> Words:
    """An E.164 number as people read it back: their own country's without its code, others with plus and the code.

    Figure by figure, so that it can be compared with what is written; in the groups of its country.
    """
    found = _E164.fullmatch(value)
    if found is None:
        return ()
    figures = found[1]
    code = next((figures[:at] for at in (1, 2) if figures[:at] in _SHORT_CODES), figures[:3])
    national = figures[len(code) :]
    groups = _cut(national, _PLANS[code]) if sum(_PLANS.get(code, ())) == len(national) else _groups(national)
    return _in_groups(groups) if code == home else (PLUS, *_in_groups(chain((code,), groups)))


def _spelled(value: str) -> Words:
    """In the groups that the writer made; figures apart from letters."""
    if len(value) > LONGEST:
        return ()
    runs = chain.from_iterable(_RUN.findall(part) for part in _SEPARATORS.split(value))
    return _in_groups(chain.from_iterable(map(_groups, runs)))


def _groups(figures: str) -> Iterator[str]:
    """Up to four in one; else threes, or fours where they come out even, and never one figure alone."""
    count = len(figures)
    if count <= _MEMORY:
        return iter((figures,))
    size = 4 if count % 4 == 0 else 3
    sizes = [size] * (count // size)
    if count % size == 1:
        sizes[-1] += 1
    elif count % size:
        sizes.append(count % size)
    return _cut(figures, sizes)


def _cut(figures: str, sizes: Iterable[int]) -> Iterator[str]:
    at = 0
    for size in sizes:
        yield figures[at : at + size]
        at += size


def _in_groups(groups: Iterable[str]) -> Words:
    spoken: Words = ()
    for group in groups:
        spoken += (*((PAUSE,) if spoken else ()), *_one_by_one(group))
    return spoken


def _one_by_one(characters: str) -> Words:
    return tuple(f"n.{each}" if each in "0123456789" else f"letter.{each}" for each in characters)
