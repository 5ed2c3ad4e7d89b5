"""The stream of events over a WebSocket, or as server-sent events: one follower each, ended when it is too slow."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Protocol

from aiohttp import ClientError, WSCloseCode, WSMsgType, web

from base.errors import CentralitaError
from console.events.hub import FellBehind, HubClosed

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from console.events.hub import Follower
    from console.events.told import Told

HEARTBEAT = 20.0
"""Seconds between two pings; who answers none within half of that is gone."""
SEND_PATIENCE = 10.0
"""Seconds that one event may take to leave."""
CUT_PATIENCE = 1.0
"""Seconds that the words may take to leave for whoever is not allowed any more."""
FELL_BEHIND = 4008
"""The close code of who is too slow; the reason says where to go on."""
_LONGEST_WORD = 4096


class Watch(Protocol):
    """Returns once a stream may not go on: code and reason of its close."""

    def __call__(self) -> Coroutine[object, object, tuple[int, str]]:
        """Begin to watch."""


class _Line(Protocol):
    """Where events go."""

    async def send(self, told: Sequence[Told]) -> None:
        """Send these."""

    async def idle(self) -> None:
        """Nothing happened for a while."""


async def by_socket(request: web.Request, follower: Follower, refused: Watch) -> web.WebSocketResponse:
    """Serve a WebSocket until either side ends it, or `refused` returns why it may go on no more."""
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT, compress=False, max_msg_size=_LONGEST_WORD)
    await socket.prepare(request)
    sending = asyncio.ensure_future(_follow(follower, _Socket(socket, personal=follower.sight.personal)))
    hearing, watching = asyncio.ensure_future(_hear(socket)), asyncio.ensure_future(refused())
    try:
        await asyncio.wait((sending, hearing, watching), return_when=asyncio.FIRST_COMPLETED)
        code, reason, patience = _ended(sending, watching)
        for task in (sending, hearing):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await hearing
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(patience):
                await socket.close(code=code, message=reason.encode())
    finally:
        for task in (sending, hearing, watching):
            task.cancel()
        follower.close()
        if not socket.closed and request.transport is not None:
            request.transport.abort()
    return socket


async def as_server_sent(request: web.Request, follower: Follower, refused: Watch) -> web.StreamResponse:
    """Serve server-sent events (HTML Standard 9.2), such as `curl -N` shows; `refused` as above."""
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    watching = asyncio.ensure_future(refused())
    sending: asyncio.Future[tuple[int, str]] | None = None
    try:
        await response.prepare(request)
        await response.write(b"retry: 2000\n\n")
        line = _ServerSent(response, personal=follower.sight.personal)
        sending = asyncio.ensure_future(_follow(follower, line))
        await asyncio.wait((sending, watching), return_when=asyncio.FIRST_COMPLETED)
        code, reason, patience = _ended(sending, watching)
        sending.cancel()
        try:
            async with asyncio.timeout(patience):
                await response.write(f"event: end\ndata: {code} {reason}\n\n".encode())
        except (TimeoutError, ConnectionError, ClientError):
            if request.transport is not None:
                request.transport.abort()
    finally:
        watching.cancel()
        if sending is not None:
            sending.cancel()
        follower.close()
    return response


def _ended(
    sending: asyncio.Future[tuple[int, str]], watching: asyncio.Future[tuple[int, str]]
) -> tuple[int, str, float]:
    """Code, reason and patience of a close; who may go on no more is not waited for while there is something unread."""
    if watching.done():
        return *watching.result(), CUT_PATIENCE
    if sending.done():
        return *sending.result(), SEND_PATIENCE
    return WSCloseCode.OK, "", SEND_PATIENCE  # the other side said so


async def _follow(follower: Follower, line: _Line) -> tuple[int, str]:
    """Send what comes until something ends it: code and reason of the close."""
    sent = follower.cursor
    try:
        while True:
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
