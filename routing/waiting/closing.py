"""When a caller who waits must go because the queue has closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.waiting.settings import AtClosing

if TYPE_CHECKING:
    from routing.hours.opening import Openness


class ClosingTime:
    """Of one stay. An emergency sends everybody away at once; the end of the hours, only where the queue wishes it."""

    __slots__ = ("_due", "_is_closed", "_is_emergency")

    def __init__(self) -> None:
        """Nothing is known until `look`."""
        self._due: float | None = None
        self._is_closed = False
        self._is_emergency = False

    def look(self, openness: Openness, at_closing: AtClosing, *, now: float) -> None:
        """How the queue stands at this moment."""
        leaves = at_closing is AtClosing.LEAVE
        closes_in = openness.closes_in if openness.is_open and leaves else None
        self._due = None if closes_in is None else now + closes_in
        self._is_emergency = openness.is_emergency
        self._is_closed = not openness.is_open and (leaves or openness.is_emergency)

    def due(self) -> float | None:
        """When to look again."""
        return self._due

    def must_go(self, *, is_ringing: bool) -> bool:
        """Whether the caller goes now: an agent's phone that rings already may still be answered, but for a fire."""
        return self._is_closed and (self._is_emergency or not is_ringing)
