"""What the HTTP application is given to work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiohttp import web

from records.ledger import Ledger
from records.reader import Reader
from routing.io.distribution import Distribution

DISTRIBUTION: web.AppKey[Callable[[], Distribution]] = web.AppKey("distribution")
LEDGER = web.AppKey("ledger", Ledger)
READER = web.AppKey("reader", Reader)
COUNTERS: web.AppKey[Callable[[], Mapping[str, int]]] = web.AppKey("counters")
HEALTH: web.AppKey[Callable[[], list[str]]] = web.AppKey("health")
