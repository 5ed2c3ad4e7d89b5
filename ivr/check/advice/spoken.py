"""Which keys a text tells callers to press, and in which order key and meaning stand. By words of each language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_SENTENCE = re.compile(r"[.;:!?]+\s*")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a language tells keys."""

    keys: Mapping[str, str]
    """Word -> key."""
    told: re.Pattern[str]
    """An instruction to press; its group holds the keys."""
    number_first: re.Pattern[str]
    """A sentence that tells the key before what it is for."""


def _manner(verbs: str, between: str, not_before: str, purpose: str, polite: str, words: str) -> Manner:
    keys = {
        word: key for key, row in zip("0123456789*#", words.split(";"), strict=True) for word in row.split()
    }
    one = "|".join([*keys, r"[0-9*#]"])
    told = (
        rf"\b(?:{verbs})\s+(?:(?:{between})\s+)*((?:{one})(?:\s+(?:{one}))*)(?![\w])(?!\s+(?:{not_before})\b)"
    )
    return Manner(
        keys=keys,
        told=re.compile(told),
        number_first=re.compile(rf"(?:(?:{polite}),?\s+)*{told},?\s+(?:{purpose})\b"),
    )


MANNERS = {
    "en": _manner(
        "press|dial|push",
        "the|key|number|digit",
        "of",
        "to|for|if",
        "please|just|now",
        "zero oh;one;two;three;four;five;six;seven;eight;nine;star asterisk;hash pound",
    ),
    "es": _manner(
        "pulse|pulsa|marque|marca|presione|oprima|teclee",
        "el|la|tecla|número|cifra",
        "de",
        "para|si",
        "por favor|ahora",
        "cero;uno;dos;tres;cuatro;cinco;seis;siete;ocho;nueve;asterisco;almohadilla numeral",
    ),
    "pl": _manner(
        "wybierz|naciśnij|wciśnij|wybrać|nacisnąć|wcisnąć",
        "klawisz|cyfrę|numer",
        "z|ze",
        "aby|żeby|by|jeśli|w celu",
        "proszę|teraz",
        "zero;jeden jedynkę;dwa dwójkę;trzy trójkę;cztery czwórkę;pięć piątkę;sześć szóstkę;siedem siódemkę;"
        "osiem ósemkę;dziewięć dziewiątkę;gwiazdkę;krzyżyk hash",
    ),
}


def keys_told(text: str, language: str) -> set[str]:
    """The keys, or entries of several keys, that a text tells to press; none in a language not known here."""
    manner = MANNERS.get(language)
    if manner is None:
        return set()
    return {
        "".join(manner.keys.get(word, word) for word in found[1].split())
        for found in manner.told.finditer(text.lower())
    }


def tells_number_first(text: str, language: str) -> bool:
    """Whether a sentence tells a key before what it is for: by then callers have forgotten it."""
    manner = MANNERS.get(language)
    return manner is not None and any(
        manner.number_first.match(sentence) for sentence in _SENTENCE.split(text.lower())
    )
