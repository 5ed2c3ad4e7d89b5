"""A name for each request, so that what a client saw and what the log says can be put side by side."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

HEADER = "X-Request-Id"
_FORM = re.compile(r"[A-Za-z0-9._-]{1,64}")


@web.middleware
async def request_ids(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Keep the id that a client gave, if it has a harmless form; make one otherwise. It is told in the answer."""
    given = request.headers.get(HEADER, "")
    name = given if _FORM.fullmatch(given) else secrets.token_hex(8)
    with structlog.contextvars.bound_contextvars(request=name):
        response = await handler(request)
    if not response.prepared:
        response.headers[HEADER] = name
    return response
