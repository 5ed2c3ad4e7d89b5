"""What a client last saw of something, told in an entity tag (RFC 9110 s.8.8.3 and s.13.1).

Edits of what has changed since are refused (If-Match); what has not changed is not sent again (If-None-Match).
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from aiohttp import web

from console.problem import Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

EDITING = web.AppKey("editing", asyncio.Lock)
"""Held from the comparison until the edit is done."""


def tag_of(body: bytes) -> str:
    """The entity tag of an answer."""
    return hashlib.sha256(body).hexdigest()[:32]


def tagged(request: web.Request, response: web.Response) -> web.StreamResponse:
    """The answer with its tag, or 304 where the client has it already."""
    body = response.body
    tag = tag_of(body if isinstance(body, bytes) else b"")
    known = request.if_none_match
    if known is not None and any(each.value in (tag, "*") for each in known):
        return web.Response(status=304, headers={"ETag": f'"{tag}"'})
    response.headers["ETag"] = f'"{tag}"'
    return response


async def unless_changed(
    request: web.Request,
    present: Callable[[], Awaitable[bytes]],
    edit: Callable[[], Awaitable[object]],
) -> object:
    """Edit what is still as the client saw it. Raises Refusal."""
    seen = request.if_match
    if seen is None:
        return await edit()
    async with request.app[EDITING]:
        try:
            tag = tag_of(await present())
        except Refusal as error:
            if error.status != 404:
                raise
            tag = None
        if tag is None or not any(each.value in (tag, "*") and not each.is_weak for each in seen):
            raise Refusal(412, "changed_meanwhile", "If-Match: it is not as you saw it any more; look again")
        return await edit()
