"""One press of a key that a phone tells in several ways: as a telephone event, as tones and in an INFO."""

from __future__ import annotations

from dataclasses import dataclass, field

WINDOW = 0.8
"""Seconds within which two ways of telling the same key are one press: an INFO may be sent again after 0.5 s."""


@dataclass(slots=True)
class _Press:
    key: str = field(repr=False)
    at: float
    told: set[str]


class Keys:
    """The presses of one leg that may still be told in another way."""

    __slots__ = ("_recent",)

    def __init__(self) -> None:
        self._recent: list[_Press] = []

    def counts(self, key: str, means: str, *, now: float) -> bool:
        """Whether this is a press by itself. `means` is event, tone or info.

        The same key by the same means is a press each time. By another means it belongs to the oldest press that
        has not been told so.
        """
        self._recent = [press for press in self._recent if now - press.at <= WINDOW]
        for press in self._recent:
            if press.key == key and means not in press.told:
                press.told.add(means)
                return False
        self._recent.append(_Press(key, now, {means}))
        return True
