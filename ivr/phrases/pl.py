"""Polish: jeden, dwa, pięć take their noun in three forms (złoty, złote, złotych); dwie before feminines.

"Tysiąc dwieście trzydzieści cztery złote pięćdziesiąt groszy." CLDR plurals: one (1), few (2-4, 22-24, never 12-14),
many (the rest, whole numbers). Euro is not declined and neuter: jedno euro, dwa euro.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.phrases.word import AND, MINUS, PAUSE, PLUS, Gender, Language, Word, Words, listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

M, F, N = Gender.MASCULINE, Gender.FEMININE, Gender.NEUTER
_SMALL = listed(
    "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście trzynaście "
    "czternaście piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście"
)
_TENS = listed(
    "dwadzieścia trzydzieści czterdzieści pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt "
    "dziewięćdziesiąt"
)
_HUNDREDS = listed("sto dwieście trzysta czterysta pięćset sześćset siedemset osiemset dziewięćset")
_SCALES = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
_ORDINALS = listed(
    "pierwsz drug trzec czwart piąt szóst siódm ósm dziewiąt dziesiąt jedenast dwunast trzynast czternast piętnast "
    "szesnast siedemnast osiemnast dziewiętnast"
)
_ORDINAL_TENS = listed(
    "dwudziest trzydziest czterdziest pięćdziesiąt sześćdziesiąt siedemdziesiąt osiemdziesiąt dziewięćdziesiąt"
)
_ORDINAL_HUNDREDS = listed(
    "setn dwusetn trzechsetn czterechsetn pięćsetn sześćsetn siedemsetn osiemsetn dziewięćsetn"
)
_ORDINAL_THOUSANDS = listed("tysięczn dwutysięczn")
# Masculine, feminine, neuter, and the genitive of dates.
_HARD = {"m": "y", "f": "a", "n": "e", "g": "ego"}
_ENDINGS = {
    2: {"m": "i", "f": "a", "n": "ie", "g": "iego"},
    3: {"m": "i", "f": "ia", "n": "ie", "g": "iego"},
}
_MONTHS = listed(
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia"
)
_LETTERS = {
    "A": "a", "Ą": "a z ogonkiem", "B": "be", "C": "ce", "Ć": "ce z kreską", "D": "de", "E": "e",
    "Ę": "e z ogonkiem", "F": "ef", "G": "gie", "H": "ha", "I": "i", "J": "jot", "K": "ka", "L": "el",
    "Ł": "el z kreską", "M": "em", "N": "en", "Ń": "en z kreską", "O": "o", "Ó": "o z kreską", "P": "pe", "Q": "ku",
    "R": "er", "S": "es", "Ś": "es z kreską", "T": "te", "U": "u", "V": "fau", "W": "wu", "X": "iks",
    "Y": "igrek", "Z": "zet", "Ź": "zet z kreską", "Ż": "zet z kropką",
}  # fmt: skip
_NOUNS = {
    "thousand": (M, "tysiąc", "tysiące", "tysięcy"),
    "million": (M, "milion", "miliony", "milionów"),
    "billion": (M, "miliard", "miliardy", "miliardów"),
    "eur": (N, "euro", "euro", "euro"),
    "eur.sub": (M, "cent", "centy", "centów"),
    "usd": (M, "dolar", "dolary", "dolarów"),
    "usd.sub": (M, "cent", "centy", "centów"),
    "pln": (M, "złoty", "złote", "złotych"),
    "pln.sub": (M, "grosz", "grosze", "groszy"),
    "person": (F, "osoba", "osoby", "osób"),
    "hour": (F, "godzina", "godziny", "godzin"),
    "minute": (F, "minuta", "minuty", "minut"),
    "second": (F, "sekunda", "sekundy", "sekund"),
}
_LITTLE = {
    AND: "i",
    MINUS: "minus",
    PAUSE: ",",
    PLUS: "plus",
    "w.midnight": "północ",
    "w.year": "roku",
}


def _words() -> Iterator[tuple[Word, str]]:
    for value in range(100):
        tens, ones = divmod(value, 10)
        plain = _SMALL[value] if value < 20 else _TENS[tens - 2] + (f" {_SMALL[ones]}" if ones else "")
        yield f"n.{value}", plain
        if ones == 2 and value != 12:
            yield f"n.{value}.f", plain[:-1] + "ie"
    yield from (("n.1.f", "jedna"), ("n.1.n", "jedno"))
    yield from ((f"n.{at}00", word) for at, word in enumerate(_HUNDREDS, start=1))
    for value, stem in _ordinal_stems():
        endings = _ENDINGS.get(value, _HARD)
        yield from ((f"ord.{value}.{form}", stem + ending) for form, ending in endings.items())
    for noun, (_, one, few, many) in _NOUNS.items():
        yield from ((f"{noun}.one", one), (f"{noun}.few", few), (f"{noun}.many", many))
    yield from ((f"month.{at}", month) for at, month in enumerate(_MONTHS, start=1))
    yield from ((f"letter.{letter}", name) for letter, name in _LETTERS.items())
    yield from _LITTLE.items()


def _ordinal_stems() -> Iterator[tuple[int, str]]:
    yield from enumerate(_ORDINALS, start=1)
    yield from zip(range(20, 100, 10), _ORDINAL_TENS, strict=True)
    yield from zip(range(100, 1000, 100), _ORDINAL_HUNDREDS, strict=True)
    yield from zip((1000, 2000), _ORDINAL_THOUSANDS, strict=True)


WORDS = MappingProxyType(dict(_words()))


def number(value: int, gender: Gender = M) -> Words:
    """A whole number; one and two agree with what is counted, but 21 is dwadzieścia jeden for all."""
    spoken: Words = ()
    for size, scale in _SCALES:
        count, value = divmod(value, size)
        if count == 1:
            spoken += (f"{scale}.one",)
        elif count:
            spoken += (*_below_thousand(count, M), f"{scale}.{plural(count)}")
    # "Tysiąc jeden", "sto jeden": one agrees only when it is the whole number.
    return spoken + _below_thousand(value, gender, alone=not spoken) if value or not spoken else spoken


def counted(count: int, noun: str) -> Words:
    """Jeden złoty, dwa złote, pięć złotych; jedno euro; dwie minuty."""
    return (*number(count, _NOUNS[noun][0]), f"{noun}.{plural(count)}")


def ordinal(value: int, gender: Gender = N) -> Words:
    """Pierwsze, dwudzieste pierwsze, sto dwudzieste pierwsze: tens and ones are ordinals, hundreds only when last."""
    return _ordinal(value, gender.value)


def day(on: date) -> Words:
    """Dwudziestego pierwszego listopada dwa tysiące dwudziestego szóstego roku."""
    return (*_ordinal(on.day, "g"), f"month.{on.month}", *_year(on.year), "w.year")


def time(hour: int, minute: int) -> Words:
    """Czternasta trzydzieści; minutes are feminine, but one is `jeden` also alone: dwudziesta dwie, dwudziesta jeden.

    The hour after midnight has no ordinal that people use: zero trzydzieści.
    """
    if not hour and not minute:
        return ("w.midnight",)
    spoken: Words = _ordinal(hour, "f") if hour else ("n.0",)
    return (*spoken, *_below_thousand(minute, F, alone=False)) if minute else spoken


def plural(count: int) -> str:
    """The CLDR class of a whole number."""
    if count == 1:
        return "one"
    return "few" if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else "many"


def _below_thousand(value: int, gender: Gender, *, alone: bool = True) -> Words:
    hundreds, small = divmod(value, 100)
    spoken: Words = (f"n.{hundreds}00",) if hundreds else ()
    if not small and spoken:
        return spoken
    form = ""
    if small == 1 and alone and not spoken and gender is not M:
        form = f".{gender.value}"
    elif small % 10 == 2 and small != 12 and gender is F:
        form = ".f"
    return (*spoken, f"n.{small}{form}")


def _ordinal(value: int, form: str) -> Words:
    hundreds, small = divmod(value, 100)
    if not small:
        return (f"ord.{value}.{form}",)
    tens, ones = (small - small % 10, small % 10) if small >= 20 else (0, small)
    spoken: Words = (f"n.{hundreds}00",) if hundreds else ()
    return spoken + tuple(f"ord.{part}.{form}" for part in (tens, ones) if part)


def _year(year: int) -> Words:
    """In the genitive: dwutysięcznego, dwa tysiące pierwszego, tysiąc dziewięćset dziewięćdziesiątego dziewiątego."""
    thousands, rest = divmod(year, 1000)
    return (*number(thousands * 1000), *_ordinal(rest, "g")) if rest else _ordinal(year, "g")


LANGUAGE = Language(WORDS, number, counted, ordinal, day, time, with_subunits=(), home="48")
