"""Who may use the interface: one key for the node, made at first start and kept in the state folder (0600)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from aiohttp import web

from base.io.private_file import write_private
from console.problem import problem
from records.people.principal import NODE, Principal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from aiohttp.typedefs import Middleware


PRINCIPAL = web.RequestKey("principal", Principal)
"""Who sent a request; only requests to open routes have none."""


def key_of(file: Path, make: Callable[[], str]) -> str:
    """The node's key as the file holds it; made with `make` when there is none."""
    key = file.read_text(encoding="ascii").strip() if file.exists() else ""
    if not key:
        # An empty file, left by a node that was killed while it wrote, would open the door to everybody.
        key = make()
        write_private(file, f"{key}\n".encode("ascii"))
    return key


def guard(key: str, is_open: Callable[[web.Request], bool]) -> Middleware:
    """Find who asks by `Authorization: Bearer <key>`; refuse everybody else, except where a route `is_open`."""
    expected = f"Bearer {key}".encode()

    @web.middleware
    async def check(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if hmac.compare_digest(given, expected):
            request[PRINCIPAL] = NODE
        elif not is_open(request):
            return problem(
                401,
                "unauthorized",
                "send the node's key: Authorization: Bearer <key of the state folder>",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return await handler(request)

    return check
