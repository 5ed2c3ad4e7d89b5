"""The callbacks whose time has come, in the order of their customers' arrival, for each queue and what it takes."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from routing.callbacks.callback import Callback
    from routing.skills import Requirements

    Key = tuple[str, Requirements]
    """A queue, and what the customer asks of its agents: only those wait for the same agents."""


class Line:
    """Due callbacks. As many stand in the queue as agents could become free at once: that keeps the order exactly."""

    __slots__ = ("_places",)

    def __init__(self) -> None:
        """Nobody is due."""
        self._places: dict[Key, list[tuple[float, str]]] = {}

    def __bool__(self) -> bool:
        """Whether anybody is."""
        return bool(self._places)

    def add(self, callback: Callback) -> None:
        """Its time has come."""
        insort(self._places.setdefault(_key(callback), []), (callback.joined, callback.id))

    def discard(self, callback: Callback) -> None:
        """It is due no more."""
        key, place = _key(callback), (callback.joined, callback.id)
        places = self._places.get(key, [])
        at = bisect_left(places, place)
        if at < len(places) and places[at] == place:
            del places[at]
            if not places:
                del self._places[key]

    def first(self, room: Callable[[str, Requirements], int]) -> Iterator[str]:
        """The ids of those that should stand in their queues; `room` says how many of a kind."""
        for (queue, requires), places in self._places.items():
            for _, each in places[: room(queue, requires)]:
                yield each


def _key(callback: Callback) -> Key:
    return callback.wish.queue, callback.wish.requires
