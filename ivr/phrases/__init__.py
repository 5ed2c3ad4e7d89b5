"""Spoken phrases: values as sequences of number words, each with a sound made at set-up, never in a call.

One file per language holds its words and its grammar. Knows numbers to 999,999, money and digit groups so far.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.phrases import en, es, pl
from ivr.phrases.word import Gender, Language, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {"en": en.LANGUAGE, "es": es.LANGUAGE, "pl": pl.LANGUAGE}
)
CURRENCIES = ("EUR", "PLN", "USD")
LARGEST = 999_999

__all__ = [
    "CURRENCIES",
    "LANGUAGES",
    "LARGEST",
    "Gender",
    "digits",
    "money",
    "number",
    "speak",
    "text",
    "words",
]


def words(language: str) -> Mapping[str, str]:
    """Every word of a language by id, with the text its sound is made from."""
    return LANGUAGES[language].words


def digits(value: str, language: str) -> tuple[Word, ...]:
    """Figures one by one: card endings, references, telephone numbers. Anything but figures is passed over."""
    del language  # the ten words have the same ids everywhere
    return tuple(f"n.{figure}" for figure in value if figure in "0123456789")


def number(value: int, language: str, *, gender: Gender = Gender.MASCULINE) -> tuple[Word, ...]:
    """A whole number standing alone; above the largest known it is read figure by figure."""
    if not 0 <= value <= LARGEST:
        return digits(str(value), language)
    return LANGUAGES[language].number(value, gender)


def money(minor: int, currency: str, language: str) -> tuple[Word, ...]:
    """A sum: no subunits when it is round, no units when there are none (but zero is said as zero units)."""
    units, subunits = divmod(minor, 100)
    grammar = LANGUAGES[language]
    if units > LARGEST:
        return (*digits(str(units), language), *grammar.unit(0, currency)[-1:])
    spoken: tuple[Word, ...] = ()
    if units or not subunits:
        spoken += grammar.unit(units, currency)
    if units and subunits:
        spoken += grammar.join
    if subunits:
        spoken += grammar.subunit(subunits, currency)
    return spoken


def speak(kind: str, value: str, language: str) -> tuple[Word, ...]:
    """A slot of a prompt: `digits` "1234", `number` "12", `money` "1250 EUR"; an unfit value is silent."""
    if kind == "digits":
        return digits(value, language)
    if kind == "number" and value.isdecimal():
        return number(int(value), language)
    amount, _, currency = value.partition(" ")
    if kind == "money" and amount.isdecimal() and currency in CURRENCIES:
        return money(int(amount), currency, language)
    return ()


def text(spoken: Iterable[Word], language: str) -> str:
    """The phrase in words, as the voice says it."""
    table = words(language)
    return " ".join(table[word] for word in spoken)
