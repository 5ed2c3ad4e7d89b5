"""Tracking numbers: what a caller is told, and quotes when asking about the call again.

Twelve digits: milliseconds since the beginning of 2020 (UTC), which grow by one at least from contact to contact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.contact import Contact

BEGINNING = 1_577_836_800.0
"""2020-01-01 00:00 UTC as Unix time."""
DIGITS = 12
ATTRIBUTE = "tracking"


class Tracking:
    """The numbers that this node gives."""

    __slots__ = ("_clock", "_last")

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` tells Unix time."""
        self._clock = clock
        self._last = 0

    def give(self, contact: Contact) -> None:
        """The contact has its number from here on, and its record tells which."""
        number = self.new()
        contact.attributes[ATTRIBUTE] = number
        contact.record("tracking.given", number=number)

    def new(self) -> str:
        """A number that this node has not given; not even when its clock is set back while it runs."""
        self._last = max(self._last + 1, round((self._clock() - BEGINNING) * 1000))
        return f"{self._last:0{DIGITS}d}"
