"""Places in line that callers left behind: whoever calls again soon, from the same number, gets the old one back.

Once only, in the same queue of the same client company, and never for a number that is withheld. Bounded: beyond
MOST the oldest places are forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST = 10_000
"""Places kept at once."""


@dataclass(frozen=True, slots=True)
class KeptPlace:
    """What a caller gets back."""

    joined: float
    """When the wait began, by the distributor's clock."""
    until: float
    is_first: bool = False
    """Whether the caller goes before all others: the call was cut off by no fault of theirs."""


class Returning:
    """The places of those who may come back."""

    __slots__ = ("_places",)

    def __init__(self) -> None:
        """Begin with none."""
        self._places: dict[tuple[str, str, str], KeptPlace] = {}

    def __len__(self) -> int:
        """How many are kept, some of them maybe too long already."""
        return len(self._places)

    def keep(self, client: str, queue: str, number: str, place: KeptPlace, *, now: float) -> None:
        """Somebody has gone. Of two places of one caller the better counts, and the longer time."""
        if not number or place.until <= now:
            return
        key = (client, queue, number)
        before = self._places.pop(key, None)
        if before is not None and before.until > now:
            place = KeptPlace(
                min(before.joined, place.joined),
                max(before.until, place.until),
                before.is_first or place.is_first,
            )
        self._places[key] = place
        while len(self._places) > MOST:
            del self._places[next(iter(self._places))]

    def claim(self, client: str, queue: str, number: str, *, now: float) -> KeptPlace | None:
        """Somebody calls: the place to have again, which is theirs from now on; None where there is none."""
        place = self._places.pop((client, queue, number), None)
        return place if place is not None and now < place.until else None
