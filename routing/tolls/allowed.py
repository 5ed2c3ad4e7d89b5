"""Which numbers outside a list admits: words (`home`, `PT`), beginnings (`+4420*`), and exceptions (`!+34803*`).

What costs its caller more than a call (premium rate, satellite, follow-me numbers) is admitted only by a beginning
that says more than its country, or by the number itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.tolls.kinds import COSTLY, EVERYDAY, NumberKind, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from routing.tolls.kinds import Told

HOME = "home"
"""The centre's own country, as centre.yaml says it."""


def admits(patterns: Iterable[str], number: str, home: str | None) -> bool:
    """Whether a number (E.164, or short) is among the patterns, and no exception takes it out."""
    told = kind_of(number)
    found = False
    for each in patterns:
        pattern = each.removeprefix("!")
        if each is not pattern and each.startswith("!"):
            if _is_named(pattern, number, told, home):
                return False
        elif not found:
            found = _is_named(pattern, number, told, home) and _opens(pattern, told)
    return found


def _is_named(pattern: str, number: str, told: Told, home: str | None) -> bool:
    if pattern.isalpha():
        country = home if pattern == HOME else pattern
        return country is not None and told.country == country and told.kind in EVERYDAY
    return number.startswith(pattern[:-1]) if pattern.endswith("*") else number == pattern


def _opens(pattern: str, told: Told) -> bool:
    """Whether a pattern that names a number means it, however much it costs."""
    if told.kind not in COSTLY or not pattern.endswith("*"):
        return True
    named = len(pattern.removeprefix("+")) - 1
    return named >= len(told.code) if told.kind is NumberKind.SATELLITE else named > len(told.code)
