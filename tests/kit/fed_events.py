"""Events as the ledger feeds them, and a ledger of them that is only a list."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from records.errors import StoreUnavailable
from records.feed import FedEvent, Page

if TYPE_CHECKING:
    from collections.abc import Collection

BEGAN = 1_795_353_773_000_001
"""Microseconds: 2026-11-22T13:22:53.000001Z."""


def fed(cursor: int, kind: str = "queue.joined", **said: Any) -> FedEvent:
    """One event of contact c1 of company acme, unless said otherwise."""
    given: dict[str, Any] = {
        "node": "n1",
        "ts": BEGAN + cursor,
        "contact": "c1",
        "leg": None,
        "agent": None,
        "data": {"queue": "help", "position": 1},
        "client": "acme",
        "queue": "help",
        "agents": (),
        **said,
    }
    return FedEvent(cursor=cursor, type=kind, **given)


class ListedEvents:
    """A source for the hub."""

    def __init__(self, *events: FedEvent, limit: int = 3) -> None:
        self.events = list(events)
        self.limit = limit
        self.oldest = 1
        self.reads = 0
        self.is_away = False
        self._lock = threading.Lock()

    def add(self, *events: FedEvent) -> None:
        with self._lock:
            self.events += events

    def bounds(self) -> tuple[int, int]:
        return (self.oldest if self.events else 0), max((each.cursor for each in self.events), default=0)

    def page(self, after: int, *, without: Collection[str]) -> Page:
        with self._lock:
            self.reads += 1
            if self.is_away:
                raise StoreUnavailable("the database is away")
            newest = max((each.cursor for each in self.events), default=0)
            found = [each for each in self.events if each.cursor > after and each.type not in without]
        shown = tuple(found[: self.limit])
        if len(found) > self.limit:
            return Page(shown, shown[-1].cursor, is_last=False)
        return Page(shown, max(newest, after), is_last=True)
