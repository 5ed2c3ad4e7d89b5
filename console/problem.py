"""Errors as problem documents (RFC 9457)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Refusal(Exception):
    """A request that is refused: the middleware makes a problem document of it."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        """As `problem` takes them."""
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


def problem(status: int, code: str, detail: str) -> web.Response:
    """A problem document; `code` is stable, `detail` says what to do."""
    body = {
        "type": f"urn:centralita:problem:{code}",
        "title": code.replace("_", " "),
        "status": status,
        "detail": detail,
    }
    return web.Response(
        status=status, text=json.dumps(body, ensure_ascii=False), content_type="application/problem+json"
    )


@web.middleware
async def problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn refusals and aiohttp's own errors (no such path, wrong method) into problem documents."""
    try:
        return await handler(request)
    except Refusal as error:
        return problem(error.status, error.code, error.detail)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return problem(
            error.status,
            error.reason.lower().replace(" ", "_"),
            f"{request.method} {request.path}: {error.reason}",
        )
