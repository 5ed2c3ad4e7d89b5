"""TCP beside one UDP listener: connections accepted and made, bounded in number and in what waits to be written."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, cast

from sip.flow import Flow

if TYPE_CHECKING:
    from collections.abc import Callable

    from sip.flow import Address
    from sip.stack import Stack

MOST = 8192
"""Connections of one listener, both ways; further ones are refused."""
MOST_FROM_ONE = 1024
"""Connections accepted from one address: a large office behind one router, not a flood."""
CONNECT_TIME = 5.0
"""Seconds for a connection that we open."""
CLOSE_TIME = 5.0
"""Seconds for the last octets of a connection that we end."""
MOST_UNWRITTEN = 1 << 18
"""Octets that wait for a peer who does not read; beyond it the connection is cut."""
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
        "is_closing",
        "local",
        "refused",
    )

    def __init__(
        self, loop: asyncio.AbstractEventLoop, local: Address, stack: Stack, after: Callable[[], None]
    ) -> None:
        """Bind; raises OSError when the address is taken."""
        self._loop = loop
        self._stack = stack
        self._after = after
        self._open: dict[Flow, _Connection] = {}
        self._connecting: dict[Flow, tuple[asyncio.Task[None], bytearray]] = {}
        self._from: dict[str, int] = {}
        self._server: asyncio.Server | None = None
        self.is_closing = False
        self.refused = 0
        self.local = local
        self._socket = socket.socket(
            socket.AF_INET6 if ":" in local[0] else socket.AF_INET, socket.SOCK_STREAM
        )
        try:
            # A node that was restarted must not wait for its old connections to be forgotten.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind(local)
        except OSError:
            self._socket.close()
            raise

    async def start(self) -> None:
        """Accept connections from now on. Raises OSError."""
        self._server = await self._loop.create_server(
            lambda: _Connection(self), sock=self._socket, backlog=_BACKLOG
        )

    def send(self, data: bytes, flow: Flow) -> None:
        """Write to a connection, opened first where there is none; without data it is ended."""
        connection = self._open.get(flow)
        if connection is not None:
            connection.write(data)
        elif flow in self._connecting:
            waiting = self._connecting[flow][1]
            if len(waiting) + len(data) <= MOST_UNWRITTEN:
                waiting += data
        elif data and not self.is_closing:
            task = self._loop.create_task(self._connect(flow))
            self._connecting[flow] = (task, bytearray(data))

    async def close(self) -> None:
        """Stop accepting and cut all connections; nothing more is told to the stack."""
        self.is_closing = True
        if self._server is not None:
            self._server.close()
        self._socket.close()
        tasks = [task for task, _ in self._connecting.values()]
        for task in tasks:
            task.cancel()
        for connection in tuple(self._open.values()):
            connection.cut()
        await asyncio.gather(*tasks, return_exceptions=True)
        while self._open:  # noqa: ASYNC110 - the loop tells each connection's end in its next rounds
            await asyncio.sleep(0)

    def admit(self, connection: _Connection) -> bool:
        """Whether a connection that was opened to us may stay; then it is kept."""
        host = connection.flow.remote[0]
        count = self._from.get(host, 0)
        if self.is_closing or len(self._open) >= MOST or count >= MOST_FROM_ONE:
            self.refused += 1
            return False
        self._from[host] = count + 1
        self._keep(connection, accepted=True)
        self._after()
        return True

    def receive(self, data: bytes, flow: Flow) -> None:
        """What came on a connection."""
        if not self.is_closing:
            self._stack.receive_stream(data, flow, now=self._loop.time())
            self._after()

    def lost(self, connection: _Connection) -> None:
        """A connection has ended."""
        flow = connection.flow
        if self._open.get(flow) is not connection:
            return
        del self._open[flow]
        if connection.is_accepted:
            left = self._from[flow.remote[0]] - 1
            if left:
                self._from[flow.remote[0]] = left
            else:
                del self._from[flow.remote[0]]
        self._tell_lost(flow)

    def connected(self, connection: _Connection) -> None:
        """A connection of ours was accepted: what waited for it is written."""
        _, waiting = self._connecting.pop(connection.flow)
        self._keep(connection, accepted=False)
        connection.write(bytes(waiting))
        self._after()

    async def _connect(self, flow: Flow) -> None:
        try:
            if len(self._open) + len(self._connecting) > MOST:
                raise ConnectionRefusedError("too many connections")
            async with asyncio.timeout(CONNECT_TIME):
                await self._loop.create_connection(
                    lambda: _Connection(self, flow), *flow.remote, local_addr=(self.local[0], 0)
                )
        except (OSError, TimeoutError):
            if self._connecting.pop(flow, None) is not None:
                self._tell_lost(flow)

    def _keep(self, connection: _Connection, *, accepted: bool) -> None:
        self._open[connection.flow] = connection
        self._stack.connection_made(connection.flow, accepted=accepted, now=self._loop.time())

    def _tell_lost(self, flow: Flow) -> None:
        if not self.is_closing:
            self._stack.connection_lost(flow, now=self._loop.time())
            self._after()


class _Connection(asyncio.Protocol):
    """One connection's socket."""

    __slots__ = ("_listener", "_transport", "flow", "is_accepted")

    def __init__(self, listener: TcpListener, flow: Flow | None = None) -> None:
        """With a flow it is one that we open."""
        self._listener = listener
        self._transport: asyncio.Transport | None = None
        self.flow = flow or Flow("TCP", listener.local, ("", 0))
        self.is_accepted = flow is None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is there."""
        self._transport = transport = cast(
            "asyncio.Transport", transport
        )  # uvloop's is one in all but descent
        if not self.is_accepted:
            self._listener.connected(self)
            return
        peer = transport.get_extra_info("peername")
        if peer is None:  # gone again already
            transport.abort()
            return
        self.flow = Flow("TCP", self._listener.local, (peer[0], peer[1]))
        if not self._listener.admit(self):
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Octets came."""
        self._listener.receive(data, self.flow)

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is closed."""
        self._listener.lost(self)

    def write(self, data: bytes) -> None:
        """Write, or end after what was written before; a peer who does not read is cut off."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if not data:
            transport.close()
            asyncio.get_running_loop().call_later(CLOSE_TIME, transport.abort)
        elif transport.get_write_buffer_size() + len(data) > MOST_UNWRITTEN:
            transport.abort()
        else:
            transport.write(data)

    def cut(self) -> None:
        """End it at once."""
        if self._transport is not None:
            self._transport.abort()
