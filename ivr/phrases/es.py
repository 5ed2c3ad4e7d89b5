"""Spanish number words: apocope before a noun (un euro, veintiún euros), cien and ciento, mil alone, feminines.

"Mil doscientos treinta y cuatro euros con cincuenta céntimos." RAE, Nueva gramática s.21; CLDR plurals: one, other.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.phrases.word import Gender, Language, Word, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

_SMALL = listed(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete "
    "veintiocho veintinueve"
)
_TENS = listed("treinta cuarenta cincuenta sesenta setenta ochenta noventa")
_HUNDREDS = listed("doscient trescient cuatrocient quinient seiscient setecient ochocient novecient")
_MONEY = {
    "eur": ("euro", "euros", "céntimo", "céntimos"),
    "usd": ("dólar", "dólares", "centavo", "centavos"),
    "pln": ("esloti", "eslotis", "grosz", "groszy"),
}


def _words() -> Iterator[tuple[Word, str]]:
    for value in range(100):
        tens, ones = divmod(value, 10)
        plain = _SMALL[value] if value < 30 else _TENS[tens - 3] + (f" y {_SMALL[ones]}" if ones else "")
        yield f"n.{value}", plain
        if ones == 1 and value != 11:
            yield f"n.{value}.m", "veintiún" if value == 21 else plain[:-1]
            yield f"n.{value}.f", plain[:-1] + "a"
    yield from (("n.100", "cien"), ("n.100.and", "ciento"), ("n.thousand", "mil"), ("con", "con"))
    for at, stem in enumerate(_HUNDREDS, start=2):
        yield from ((f"n.{at}00", f"{stem}os"), (f"n.{at}00.f", f"{stem}as"))
    for currency, (one, other, cent, cents) in _MONEY.items():
        yield from ((f"{currency}.one", one), (f"{currency}.other", other))
        yield from ((f"{currency}.sub.one", cent), (f"{currency}.sub.other", cents))


WORDS = MappingProxyType(dict(_words()))


def number(value: int, gender: Gender = Gender.MASCULINE) -> tuple[Word, ...]:
    """A whole number standing alone: uno, veintiuno; feminine: una, veintiuna."""
    return _number(value, ".f" if gender is Gender.FEMININE else "")


def unit(count: int, currency: str) -> tuple[Word, ...]:
    """Un euro, veintiún euros."""
    return (*_number(count, ".m"), f"{currency.lower()}.{_plural(count)}")


def subunit(count: int, currency: str) -> tuple[Word, ...]:
    """Un céntimo, veintiún céntimos."""
    return (*_number(count, ".m"), f"{currency.lower()}.sub.{_plural(count)}")


def _number(value: int, form: str) -> tuple[Word, ...]:
    """`form` is .m before a masculine noun, .f before a feminine one, empty for a number standing alone."""
    thousands, rest = divmod(value, 1000)
    spoken: tuple[Word, ...] = ()
    if thousands == 1:
        spoken = ("n.thousand",)  # never "un mil"
    elif thousands:
        # One is cut before mil whatever is counted (veintiún mil personas); hundreds agree (doscientas mil).
        spoken = (*_below_thousand(thousands, ones=".m", hundreds=form), "n.thousand")
    if rest or not spoken:
        spoken += _below_thousand(rest, ones=form, hundreds=form)
    return spoken


def _below_thousand(value: int, *, ones: str, hundreds: str) -> tuple[Word, ...]:
    count, small = divmod(value, 100)
    spoken: tuple[Word, ...] = ()
    if count == 1:
        spoken = ("n.100.and",) if small else ("n.100",)
    elif count:
        spoken = (f"n.{count}00.f" if hundreds == ".f" else f"n.{count}00",)
    if small or not spoken:
        cut = ones if small % 10 == 1 and small != 11 else ""
        spoken += (f"n.{small}{cut}",)
    return spoken


def _plural(count: int) -> str:
    return "one" if count == 1 else "other"


LANGUAGE = Language(WORDS, number, unit, subunit, join=("con",))
