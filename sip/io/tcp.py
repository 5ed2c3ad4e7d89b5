"""SIP over connections, TCP and what is wrapped in it: accepted and made, bounded in number, time and unread octets."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from sip.flow import MESSAGE_BASED
from sip.io.connection import MOST_UNWRITTEN, Connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from sip.flow import Address, Flow
    from sip.io.wrapping import Wrap, Wrapping
    from sip.listener import Listener
    from sip.stack import Stack

MOST = 8192
"""Connections of one listener, both ways; further ones are refused."""
MOST_FROM_ONE = 1024
"""Connections accepted from one address that is no trunk: a large office behind one router, not a flood."""
MOST_UNREADY = 1024
"""Accepted connections in their handshake; the one that has taken longest makes room for the next."""
CONNECT_TIME = 5.0
"""Seconds for a connection that we open; its handshake has its own."""
_BACKLOG = 512


class TcpListener:
    """Serves one address: octets into the stack, what the stack writes onto connections, `after` once per segment."""

    __slots__ = (
        "_after",
        "_connecting",
        "_from",
        "_loop",
        "_open",
        "_server",
        "_socket",
        "_stack",
        "_unready",
        "_wrap",
        "address",
        "handshake_failures",
        "is_closing",
        "listener",
        "local",
        "refused",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        listener: Listener,
        address: Address,
        stack: Stack,
        after: Callable[[], None],
        wrap: Wrap | None = None,
    ) -> None:
        """Bind; raises OSError when the address is taken. `wrap` makes what lies between a socket and SIP."""
        self._loop = loop
        self._stack = stack
        self._after = after
        self._wrap = wrap
        self._open: dict[Flow, Connection] = {}
        self._connecting: dict[Flow, _Attempt] = {}
        self._unready: dict[Connection, None] = {}
        self._from: dict[str, int] = {}
        self._server: asyncio.Server | None = None
        self.is_closing = False
        self.refused = self.handshake_failures = 0
        self.listener = listener
        is_ipv6 = ":" in address[0]
        self._socket = socket.socket(socket.AF_INET6 if is_ipv6 else socket.AF_INET, socket.SOCK_STREAM)
        try:
            # A node that was restarted must not wait for its old connections to be forgotten.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if is_ipv6:
                self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self._socket.bind(address)
        except OSError:
            self._socket.close()
            raise
        host, port = self._socket.getsockname()[:2]
        self.address: Address = (host, port)
        """Where it is bound."""
        self.local = listener.known_as(self.address)
        """What others know it by."""

    async def start(self) -> None:
        """Accept connections from now on. Raises OSError."""
        self._server = await self._loop.create_server(
            lambda: Connection(self), sock=self._socket, backlog=_BACKLOG
        )

    def send(self, data: bytes, flow: Flow) -> None:
        """Write to a connection, opened first where there is none; without data it is ended."""
        connection = self._open.get(flow)
        if connection is not None:
            connection.write(data)
        elif flow in self._connecting:
            waiting = self._connecting[flow].waiting
            if len(waiting) + len(data) <= MOST_UNWRITTEN:
                waiting += data
        elif flow.transport in MESSAGE_BASED:
            self._tell_lost(flow)  # a client that has gone: only it can come back
        elif data and not self.is_closing:
            attempt = self._connecting[flow] = _Attempt(data)
            attempt.task = self._loop.create_task(self._connect(flow))

    async def close(self) -> None:
        """Stop accepting and cut all connections; nothing more is told to the stack."""
        self.is_closing = True
        if self._server is not None:
            self._server.close()
        self._socket.close()
        attempts = tuple(self._connecting.values())
        tasks = [each.task for each in attempts if each.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for connection in (*self._open.values(), *self._unready, *(each.connection for each in attempts)):
            if connection is not None:
                connection.cut()
        while self._open or self._unready or self._from:  # noqa: ASYNC110 - the loop tells each end in its next rounds
            await asyncio.sleep(0)

    def adopt(self, listener: Listener, wrap: Wrap | None) -> None:
        """Wrap connections so from now on; those that are open stay as they are."""
        self.listener, self._wrap = listener, wrap

    # What connections tell.

    def wrapping(self, flow: Flow, *, accepted: bool) -> Wrapping | None:
        """What lies between a new connection and SIP."""
        return self._wrap(flow, accepted) if self._wrap is not None else None

    def admit(self, connection: Connection) -> bool:
        """Whether a connection that was opened to us may begin."""
        flow = connection.flow
        count = self._from.get(flow.remote[0], 0)
        is_full = self.is_closing or len(self._open) >= MOST
        if is_full or not self._stack.may_connect(
            flow, crowded=count >= MOST_FROM_ONE, now=self._loop.time()
        ):
            self.refused += 1
            return False
        self._from[flow.remote[0]] = count + 1
        if len(self._unready) >= MOST_UNREADY:
            oldest = next(iter(self._unready))
            del self._unready[oldest]
            self.handshake_failures += 1
            oldest.cut()
        self._unready[connection] = None
        return True

    def ready(self, connection: Connection) -> None:
        """A connection may carry SIP; what waited for one of ours is written."""
        flow = connection.flow
        self._unready.pop(connection, None)
        attempt = None if connection.is_accepted else self._connecting.pop(flow, None)
        self._open[flow] = connection
        self._stack.connection_made(
            flow, connection.identities, accepted=connection.is_accepted, now=self._loop.time()
        )
        if attempt is not None:
            connection.write(bytes(attempt.waiting))
        self._after()

    def receive(self, data: bytes, flow: Flow) -> None:
        """What came on a connection."""
        if not self.is_closing:
            self._stack.receive_stream(data, flow, now=self._loop.time())
            self._after()

    def lost(self, connection: Connection) -> None:
        """A connection that had begun has ended."""
        flow = connection.flow
        if connection.is_accepted:
            self._discount(flow.remote[0])
        if connection in self._unready:
            del self._unready[connection]
            self.handshake_failures += 1
            if not self.is_closing:
                self._stack.handshake_failed(flow, now=self._loop.time())
        elif self._open.get(flow) is connection:
            del self._open[flow]
            self._tell_lost(flow)
        elif not connection.is_accepted and self._connecting.pop(flow, None) is not None:
            self.handshake_failures += 1
            self._tell_lost(flow)

    async def _connect(self, flow: Flow) -> None:
        attempt = self._connecting[flow]
        try:
            if len(self._open) + len(self._connecting) > MOST:
                raise ConnectionRefusedError("too many connections")
            async with asyncio.timeout(CONNECT_TIME):
                _, attempt.connection = await self._loop.create_connection(
                    lambda: Connection(self, flow), *flow.remote, local_addr=(self.address[0], 0)
                )
        except (OSError, TimeoutError):
            if self._connecting.pop(flow, None) is not None:
                self._tell_lost(flow)

    def _discount(self, host: str) -> None:
        left = self._from[host] - 1
        if left:
            self._from[host] = left
        else:
            del self._from[host]

    def _tell_lost(self, flow: Flow) -> None:
        if not self.is_closing:
            self._stack.connection_lost(flow, now=self._loop.time())
            self._after()


class _Attempt:
    """A connection that we are opening, and what waits for it."""

    __slots__ = ("connection", "task", "waiting")

    def __init__(self, data: bytes) -> None:
        self.waiting = bytearray(data)
        self.task: asyncio.Task[None] | None = None
        self.connection: Connection | None = None
