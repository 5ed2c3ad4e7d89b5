"""The stream of events over a WebSocket, or as server-sent events: one follower each, ended when it is too slow."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Protocol

from aiohttp import ClientError, WSCloseCode, WSMsgType, web

from base.errors import CentralitaError
from console.events.hub import FellBehind, HubClosed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from console.events.hub import Follower
    from console.events.told import Told

HEARTBEAT = 20.0
"""Seconds between two pings; who answers none within half of that is gone."""
SEND_PATIENCE = 10.0
"""Seconds that one event may take to leave."""
FELL_BEHIND = 4008
"""The close code of who is too slow; the reason says where to go on."""
NO_LONGER_ALLOWED = 4003
"""The close code of who may not see events any more."""
_LONGEST_WORD = 4096


class _Line(Protocol):
    """Where events go."""

    async def send(self, told: Sequence[Told]) -> None:
        """Send these."""

    async def idle(self) -> None:
        """Nothing happened for a while."""


async def by_socket(
    request: web.Request, follower: Follower, allowed: Callable[[], Awaitable[bool]]
) -> web.WebSocketResponse:
    """Serve a WebSocket until either side ends it; `allowed` is asked now and then whether it still may."""
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT, compress=False, max_msg_size=_LONGEST_WORD)
    await socket.prepare(request)
    sending = asyncio.ensure_future(
        _follow(follower, _Socket(socket, personal=follower.sight.personal), allowed)
    )
    hearing = asyncio.ensure_future(_hear(socket))
    try:
        await asyncio.wait((sending, hearing), return_when=asyncio.FIRST_COMPLETED)
        code, reason = (
            sending.result() if sending.done() and not sending.cancelled() else (WSCloseCode.OK, "")
        )
        hearing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await hearing
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(SEND_PATIENCE):
                await socket.close(code=code, message=reason.encode())
    finally:
        for task in (sending, hearing):
            task.cancel()
        follower.close()
        if not socket.closed and request.transport is not None:
            request.transport.abort()
    return socket


async def as_server_sent(
    request: web.Request, follower: Follower, allowed: Callable[[], Awaitable[bool]]
) -> web.StreamResponse:
    """Serve server-sent events (HTML Standard 9.2), such as `curl -N` shows."""
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    try:
        await response.prepare(request)
        await response.write(b"retry: 2000\n\n")
        line = _ServerSent(response, personal=follower.sight.personal)
        code, reason = await _follow(follower, line, allowed)
        with contextlib.suppress(TimeoutError, ConnectionError, ClientError):
            async with asyncio.timeout(SEND_PATIENCE):
                await response.write(f"event: end\ndata: {code} {reason}\n\n".encode())
    finally:
        follower.close()
    return response


async def _follow(follower: Follower, line: _Line, allowed: Callable[[], Awaitable[bool]]) -> tuple[int, str]:
    """Send what comes until something ends it: code and reason of the close."""
    sent = follower.cursor
    try:
        while True:
            if not await allowed():
                return NO_LONGER_ALLOWED, "not allowed any more"
            found = await follower.take(HEARTBEAT)
            async with asyncio.timeout(SEND_PATIENCE):
                await (line.send(found) if found else line.idle())
            sent = follower.cursor
    except FellBehind as error:
        return FELL_BEHIND, str(error)
    except TimeoutError:
        return FELL_BEHIND, f"resume from cursor {sent}"
    except HubClosed:
        return WSCloseCode.GOING_AWAY, f"resume from cursor {sent}"
    except (ConnectionError, ClientError, RuntimeError):
        return WSCloseCode.OK, ""  # the other side is gone
    except CentralitaError as error:
        return WSCloseCode.TRY_AGAIN_LATER, f"{error.code}; resume from cursor {sent}"[:120]


async def _hear(socket: web.WebSocketResponse) -> None:
    """Nothing is said to us but the close; pings are answered below."""
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            return


class _Socket:
    def __init__(self, socket: web.WebSocketResponse, *, personal: bool) -> None:
        self._socket = socket
        self._personal = personal

    async def send(self, told: Sequence[Told]) -> None:
        for each in told:
            await self._socket.send_frame(each.text(personal=self._personal), WSMsgType.TEXT)

    async def idle(self) -> None:
        """The heartbeat pings."""


class _ServerSent:
    def __init__(self, response: web.StreamResponse, *, personal: bool) -> None:
        self._response = response
        self._personal = personal

    async def send(self, told: Sequence[Told]) -> None:
        blocks = (
            b"id: %d\nevent: %b\ndata: %b\n\n"
            % (each.cursor, each.type.encode(), each.text(personal=self._personal))
            for each in told
        )
        await self._response.write(b"".join(blocks))

    async def idle(self) -> None:
        """A comment, so that nothing between us takes the connection for dead."""
        await self._response.write(b": \n\n")
