"""The HTTP application of a node and the socket it listens on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from console import agents, contacts, node, queues
from console.access import guard
from console.keys import COUNTERS, DISTRIBUTION, HEALTH, LEDGER, READER
from console.problem import problems

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from records.ledger import Ledger
    from records.reader import Reader
    from routing.io.distribution import Distribution


def make_app(
    *,
    key: str,
    distribution: Callable[[], Distribution],
    ledger: Ledger,
    reader: Reader,
    counters: Callable[[], Mapping[str, int]],
    health: Callable[[], list[str]],
) -> web.Application:
    """Wire the routes."""
    app = web.Application(middlewares=[problems, guard(key)], client_max_size=64 * 1024)
    app[DISTRIBUTION] = distribution
    app[LEDGER] = ledger
    app[READER] = reader
    app[COUNTERS] = counters
    app[HEALTH] = health
    for part in (node, agents, queues, contacts):
        app.add_routes(part.routes)
    return app


class HttpServer:
    """Listens until closed."""

    def __init__(self, app: web.Application) -> None:
        """Access logs are off: paths hold contact ids, and the ledger already knows who did what."""
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listen and say where. Raises OSError when the address cannot be had."""
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        address = self._runner.addresses[0]
        return str(address[0]), int(address[1])

    async def close(self) -> None:
        """Stop listening and end what is open."""
        await self._runner.cleanup()
