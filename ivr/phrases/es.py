"""Spanish of Spain: apocope before a noun (un euro, veintiún euros), cien and ciento, mil alone, feminines, millón de.

"Mil doscientos treinta y cuatro euros con cincuenta céntimos." RAE, Nueva gramática (NGLE) s.21; Ortografía (OLE)
s.VIII. CLDR plurals: one, other, and many for exact millions.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.phrases.word import AND, MINUS, PAUSE, PLUS, Gender, Language, Word, Words, listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

M, F = Gender.MASCULINE, Gender.FEMININE
_SMALL = listed(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete "
    "veintiocho veintinueve"
)
_TENS = listed("treinta cuarenta cincuenta sesenta setenta ochenta noventa")
_HUNDREDS = listed("doscient trescient cuatrocient quinient seiscient setecient ochocient novecient")
_ORDINALS = listed("primer segund tercer cuart quint sext séptim octav noven")
_ORDINAL_TEENS = listed(
    "décim undécim duodécim decimotercer decimocuart decimoquint decimosext decimoséptim decimoctav decimonoven"
)
_ORDINAL_TWENTIES = listed(
    "vigésim vigesimoprimer vigesimosegund vigesimotercer vigesimocuart vigesimoquint vigesimosext vigesimoséptim "
    "vigesimoctav vigesimonoven"
)
_ORDINAL_TENS = listed("trigésim cuadragésim quincuagésim sexagésim septuagésim octogésim nonagésim")
_ORDINAL_HUNDREDS = listed(
    "centésim ducentésim tricentésim cuadringentésim quingentésim sexcentésim septingentésim octingentésim "
    "noningentésim"
)
_MONTHS = listed("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")
# OLE s.I.5.4.3: "i griega" is as right as "ye", and the name that callers in Spain know.
_LETTERS = {
    "A": "a", "B": "be", "C": "ce", "D": "de", "E": "e", "F": "efe", "G": "ge", "H": "hache", "I": "i", "J": "jota",
    "K": "ka", "L": "ele", "M": "eme", "N": "ene", "Ñ": "eñe", "O": "o", "P": "pe", "Q": "cu", "R": "erre",
    "S": "ese", "T": "te", "U": "u", "V": "uve", "W": "uve doble", "X": "equis", "Y": "i griega", "Z": "zeta",
}  # fmt: skip
_NOUNS = {
    "eur": (M, "euro", "euros"),
    "eur.sub": (M, "céntimo", "céntimos"),
    "usd": (M, "dólar", "dólares"),
    "usd.sub": (M, "centavo", "centavos"),
    "pln": (M, "esloti", "eslotis"),
    "pln.sub": (M, "grosz", "groszy"),
    "person": (F, "persona", "personas"),
    "hour": (F, "hora", "horas"),
    "minute": (M, "minuto", "minutos"),
    "second": (M, "segundo", "segundos"),
}
_LITTLE = {
    AND: "y",
    MINUS: "menos",
    PAUSE: ",",
    PLUS: "más",
    "w.con": "con",
    "w.de": "de",
    "w.la": "la",
    "w.las": "las",
}


def _words() -> Iterator[tuple[Word, str]]:
    for value in range(100):
        tens, ones = divmod(value, 10)
        plain = _SMALL[value] if value < 30 else _TENS[tens - 3] + (f" y {_SMALL[ones]}" if ones else "")
        yield f"n.{value}", plain
        if ones == 1 and value != 11:
            yield f"n.{value}.m", "veintiún" if value == 21 else plain[:-1]
            yield f"n.{value}.f", plain[:-1] + "a"
    yield from (("n.100", "cien"), ("n.100.and", "ciento"), ("n.thousand", "mil"))
    yield from (("n.million", "millón"), ("n.millions", "millones"))
    for at, stem in enumerate(_HUNDREDS, start=2):
        yield from ((f"n.{at}00", f"{stem}os"), (f"n.{at}00.f", f"{stem}as"))
    for value, stem in _ordinal_stems():
        yield from ((f"ord.{value}.m", f"{stem}o"), (f"ord.{value}.f", f"{stem}a"))
    for noun, (_, one, other) in _NOUNS.items():
        yield from ((f"{noun}.one", one), (f"{noun}.other", other))
    yield from ((f"month.{at}", month) for at, month in enumerate(_MONTHS, start=1))
    yield from ((f"letter.{letter}", name) for letter, name in _LETTERS.items())
    yield from _LITTLE.items()


def _ordinal_stems() -> Iterator[tuple[int, str]]:
    yield from enumerate((*_ORDINALS, *_ORDINAL_TEENS, *_ORDINAL_TWENTIES), start=1)
    yield from zip(range(30, 100, 10), _ORDINAL_TENS, strict=True)
    yield from zip(range(100, 1000, 100), _ORDINAL_HUNDREDS, strict=True)


WORDS = MappingProxyType(dict(_words()))


def number(value: int, gender: Gender = M) -> Words:
    """A whole number standing alone: uno, veintiuno; feminine: una, veintiuna."""
    return _number(value, ".f" if gender is F else "")


def counted(count: int, noun: str) -> Words:
    """Un euro, veintiún euros, veintiuna personas, un millón de euros, un millón cien mil euros."""
    gender = _NOUNS[noun][0]
    of = ("w.de",) if count and not count % 10**6 else ()  # millón is a noun of its own (NGLE s.21.2)
    return (*_number(count, f".{gender.value}"), *of, f"{noun}.{'one' if count == 1 else 'other'}")


def ordinal(value: int, gender: Gender = M) -> Words:
    """Primero, vigesimoprimero, trigésimo primero; each word agrees: trigésima primera (OLE s.VIII.3.2)."""
    form = "f" if gender is F else "m"
    hundreds, small = 100 * (value // 100), value % 100
    tens, ones = (small - small % 10, small % 10) if small >= 30 else (0, small)
    return tuple(f"ord.{part}.{form}" for part in (hundreds, tens, ones) if part)


def day(on: date) -> Words:
    """Veintiuno de noviembre de dos mil veintiséis; uno de enero."""
    return (f"n.{on.day}", "w.de", f"month.{on.month}", "w.de", *number(on.year))


def time(hour: int, minute: int) -> Words:
    """Las catorce treinta, la una, las veintiuna horas, las catorce horas y cinco minutos (OLE s.VIII.5.1.1.2).

    What no clock face shows (0, 13 to 23) sounds whole only with `horas`, unless two figures of minutes follow.
    """
    spoken: Words = ("w.la" if hour == 1 else "w.las", *number(hour, F))
    if minute >= 10:
        return (*spoken, f"n.{minute}")
    if not 1 <= hour <= 12:
        spoken += ("hour.other",)
    return (*spoken, AND, *counted(minute, "minute")) if minute else spoken


def _number(value: int, form: str) -> Words:
    """`form` is .m before a masculine noun, .f before a feminine one, empty for a number standing alone."""
    millions, rest = divmod(value, 10**6)
    spoken: Words = ()
    if millions:
        # What is counted here are millions, masculine whatever comes after: doscientos millones de personas.
        spoken = (*_below_million(millions, ".m"), "n.million" if millions == 1 else "n.millions")
    return spoken + _below_million(rest, form) if rest or not spoken else spoken


def _below_million(value: int, form: str) -> Words:
    thousands, rest = divmod(value, 1000)
    spoken: Words = ()
    if thousands == 1:
        spoken = ("n.thousand",)  # never "un mil"
    elif thousands:
        # Before mil one may be cut whatever is counted (veintiún mil personas); hundreds agree (doscientas mil).
        spoken = (*_below_thousand(thousands, ones=".m", hundreds=form), "n.thousand")
    return spoken + _below_thousand(rest, ones=form, hundreds=form) if rest or not spoken else spoken


def _below_thousand(value: int, *, ones: str, hundreds: str) -> Words:
    count, small = divmod(value, 100)
    spoken: Words = ()
    if count == 1:
        spoken = ("n.100.and",) if small else ("n.100",)
    elif count:
        spoken = (f"n.{count}00.f" if hundreds == ".f" else f"n.{count}00",)
    if small or not spoken:
        cut = ones if small % 10 == 1 and small != 11 else ""
        spoken += (f"n.{small}{cut}",)
    return spoken


LANGUAGE = Language(WORDS, number, counted, ordinal, day, time, with_subunits=("w.con",), home="34")
