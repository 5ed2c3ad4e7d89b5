"""Tells at once that people, their sessions or their keys have changed, to whoever lets somebody in for longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Bell:
    """Rung in whatever thread the change was made; those who listen go to their own."""

    __slots__ = ("_listeners",)

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._listeners: set[Callable[[], None]] = set()

    def __len__(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def listen(self, listener: Callable[[], None]) -> None:
        """Be told of each change from now on."""
        self._listeners.add(listener)

    def leave(self, listener: Callable[[], None]) -> None:
        """Be told no more."""
        self._listeners.discard(listener)

    def ring(self) -> None:
        """Something has changed, and is committed."""
        for each in tuple(self._listeners):
            each()


SILENT = Bell()
"""Of stores to whose changes nobody listens, such as those of commands."""
