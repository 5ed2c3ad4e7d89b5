"""Polish number words: jeden, dwa, pięć take their noun in three forms (złoty, złote, złotych); dwie before feminines.

"Tysiąc dwieście trzydzieści cztery złote pięćdziesiąt groszy." CLDR plurals: one (1), few (2-4, 22-24, never 12-14),
many (the rest, whole numbers). Euro is not declined and neuter: jedno euro, dwa euro.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.phrases.word import Gender, Language, Word, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

_SMALL = listed(
    "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście trzynaście "
    "czternaście piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście"
)
_TENS = listed(
    "dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt "
    "dziewięćdziesiąt"
)
_HUNDREDS = listed("sto dwieście trzysta czterysta pięćset sześćset siedemset osiemset dziewięćset")
_FORMS = {
    "thousand": ("tysiąc", "tysiące", "tysięcy"),
    "eur": ("euro", "euro", "euro"),
    "eur.sub": ("cent", "centy", "centów"),
    "usd": ("dolar", "dolary", "dolarów"),
    "usd.sub": ("cent", "centy", "centów"),
    "pln": ("złoty", "złote", "złotych"),
    "pln.sub": ("grosz", "grosze", "groszy"),
}
_NEUTER = ("eur",)


def _words() -> Iterator[tuple[Word, str]]:
    for value in range(100):
        tens, ones = divmod(value, 10)
        plain = _SMALL[value] if value < 20 else _TENS[tens - 2] + (f" {_SMALL[ones]}" if ones else "")
        yield f"n.{value}", plain
        if ones == 2 and value != 12:
            yield f"n.{value}.f", plain[:-1] + "ie"
    yield from (("n.1.f", "jedna"), ("n.1.n", "jedno"))
    yield from ((f"n.{at}00", word) for at, word in enumerate(_HUNDREDS, start=1))
    for noun, forms in _FORMS.items():
        yield from (
            (f"{noun}.{plural}", form) for plural, form in zip(("one", "few", "many"), forms, strict=True)
        )


WORDS = MappingProxyType(dict(_words()))


def number(value: int, gender: Gender = Gender.MASCULINE) -> tuple[Word, ...]:
    """A whole number; one and two agree with what is counted, but 21 is dwadzieścia jeden for all."""
    thousands, rest = divmod(value, 1000)
    spoken: tuple[Word, ...] = ()
    if thousands == 1:
        spoken = ("thousand.one",)
    elif thousands:
        spoken = (*_below_thousand(thousands, Gender.MASCULINE), f"thousand.{plural(thousands)}")
    if rest or not spoken:
        # "Tysiąc jeden", "sto jeden": one agrees only when it is the whole number.
        spoken += _below_thousand(rest, gender, alone=not spoken)
    return spoken


def unit(count: int, currency: str) -> tuple[Word, ...]:
    """Jeden złoty, dwa złote, pięć złotych; jedno euro."""
    noun = currency.lower()
    gender = Gender.NEUTER if noun in _NEUTER else Gender.MASCULINE
    return (*number(count, gender), f"{noun}.{plural(count)}")


def subunit(count: int, currency: str) -> tuple[Word, ...]:
    """Jeden grosz, dwa grosze, pięć groszy."""
    return (*number(count, Gender.MASCULINE), f"{currency.lower()}.sub.{plural(count)}")


def plural(count: int) -> str:
    """The CLDR class of a whole number."""
    if count == 1:
        return "one"
    return "few" if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else "many"


def _below_thousand(value: int, gender: Gender, *, alone: bool = True) -> tuple[Word, ...]:
    hundreds, small = divmod(value, 100)
    spoken: tuple[Word, ...] = (f"n.{hundreds}00",) if hundreds else ()
    if not small and spoken:
        return spoken
    form = ""
    if small == 1 and alone and not spoken and gender is not Gender.MASCULINE:
        form = f".{gender.value}"
    elif small % 10 == 2 and small != 12 and gender is Gender.FEMININE:
        form = ".f"
    return (*spoken, f"n.{small}{form}")


LANGUAGE = Language(WORDS, number, unit, subunit, join=())
