"""English number words: "one thousand two hundred thirty-four euros and fifty cents". CLDR plurals: one, other."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.phrases.word import Gender, Language, Word, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

_SMALL = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = listed("twenty thirty forty fifty sixty seventy eighty ninety")
_MONEY = {
    "eur": ("euro", "euros", "cent", "cents"),
    "usd": ("dollar", "dollars", "cent", "cents"),
    "pln": ("zloty", "zlotys", "grosz", "groszy"),
}


def _words() -> Iterator[tuple[Word, str]]:
    for value in range(100):
        tens, ones = divmod(value, 10)
        yield (
            f"n.{value}",
            _SMALL[value] if value < 20 else _TENS[tens - 2] + (f"-{_SMALL[ones]}" if ones else ""),
        )
    for hundreds in range(1, 10):
        yield f"n.{hundreds}00", f"{_SMALL[hundreds]} hundred"
    yield "n.thousand", "thousand"
    yield "and", "and"
    for currency, (one, other, cent, cents) in _MONEY.items():
        yield from ((f"{currency}.one", one), (f"{currency}.other", other))
        yield from ((f"{currency}.sub.one", cent), (f"{currency}.sub.other", cents))


WORDS = MappingProxyType(dict(_words()))


def number(value: int, gender: Gender = Gender.MASCULINE) -> tuple[Word, ...]:
    """A whole number; English counts know no gender."""
    thousands, rest = divmod(value, 1000)
    spoken: tuple[Word, ...] = (*number(thousands), "n.thousand") if thousands else ()
    hundreds, small = divmod(rest, 100)
    if hundreds:
        spoken += (f"n.{hundreds}00",)
    if small or not spoken:
        spoken += (f"n.{small}",)
    return spoken


def unit(count: int, currency: str) -> tuple[Word, ...]:
    """One euro, two euros."""
    return (*number(count), f"{currency.lower()}.{_plural(count)}")


def subunit(count: int, currency: str) -> tuple[Word, ...]:
    """One cent, two cents."""
    return (*number(count), f"{currency.lower()}.sub.{_plural(count)}")


def _plural(count: int) -> str:
    return "one" if count == 1 else "other"


LANGUAGE = Language(WORDS, number, unit, subunit, join=("and",))
