"""The way into the ledger, with an ear for those who follow calls as they happen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from records.event import LedgerEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from records.ledger.ledger import Ledger


class Journal:
    """The Record port of calls/: writes each event and tells the watchers."""

    __slots__ = ("_began", "_ledger", "_watchers")

    def __init__(self, ledger: Ledger) -> None:
        """Write into this ledger."""
        self._ledger = ledger
        self._began = time.monotonic()
        self._watchers: list[Callable[[LedgerEvent], None]] = []

    def watch(self, watcher: Callable[[LedgerEvent], None]) -> None:
        """Hear of every event from now on."""
        self._watchers.append(watcher)

    def unwatch(self, watcher: Callable[[LedgerEvent], None]) -> None:
        """Hear of no more events."""
        self._watchers.remove(watcher)

    def __call__(self, contact: str, leg: str | None, kind: str, data: Mapping[str, object]) -> None:
        """See calls.events.Record."""
        event = LedgerEvent(time.time(), contact, leg, kind, data, time.monotonic() - self._began)
        self._ledger.append(event)
        for watcher in self._watchers:
            watcher(event)
