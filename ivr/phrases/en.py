"""English: "one thousand two hundred thirty-four euros and fifty cents". CLDR plurals: one, other.

American habits, as in the prompts: no "and" inside a number, month before day, a.m. and p.m.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.phrases.word import AND, MINUS, PAUSE, PLUS, Gender, Language, Word, Words, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

_SMALL = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = listed("twenty thirty forty fifty sixty seventy eighty ninety")
_SCALES = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
_ORDINALS = listed(
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_ORDINAL_TENS = listed("twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth")
_MONTHS = listed("January February March April May June July August September October November December")
_LETTERS = {letter: letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXY"} | {"Z": "zee"}
_NOUNS = {
    "eur": ("euro", "euros"),
    "eur.sub": ("cent", "cents"),
    "usd": ("dollar", "dollars"),
    "usd.sub": ("cent", "cents"),
    "pln": ("zloty", "zlotys"),
    "pln.sub": ("grosz", "groszy"),
    "person": ("person", "people"),
    "hour": ("hour", "hours"),
    "minute": ("minute", "minutes"),
    "second": ("second", "seconds"),
}
_LITTLE = {
    AND: "and",
    MINUS: "minus",
    PAUSE: ",",
    PLUS: "plus",
    "w.am": "a.m.",
    "w.hundred": "hundred",
    "w.midnight": "midnight",
    "w.noon": "noon",
    "w.oh": "oh",
    "w.pm": "p.m.",
}


def _words() -> Iterator[tuple[Word, str]]:
    for value in range(100):
        yield f"n.{value}", _below_hundred(value, _SMALL, _TENS)
        if value:
            yield f"ord.{value}", _below_hundred(value, _ORDINALS, _ORDINAL_TENS)
    for hundreds in range(1, 10):
        yield f"n.{hundreds}00", f"{_SMALL[hundreds]} hundred"
        yield f"ord.{hundreds}00", f"{_SMALL[hundreds]} hundredth"
    yield from ((f"n.{scale}", scale) for _, scale in _SCALES)
    for noun, (one, other) in _NOUNS.items():
        yield from ((f"{noun}.one", one), (f"{noun}.other", other))
    yield from ((f"month.{at}", month) for at, month in enumerate(_MONTHS, start=1))
    yield from ((f"letter.{letter}", name) for letter, name in _LETTERS.items())
    yield from _LITTLE.items()


def _below_hundred(value: int, small: Sequence[str], whole_tens: Sequence[str]) -> str:
    """Twenty-one, twenty-first: only the last part differs."""
    if value < 20:
        return small[value]
    tens, ones = divmod(value, 10)
    return f"{_TENS[tens - 2]}-{small[ones]}" if ones else whole_tens[tens - 2]


WORDS = MappingProxyType(dict(_words()))


def number(value: int, gender: Gender = Gender.MASCULINE) -> Words:
    """A whole number; English counts know no gender."""
    del gender
    spoken: Words = ()
    for size, scale in _SCALES:
        count, value = divmod(value, size)
        if count:
            spoken += (*_below_thousand(count), f"n.{scale}")
    return spoken + _below_thousand(value) if value or not spoken else spoken


def counted(count: int, noun: str) -> Words:
    """One euro, two euros."""
    return (*number(count), f"{noun}.{'one' if count == 1 else 'other'}")


def ordinal(value: int, gender: Gender = Gender.NEUTER) -> Words:
    """First, twenty-first, one hundred first."""
    del gender
    hundreds, small = divmod(value, 100)
    if not small:
        return (f"ord.{value}",)
    return (f"n.{hundreds}00", f"ord.{small}") if hundreds else (f"ord.{small}",)


def day(on: date) -> Words:
    """November twenty-first, twenty twenty-six."""
    return (f"month.{on.month}", f"ord.{on.day}", PAUSE, *_year(on.year))


def time(hour: int, minute: int) -> Words:
    """Two thirty p.m., two oh five p.m., noon: nobody has to know whether 12 a.m. is night or day."""
    if not minute and hour in (0, 12):
        return ("w.noon" if hour else "w.midnight",)
    small = ("w.oh", f"n.{minute}") if minute < 10 else (f"n.{minute}",)
    return (f"n.{hour % 12 or 12}", *(small if minute else ()), "w.pm" if hour >= 12 else "w.am")


def _below_thousand(value: int) -> Words:
    hundreds, small = divmod(value, 100)
    spoken: Words = (f"n.{hundreds}00",) if hundreds else ()
    return (*spoken, f"n.{small}") if small or not spoken else spoken


def _year(year: int) -> Words:
    """Two thousand, two thousand one, nineteen hundred, nineteen oh five, twenty twenty-six."""
    century, small = divmod(year, 100)
    if not century % 10 and small < 10:
        return number(year)
    if not small:
        return (f"n.{century}", "w.hundred")
    return (f"n.{century}", *(("w.oh",) if small < 10 else ()), f"n.{small}")


LANGUAGE = Language(WORDS, number, counted, ordinal, day, time, with_subunits=(AND,), home="1")
