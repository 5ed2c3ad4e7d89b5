"""Passwords that people choose and others guess: too short, rows of keys, well-known words, the own name."""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MIN_LENGTH = 12
MAX_LENGTH = 128
"""Hashing longer ones would only cost time."""

_KNOWN = (
    "password", "passw0rd", "contrasena", "clave", "haslo", "qwerty", "qwertz", "azerty", "letmein", "welcome",
    "bienvenid", "witaj", "changeme", "cambiame", "zmienmnie", "secret", "secreto", "default", "asterisk",
    "freeswitch", "centralita", "callcent", "telefon", "admin", "administrator", "supervisor", "usuario",
    "iloveyou", "tequiero", "kochamcie", "monkey", "dragon", "football", "futbol", "barcelona", "realmadrid",
    "superman", "princess", "princesa", "sunshine", "trustno1", "polska", "correcthorse", "1q2w3e", "zaq12wsx",
)  # fmt: skip
"""In lower case, without accents: whoever guesses begins with these and adds digits and signs."""

_ROWS = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "147258369",
    "789456123",
)
_STEPS = frozenset(pair for row in _ROWS for each in (row, row[::-1]) for pair in itertools.pairwise(each))
_MOST_STEPS = 0.6
"""Share of neighbours that stand next to each other on a keyboard, in the alphabet or are the same."""

_LIKE = str.maketrans("@013457$!", "aoieastsi")
"""Signs that stand for letters."""


def weakness(password: str, names: Iterable[str] = ()) -> str | None:
    """Why a password is too weak, in words that do not tell it; None when it will do."""
    if len(password) < MIN_LENGTH:
        return f"the password is shorter than {MIN_LENGTH} characters"
    if len(password) > MAX_LENGTH:
        return f"the password is longer than {MAX_LENGTH} characters"
    if not password.isprintable():
        return "the password has characters that cannot be typed"
    plain = _plain(password)
    if len(set(plain)) < 5:
        return "the password is made of too few different characters"
    if any(name in plain for name in _words(names)):
        return "the password contains the name of whom it is for"
    if any(word in form for form in (plain, plain.translate(_LIKE)) for word in _KNOWN):
        return "the password contains a word that attackers try first"
    steps = sum(pair in _STEPS or pair[0] == pair[1] for pair in itertools.pairwise(plain))
    if steps >= _MOST_STEPS * (len(plain) - 1):
        return "the password is a row of the keyboard, of the alphabet or of numbers"
    return None


def _plain(text: str) -> str:
    """In lower case and without accents."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in spread if not unicodedata.combining(each)).replace("ł", "l")


def _words(names: Iterable[str]) -> set[str]:
    """Names as a whole and word by word, but for those so short that they stand in many a word."""
    whole = set(map(_plain, names))
    parts = {part for name in whole for part in re.split(r"[\W_]+", name) if len(part) >= 4}
    return {each for each in whole if len(each) >= 3} | parts
