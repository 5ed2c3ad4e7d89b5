"""What can go wrong with one request to a client company's system: a fault each, to stand before the example server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.kit.back_end_floor import MASTERCARD

if TYPE_CHECKING:
    from tests.kit.back_end_floor import Fault, Handler

PATIENCE = 0.25
"""Seconds that a question waits for its answer in these tests."""


async def nothing(request: web.Request, handler: Handler) -> web.StreamResponse:
    return await handler(request)


async def fails_first(request: web.Request, handler: Handler) -> web.StreamResponse:
    return web.Response(status=503)


async def fails_after(request: web.Request, handler: Handler) -> web.StreamResponse:
    await handler(request)
    return web.Response(status=500)


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def cut_first(request: web.Request, handler: Handler) -> web.StreamResponse:
    return _cut(request)


async def cut_after(request: web.Request, handler: Handler) -> web.StreamResponse:
    await handler(request)
    return _cut(request)


async def hangs_first(request: web.Request, handler: Handler) -> web.StreamResponse:
    await asyncio.sleep(4 * PATIENCE)
    return web.Response(status=500)


async def acts_late(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The worst: it acts when everybody has given up waiting."""
    await request.read()
    await asyncio.shield(_later(handler(request)))
    return web.Response()


async def _later(work: Any) -> None:
    await asyncio.sleep(2 * PATIENCE)
    await work


async def hangs_after(request: web.Request, handler: Handler) -> web.StreamResponse:
    await handler(request)
    await asyncio.sleep(4 * PATIENCE)
    return web.Response()


async def garbles(request: web.Request, handler: Handler) -> web.StreamResponse:
    await handler(request)
    return web.json_response({"result": "approved", "facts": {"reference": MASTERCARD}})


async def refuses(request: web.Request, handler: Handler) -> web.StreamResponse:
    return web.Response(status=401)


async def sends_elsewhere(request: web.Request, handler: Handler) -> web.StreamResponse:
    await handler(request)
    return web.Response(status=307, headers={"Location": "/v1/payment/charge"})


FAULTS: tuple[Fault, ...] = (
    nothing,
    fails_first,
    fails_after,
    cut_first,
    cut_after,
    hangs_first,
    hangs_after,
    acts_late,
    garbles,
    refuses,
    sends_elsewhere,
)


def one_after_the_other(faults: list[Fault]) -> Fault:
    """The first request meets the first fault; after the last all is well."""
    left = iter(faults)

    async def fault(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await next(left, nothing)(request, handler)

    return fault
