"""What the HTTP application is given to work with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from console.door import Door
from console.opening import OpeningDesk
from records.ledger import Ledger
from records.reader import Reader
from routing.io.distribution import Distribution

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


DISTRIBUTION = web.AppKey("distribution", Distribution)
LEDGER = web.AppKey("ledger", Ledger)
DOOR = web.AppKey("door", Door)
OPENING = web.AppKey("opening", OpeningDesk)
READER = web.AppKey("reader", Reader)
COUNTERS: web.AppKey[Callable[[], Mapping[str, int]]] = web.AppKey("counters")
HEALTH: web.AppKey[Callable[[], list[str]]] = web.AppKey("health")
PHONES: web.AppKey[Callable[[str | None], Sequence[Mapping[str, object]]]] = web.AppKey("phones")
"""The registered phones of one account, or of all."""
TRUNKS: web.AppKey[Callable[[], Sequence[Mapping[str, object]]]] = web.AppKey("trunks")
