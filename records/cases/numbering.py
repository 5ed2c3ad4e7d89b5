"""Numbers of cases: nine digits that can be said and keyed, the last of which checks the others (Damm's code).

They are drawn, not counted, so that nobody learns from one how many there are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from base.ids import Ids

DIGITS = 9
_DRAWN = 10 ** (DIGITS - 2)
_TABLE = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
"""Damm's quasigroup of order ten: it finds every wrong digit, and any two neighbours that changed places."""
_WRITTEN = re.compile(r"[\s.-]+")


def draw(ids: Ids) -> str:
    """A new number; it never begins with a zero, which spreadsheets drop."""
    body = f"{1 + ids.number(32) % 9}{ids.number(32) % _DRAWN:0{DIGITS - 2}d}"
    return body + str(_check(body))


def read(text: str) -> str | None:
    """A number as people write it, `123 456 789`; None where it is none, or was misheard."""
    digits = _WRITTEN.sub("", text)
    right = len(digits) == DIGITS and digits.isascii() and digits.isdecimal() and _check(digits) == 0
    return digits if right else None


def spoken(number: str) -> str:
    """In groups of three."""
    return " ".join(number[at : at + 3] for at in range(0, len(number), 3))


def _check(digits: str) -> int:
    found = 0
    for digit in digits:
        found = int(_TABLE[found][int(digit)])
    return found
