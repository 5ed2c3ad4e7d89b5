"""The SIP endpoint on asyncio: what sockets hear into the stack, output onto sockets, events to one handler."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from base.io.driver import Driver
from sip.flow import written
from sip.io.certificates import all_contexts
from sip.io.load import LoadProbe
from sip.io.tcp import TcpListener
from sip.io.tls import TlsWrapping
from sip.io.udp import UdpListener
from sip.io.websocket import Layered, WebSocketWrapping
from sip.listener import STREAMS, on_one_port

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sip.events import Event
    from sip.flow import Address, Flow
    from sip.io.certificates import Contexts
    from sip.io.wrapping import Wrap
    from sip.listener import Listener
    from sip.stack import Stack

_TRIES = 20
"""Free UDP ports looked at until one is free for TCP too."""
_GLANCE = 0.02
"""Seconds between two looks at the sessions that are left."""


class Endpoint:
    """Runs one stack. The handler is called synchronously and may give commands to the stack."""

    __slots__ = ("_driver", "_handle", "_is_flushing", "_loop", "_probe", "_sockets", "stack")

    def __init__(self, stack: Stack, handle: Callable[[Event], None]) -> None:
        """Keep both; `start` opens the sockets."""
        self.stack = stack
        self._handle = handle
        self._sockets: dict[tuple[str, Address], UdpListener | TcpListener] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._driver: Driver | None = None
        self._probe: LoadProbe | None = None
        self._is_flushing = False

    async def start(
        self, addresses: Sequence[Address] = (), groups: Sequence[Sequence[Listener]] = ()
    ) -> None:
        """Listen on these addresses by UDP and TCP, and with these groups of listeners; port 0 is any free one.

        The listeners of a group have one port. Raises OSError that names the listener (as its filename), and
        UnusableCertificate, with nothing left open.
        """
        self._loop = asyncio.get_running_loop()
        self._driver = Driver(self.stack, self.flush)
        groups = [*(on_one_port(each) for each in addresses), *groups]
        try:
            certificates = all_contexts(each for group in groups for each in group)
            for group in groups:
                await self._bind(group, certificates)
            for each in self._sockets.values():
                await each.start()
        except BaseException:
            await self.close()
            raise
        self._probe = LoadProbe(self._loop, self.stack.overload, self._unread, self._late)
        for (transport, local), each in self._sockets.items():
            self.stack.listen(transport, local, each.listener.serves)

    @property
    def address(self) -> Address:
        """Where the first listener is bound, with the port that it really has."""
        return next(iter(self._sockets.values())).address

    @property
    def listeners(self) -> list[tuple[Listener, Address]]:
        """What is open, and where it is bound."""
        return [(each.listener, each.address) for each in self._sockets.values()]

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

    def adopt(self, listeners: Sequence[Listener], certificates: Mapping[Listener, Contexts]) -> None:
        """Take over reloaded certificates for connections that come from now on; addresses stay as they are."""
        open_ones = {each.listener.place: each for each in self._sockets.values()}
        for listener in listeners:
            found = open_ones.get(listener.place)
            if isinstance(found, TcpListener):
                found.adopt(listener, _wrap(listener.transport, certificates.get(listener)))

    def counters(self) -> dict[str, int]:
        """What has been refused since the start."""
        streams = [each for each in self._sockets.values() if isinstance(each, TcpListener)]
        return {
            "connections_refused": sum(each.refused for each in streams),
            "handshakes_failed": sum(each.handshake_failures for each in streams),
        }

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
        for each in self._sockets.values():
            await each.close()
        self._sockets.clear()

    async def _bind(self, group: Sequence[Listener], certificates: Mapping[Listener, Contexts]) -> None:
        """Take the addresses of listeners that share a port; one that is free must be free for all of them."""
        first, *others = group
        for attempt in range(_TRIES):
            opened = [self._open(first, first.address, certificates)]
            _, port = opened[0].address
            try:
                opened += [self._open(each, (each.address[0], port), certificates) for each in others]
            except OSError:
                await opened[0].close()
                if first.address[1] or attempt == _TRIES - 1:
                    raise
                continue
            self._sockets.update({(each.listener.transport, each.local): each for each in opened})
            return

    def _open(
        self, listener: Listener, address: Address, certificates: Mapping[Listener, Contexts]
    ) -> UdpListener | TcpListener:
        assert self._loop is not None
        try:
            if listener.transport in STREAMS:
                wrap = _wrap(listener.transport, certificates.get(listener))
                return TcpListener(self._loop, listener, address, self.stack, self.flush, wrap)
            return UdpListener(
                self._loop, listener, address, receive=self._receive, failed=self._failed, after=self.flush
            )
        except OSError as error:
            where = f"{listener.transport} {written(address)}"
            raise OSError(error.errno, error.strerror, where) from None

    def _unread(self) -> float:
        """The used share of the fullest receive buffer."""
        sockets = self._sockets.values()
        return max((each.unread() for each in sockets if isinstance(each, UdpListener)), default=0.0)

    def _late(self) -> float:
        """How long the datagram waits that has waited longest."""
        sockets = self._sockets.values()
        return max((each.late() for each in sockets if isinstance(each, UdpListener)), default=0.0)

    def _send_all(self) -> None:
        sockets = self._sockets
        for data, flow in self.stack.take_output():
            found = sockets.get(flow[:2])
            if found is not None:
                found.send(data, flow)

    def _receive(self, data: bytes, flow: Flow) -> None:
        assert self._loop is not None
        self.stack.receive_datagram(data, flow, now=self._loop.time())

    def _failed(self, remote: Address) -> None:
        assert self._loop is not None
        self.stack.transport_failed(remote, now=self._loop.time())


def _wrap(transport: str, contexts: Contexts | None) -> Wrap | None:
    if contexts is None:
        return (lambda flow, accepted: WebSocketWrapping()) if transport == "WS" else None
    if transport == "WSS":
        return lambda flow, accepted: Layered(
            TlsWrapping(contexts, flow, accepted=accepted), WebSocketWrapping()
        )
    return lambda flow, accepted: TlsWrapping(contexts, flow, accepted=accepted)
