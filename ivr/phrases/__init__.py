"""Spoken phrases: values as sequences of words, each with a sound made at set-up, never in a call.

One file per language holds its words and its grammar; what a slot of a prompt may hold is read here. Nothing that is
spoken is remembered: amounts and telephone numbers belong to callers.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.phrases import en, es, figures, pl
from ivr.phrases.word import AND, MINUS, PAUSE, Gender, Language, Word, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {"en": en.LANGUAGE, "es": es.LANGUAGE, "pl": pl.LANGUAGE}
)
CURRENCIES = ("EUR", "PLN", "USD")
LARGEST = 999_999_999_999
LARGEST_ORDINAL = 999
YEARS = range(1000, 3000)
PAUSE_SECONDS = 0.2
"""Between groups of figures and where a comma stands."""

_NUMBER = re.compile(r"-?[0-9]{1,18}")
_COUNT = re.compile(r"[0-9]{1,12}")
_MONEY = re.compile(rf"(-?[0-9]{{1,18}}) ({'|'.join(CURRENCIES)})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")

__all__ = [
    "CURRENCIES",
    "KINDS",
    "LANGUAGES",
    "LARGEST",
    "LARGEST_ORDINAL",
    "PAUSE",
    "PAUSE_SECONDS",
    "YEARS",
    "Gender",
    "counted",
    "day",
    "digits",
    "duration",
    "money",
    "number",
    "ordinal",
    "speak",
    "text",
    "time",
    "words",
]


def words(language: str) -> Mapping[str, str]:
    """Every word of a language by id, with the text its sound is made from; the pause is a comma."""
    return LANGUAGES[language].words


def text(spoken: Iterable[Word], language: str) -> str:
    """The phrase in words, as the voice says it."""
    table = words(language)
    return " ".join(table[word] for word in spoken).replace(f" {table[PAUSE]}", table[PAUSE])


def speak(kind: str, value: str, language: str) -> Words:
    """A slot of a prompt, by kind; a value that does not fit its kind is silent. Never raises for a value."""
    read = _READERS.get(kind)
    return read(value, language) if read is not None else ()


def number(value: int, language: str, *, gender: Gender = Gender.MASCULINE) -> Words:
    """A whole number standing alone; above the largest known it is read figure by figure."""
    if value < 0:
        return (MINUS, *number(-value, language, gender=gender))
    if value > LARGEST:
        return digits(str(value), language)
    return LANGUAGES[language].number(value, gender)


def counted(count: int, noun: str, language: str) -> Words:
    """So many hours, minutes, seconds, people, euros: the number and the noun in the forms that fit each other."""
    return LANGUAGES[language].counted(count, noun)


def ordinal(value: int, language: str, *, gender: Gender = Gender.NEUTER) -> Words:
    """A place in a row, 1 to 999; neuter is a place in a queue (pl `trzecie`) and sounds masculine in Spanish."""
    return LANGUAGES[language].ordinal(value, gender)


def money(minor: int, currency: str, language: str) -> Words:
    """A sum: no subunits when it is round, no units when there are none (but zero is said as zero units)."""
    if minor < 0:
        return (MINUS, *money(-minor, currency, language))
    units, subunits = divmod(minor, 100)
    grammar, noun = LANGUAGES[language], currency.lower()
    spoken: Words = ()
    if units > LARGEST:
        spoken = (*digits(str(units), language), *grammar.counted(0, noun)[-1:])
    elif units or not subunits:
        spoken = grammar.counted(units, noun)
    if units and subunits:
        spoken += grammar.with_subunits
    if subunits:
        spoken += grammar.counted(subunits, f"{noun}.sub")
    return spoken


def day(on: date, language: str) -> Words:
    """A date with its year, one of YEARS."""
    return LANGUAGES[language].day(on)


def time(hour: int, minute: int, language: str) -> Words:
    """A time of day."""
    return LANGUAGES[language].time(hour, minute)


def duration(seconds: int, language: str) -> Words:
    """Hours, minutes and seconds, those that are not zero: one hour, two minutes and five seconds."""
    minutes, left = divmod(seconds, 60)
    counts = {"hour": minutes // 60, "minute": minutes % 60, "second": left}
    parts = [counted(count, noun, language) for noun, count in counts.items() if count]
    if not parts:
        return counted(0, "second", language)
    joins = [*[(PAUSE,)] * (len(parts) - 2), (AND,)][: len(parts) - 1]
    return tuple(chain(*(chain(part, join) for part, join in zip(parts, [*joins, ()], strict=True))))


def digits(value: str, language: str) -> Words:
    """Figures one by one, a pause between groups; empty for anything but figures and what parts them."""
    del language  # the ten words have the same ids everywhere
    return figures.digits(value)


def _number(value: str, language: str) -> Words:
    return number(int(value), language) if _NUMBER.fullmatch(value) else ()


def _ordinal(value: str, language: str) -> Words:
    place = int(value) if _COUNT.fullmatch(value) else 0
    return ordinal(place, language) if 1 <= place <= LARGEST_ORDINAL else ()


def _money(value: str, language: str) -> Words:
    found = _MONEY.fullmatch(value)
    return money(int(found[1]), found[2], language) if found else ()


def _date(value: str, language: str) -> Words:
    if not _DATE.fullmatch(value):
        return ()
    try:
        on = date.fromisoformat(value)
    except ValueError:
        return ()
    return day(on, language) if on.year in YEARS else ()


def _time(value: str, language: str) -> Words:
    found = _TIME.fullmatch(value)
    return time(int(found[1]), int(found[2]), language) if found else ()


def _duration(value: str, language: str) -> Words:
    return duration(int(value), language) if _COUNT.fullmatch(value) else ()


def _minutes(value: str, language: str) -> Words:
    return counted(int(value), "minute", language) if _COUNT.fullmatch(value) else ()


def _people(value: str, language: str) -> Words:
    return counted(int(value), "person", language) if _COUNT.fullmatch(value) else ()


_READERS: Mapping[str, Callable[[str, str], Words]] = MappingProxyType(
    {
        "digits": digits,
        "money": _money,
        "number": _number,
        "ordinal": _ordinal,
        "date": _date,
        "time": _time,
        "duration": _duration,
        "minutes": _minutes,
        "people": _people,
        "phone": lambda value, language: figures.phone(value, LANGUAGES[language].home),
        "card": lambda value, _: figures.card(value),
        "letters": lambda value, language: figures.letters(value, words(language)),
    }
)
KINDS = tuple(_READERS)
