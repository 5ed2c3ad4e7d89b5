"""Files as answers: sent piece by piece as they lie on the disk, so that memory stays flat."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from typing import BinaryIO

PIECE = 256 * 1024
"""Bytes that are read and sent at once."""
PATIENCE = 60.0
"""Seconds in which whoever is sent a file takes a piece of it."""


async def send_piece(request: web.Request, response: web.StreamResponse, piece: bytes) -> None:
    """Send a piece of a file. Raises ConnectionError where nobody takes it: a file is not held open for ever."""
    try:
        async with asyncio.timeout(PATIENCE):
            await response.write(piece)
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError("too slow") from None


async def send_file(
    request: web.Request, file: BinaryIO, name: str, media: str, *, charset: str | None = None
) -> web.StreamResponse:
    """The whole of an open file, for the browser to keep under this name and for nobody on its way."""
    response = web.StreamResponse()
    response.content_type, response.charset = media, charset
    response.content_length = await asyncio.to_thread(file.seek, 0, 2)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    await response.prepare(request)
    await asyncio.to_thread(file.seek, 0)
    while piece := await asyncio.to_thread(file.read, PIECE):
        await send_piece(request, response, piece)
    await response.write_eof()
    return response
