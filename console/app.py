"""The HTTP application of a node and the socket it listens on."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from console.access import PROXIES, guard
from console.api.request_ids import request_ids
from console.api.routes import declared, install, is_free, is_open, only_declared
from console.audit import audited
from console.figures.exports import EXPORTING, MOST_AT_ONCE
from console.keys import (
    AGREED,
    AUDIT,
    CALLBACKS,
    CASES,
    CONVERSATIONS,
    COUNTERS,
    DOOR,
    KEEPING,
    LEDGER,
    MENUS,
    OPENING,
    PEOPLE,
    PHONES,
    PLACING,
    PLAYING_BACK,
    PROMPTS,
    READER,
    TRUNKS,
    WORK,
)
from console.limits import LIMITS, Limits, Rates
from console.offered import PARTS
from console.problem import Refusal, problem, problems
from console.telling import TELLING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
    from ipaddress import IPv4Network, IPv6Network

    from console.cases.desk import CaseDesk
    from console.hours.desk import OpeningDesk
    from console.keys import Conversations, Menus, Placing, Prompts, Sound
    from console.node.door import Door
    from console.telling import Telling
    from console.work.desk import WorkDesk
    from records.figures.settings import Agreed
    from records.ledger.ledger import Ledger
    from records.people.audit import AuditLog
    from records.people.door import Door as PeopleDoor
    from records.reader import Reader
    from records.retention.keeping import Keeping
    from routing.io.callback_desk import CallbackDesk


log = structlog.get_logger()

LARGEST = 64 * 1024
"""Bytes of a body; uploads have a limit of their own."""
LONGEST_LINE = 64 * 1024
"""Bytes of an address: longer ones the library refuses in its own words, before any of ours can be said."""


@web.middleware
async def failures(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Our own mistakes: one request fails, the node goes on."""
    try:
        return await handler(request)
    except (web.HTTPException, Refusal):
        raise
    except ConnectionError:
        if request.transport is None or request.transport.is_closing():
            raise  # whoever asked is gone
        log.error("request_failed", method=request.method, path=request.path, error="ConnectionError")
        return problem(500, "internal_error", "the node failed at this request; its log says where")
    except Exception as error:  # noqa: BLE001 - the last resort; the kind only, its text may quote what was sent
        log.error("request_failed", method=request.method, path=request.path, error=type(error).__name__)
        return problem(500, "internal_error", "the node failed at this request; its log says where")


def make_app(
    *,
    key: str,
    work: WorkDesk,
    ledger: Ledger,
    reader: Reader,
    trunks: Callable[[], Sequence[Mapping[str, object]]],
    phones: Callable[[str | None], Sequence[Mapping[str, object]]],
    counters: Callable[[], Mapping[str, int]],
    menus: Menus,
    door: Door,
    opening: OpeningDesk,
    callbacks: CallbackDesk,
    talks: Conversations,
    placing: Placing,
    playing_back: Callable[[str], Sound],
    cases: CaseDesk,
    prompts: Prompts,
    agreed: Callable[[], Agreed],
    telling: Telling,
    people: PeopleDoor,
    audit: AuditLog,
    proxies: Callable[[], Collection[IPv4Network | IPv6Network]] = tuple,
    keeping: Keeping,
    rates: Callable[[], Rates] = Rates,
) -> web.Application:
    """Wire the routes."""
    app = web.Application(
        middlewares=[
            request_ids,
            audited(_permission),
            problems,
            failures,
            guard(key, is_open, is_free),
            only_declared,
        ],
        client_max_size=LARGEST,
    )
    app[PEOPLE] = people
    app[AUDIT] = audit
    app[PROXIES] = proxies
    app[WORK] = work
    app[LEDGER] = ledger
    app[READER] = reader
    app[TRUNKS] = trunks
    app[PHONES] = phones
    app[COUNTERS] = counters
    app[MENUS] = menus
    app[DOOR] = door
    app[OPENING] = opening
    app[CALLBACKS] = callbacks
    app[CONVERSATIONS] = talks
    app[PLACING] = placing
    app[PLAYING_BACK] = playing_back
    app[CASES] = cases
    app[PROMPTS] = prompts
    app[AGREED] = agreed
    app[EXPORTING] = asyncio.Semaphore(MOST_AT_ONCE)
    app[TELLING] = telling
    app[KEEPING] = keeping
    app[LIMITS] = Limits(rates)
    install(app, PARTS)
    app.on_shutdown.append(_end_streams)
    app.on_response_prepare.append(_guard_browsers)
    return app


def _permission(request: web.Request) -> str | None:
    """What the route of a request asks for; None where there is none."""
    route = declared(request)
    return route.permission if route is not None else None


_FOR_BROWSERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What is answered is data: no page shows it in a frame, runs it, or takes it for something else."""


async def _guard_browsers(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in _FOR_BROWSERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "centralita"  # the library would tell its version, and Python's


async def _end_streams(app: web.Application) -> None:
    """Whoever follows events is told where to go on, before connections are cut."""
    await app[TELLING].hub.close()


def _silent() -> logging.Logger:
    """The library quotes broken requests of strangers, keys included, with a traceback; ours go to `failures`."""
    logger = logging.getLogger("console.http")
    logger.setLevel(logging.CRITICAL + 1)
    return logger


class HttpServer:
    """Listens until closed."""

    def __init__(self, app: web.Application) -> None:
        """Access logs are off: paths hold contact ids, and the ledger already knows who did what."""
        self._runner = web.AppRunner(
            app, access_log=None, logger=_silent(), shutdown_timeout=2.0, max_line_size=LONGEST_LINE
        )

    async def start(self, host: str, port: int) -> tuple[str, int]:
        """Listen and say where. Raises OSError when the address cannot be had."""
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        address = self._runner.addresses[0]
        return str(address[0]), int(address[1])

    async def close(self) -> None:
        """Stop listening and end what is open."""
        await self._runner.cleanup()
