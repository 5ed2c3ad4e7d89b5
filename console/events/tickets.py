"""One-use tickets: a browser cannot send its key with a WebSocket, and a key must not stand in an address."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

LIFE = 30.0
"""Seconds."""
MOST = 1_000
"""Tickets at once; the oldest goes first."""

T = TypeVar("T")


class Tickets(Generic[T]):
    """Who a ticket was given to, until it is used or too old."""

    def __init__(self, now: Callable[[], float]) -> None:
        """`now` is a clock that never goes back."""
        self._now = now
        self._given: OrderedDict[str, tuple[float, T]] = OrderedDict()

    def give(self, who: T) -> str:
        """A new one."""
        self._clear()
        while len(self._given) >= MOST:
            self._given.popitem(last=False)
        ticket = secrets.token_urlsafe(24)
        self._given[ticket] = self._now() + LIFE, who
        return ticket

    def take(self, ticket: str) -> T | None:
        """Who has this ticket; nobody has it afterwards."""
        self._clear()
        found = self._given.pop(ticket, None)
        return None if found is None else found[1]

    def _clear(self) -> None:
        now = self._now()
        while self._given and next(iter(self._given.values()))[0] <= now:
            self._given.popitem(last=False)
