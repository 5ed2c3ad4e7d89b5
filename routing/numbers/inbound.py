"""From the dialled user part to client company and destination: exact numbers first, then patterns, longest first.

Numbers are compared in E.164: `00` counts as `+`, a missing `+` and a missing country code are made good.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calls.destination import Destination
    from routing.settings import NumberSettings, RoutingConfig

_OWN = 5
"""Characters of a pattern that stands for numbers of the centre; a shorter one catches what is left over."""
_SEPARATORS = str.maketrans("", "", " -.()/")


@dataclass(frozen=True, slots=True)
class Route:
    """What a dialled number leads to."""

    destination: Destination
    client: str
    language: str | None
    number: str
    """The number or pattern as the administrator wrote it."""


def normalise(dialled: str) -> str:
    """One form for each number: without separators and parameters, `00` as `+`. Names stay as they are."""
    user = dialled.partition(";")[0]
    bare = user.translate(_SEPARATORS)
    if not bare.removeprefix("+").isdigit() or not bare.isascii():
        return user
    return "+" + bare[2:] if bare.startswith("00") else bare


def is_pattern(number: str) -> bool:
    """Whether a number of the plan stands for several: `bob_*`, `+3491000*`, `*` (but `*11` is one number)."""
    return number.endswith("*")


class NumberPlan:
    """All numbers of a centre."""

    __slots__ = ("_country", "_exact", "_patterns")

    def __init__(self, numbers: Iterable[NumberSettings], *, country: str | None = None) -> None:
        """Index the numbers; `country` is the calling code of numbers dialled without one."""
        self._country = country
        self._exact: dict[str, NumberSettings] = {}
        self._patterns: list[tuple[str, NumberSettings]] = []
        exact = []
        for each in numbers:
            if is_pattern(each.number):
                self._patterns.append((normalise(each.number[:-1]), each))
            else:
                exact.append((normalise(each.number), each))
        self._exact.update(exact)
        for number, each in exact:
            for other in _other_forms(number, country):
                self._exact.setdefault(other, each)
        self._patterns.sort(key=lambda pattern: -len(pattern[0]))

    @classmethod
    def of(cls, config: RoutingConfig) -> NumberPlan:
        """The plan of a configuration."""
        return cls(config.numbers, country=config.country)

    def route(self, dialled: str) -> Route | None:
        """Where a dialled user part leads, or None when it is not one of ours."""
        number = normalise(dialled)
        found = self._exact.get(number) or self._matching(number)
        if found is None:
            return None
        return Route(found.destination, found.client, found.language, found.number)

    def owns(self, number: str) -> bool:
        """Whether a number (E.164) leads to ourselves; a pattern owns what it says more of than the country."""
        for form in (number, *_other_forms(number, self._country)):
            if form in self._exact:
                return True
            if any(len(prefix) >= _OWN and form.startswith(prefix) for prefix, _ in self._patterns):
                return True
        return False

    def _matching(self, number: str) -> NumberSettings | None:
        for prefix, each in self._patterns:
            if number.startswith(prefix):
                return each
        return None


def _other_forms(number: str, country: str | None) -> list[str]:
    """Other ways in which carriers write the same number."""
    if not number.startswith("+"):
        return []
    forms = [number[1:]]
    if country and number[1:].startswith(country):
        forms.append(number[1 + len(country) :])
    return forms
