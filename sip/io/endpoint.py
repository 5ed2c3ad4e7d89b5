"""The SIP endpoint on asyncio: what sockets hear into the stack, output onto sockets, events to one handler."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from base.io.driver import Driver
from sip.io.load import LoadProbe
from sip.io.tcp import TcpListener
from sip.io.udp import UdpListener

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sip.events import Event
    from sip.flow import Address, Flow
    from sip.stack import Stack

_TRIES = 20
"""Free UDP ports looked at until one is free for TCP too."""


_GLANCE = 0.02
"""Seconds between two looks at the sessions that are left."""


class Endpoint:
    """Runs one stack. The handler is called synchronously and may give commands to the stack."""

    __slots__ = ("_driver", "_handle", "_is_flushing", "_listeners", "_loop", "_probe", "_streams", "stack")

    def __init__(self, stack: Stack, handle: Callable[[Event], None]) -> None:
        """Keep both; `start` opens the sockets."""
        self.stack = stack
        self._handle = handle
        self._listeners: dict[Address, UdpListener] = {}
        self._streams: dict[Address, TcpListener] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._driver: Driver | None = None
        self._probe: LoadProbe | None = None
        self._is_flushing = False

    async def start(self, listeners: Sequence[Address]) -> None:
        """Listen on these addresses by UDP and TCP (port 0: any free one). Raises OSError, with nothing left open."""
        self._loop = asyncio.get_running_loop()
        self._driver = Driver(self.stack, self.flush)
        try:
            for address in listeners:
                self._bind(address)
            for stream in self._streams.values():
                await stream.start()
        except OSError:
            await self.close()
            raise
        self._probe = LoadProbe(self._loop, self.stack.overload, self._unread)
        for local in self._listeners:
            self.stack.listen("UDP", local)
            self.stack.listen("TCP", local)

    def _bind(self, address: Address) -> None:
        """Take an address for both transports; a free port must be free for both."""
        assert self._loop is not None
        for attempt in range(_TRIES):
            listener = UdpListener(
                self._loop, address, receive=self._receive, failed=self._failed, after=self.flush
            )
            try:
                stream = TcpListener(self._loop, listener.local, self.stack, self.flush)
            except OSError:
                listener.close()
                if address[1] or attempt == _TRIES - 1:
                    raise
                continue
            self._listeners[listener.local] = listener
            self._streams[listener.local] = stream
            return

    @property
    def address(self) -> Address:
        """The first listener's address, with the port it really has."""
        return next(iter(self._listeners))

    def now(self) -> float:
        """The clock that commands to the stack are given."""
        return self._loop.time() if self._loop is not None else 0.0

    def flush(self) -> None:
        """After commands: send what the stack wants sent, deliver its events, arm the timer.

        Called by the handler itself it does nothing: the flush that called the handler goes on.
        """
        if self._is_flushing or self._driver is None:
            return
        self._is_flushing = True
        stack, handle = self.stack, self._handle
        try:
            while True:
                self._send_all()
                event = stack.next_event()
                if event is None:
                    break
                handle(event)
        finally:
            self._is_flushing = False
        self._driver.rearm()

    async def settle(self, limit: float) -> None:
        """Wait until every session is over, so that a BYE which was lost is sent again; at most `limit` seconds."""
        until = self.now() + limit
        while self.stack.counters()["sessions"] and self.now() < until:  # noqa: ASYNC110 - once, at a stop
            await asyncio.sleep(_GLANCE)

    async def close(self) -> None:
        """Close the sockets; what the stack still wants to send is lost."""
        if self._driver is not None:
            self._driver.close()
            self._driver = None
        if self._probe is not None:
            self._probe.close()
        for listener in self._listeners.values():
            listener.close()
        self._listeners.clear()
        for stream in self._streams.values():
            await stream.close()
        self._streams.clear()

    def _unread(self) -> float:
        """The used share of the fullest receive buffer."""
        return max((listener.unread() for listener in self._listeners.values()), default=0.0)

    def _send_all(self) -> None:
        for data, flow in self.stack.take_output():
            if flow.transport != "UDP":
                stream = self._streams.get(flow.local)
                if stream is not None:
                    stream.send(data, flow)
                continue
            listener = self._listeners.get(flow.local)
            if listener is not None:
                listener.send(data, flow.remote)

    def _receive(self, data: bytes, flow: Flow) -> None:
        assert self._loop is not None
        self.stack.receive_datagram(data, flow, now=self._loop.time())

    def _failed(self, remote: Address) -> None:
        assert self._loop is not None
        self.stack.transport_failed(remote, now=self._loop.time())
