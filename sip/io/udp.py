"""One UDP listener: a non-blocking socket read in bursts, with ICMP errors told apart by destination (Linux).

What may begin a call waits behind everything else that has come: in a flood of calls those in progress are heard, and
pings answered, in time. INVITE and CANCEL keep their order.
"""

from __future__ import annotations

import select
import socket
import struct
from collections import deque
from typing import TYPE_CHECKING

from sip.flow import Flow

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from sip.flow import Address
    from sip.listener import Listener

RECEIVE_BUFFER = 4 << 20
"""Room for a second of flood before the kernel drops; the kernel may allow less."""
BURST = 64
"""Datagrams of each kind served per wake-up, so that timers and other work get their turn in a flood."""
READ_AHEAD = 1024
"""Datagrams read per wake-up, to find among them what must not wait."""
MOST_WAITING = 8192
"""Datagrams of each kind that may wait; further ones are lost, and sent again by their senders."""
_BEGINNINGS = frozenset((b"INVITE ", b"CANCEL "))
_LARGEST = 65_535
_MAX_FLOWS = 4096
_SO_MEMINFO = 55
_IP_RECVERR = 11
_IPV6_RECVERR = 25

_Lane = deque[tuple[float, bytes, Flow]]


class UdpListener:
    """Reads datagrams into `receive` and reports undeliverable ones to `failed`; `after` runs once per burst."""

    __slots__ = (
        "_after",
        "_failed",
        "_flows",
        "_is_scheduled",
        "_loop",
        "_poll",
        "_receive",
        "_socket",
        "_urgent",
        "_waiting",
        "address",
        "dropped",
        "listener",
        "local",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        listener: Listener,
        address: Address,
        *,
        receive: Callable[[bytes, Flow], None],
        failed: Callable[[Address], None],
        after: Callable[[], None],
    ) -> None:
        """Bind; raises OSError when the address is taken or not ours. Port 0 takes a free one."""
        self._loop = loop
        self._receive = receive
        self._failed = failed
        self._after = after
        self._flows: dict[Address, Flow] = {}
        self._urgent: _Lane = deque()
        self._waiting: _Lane = deque()
        self._is_scheduled = False
        self.dropped = 0
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.settimeout(0)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            if family == socket.AF_INET6:
                self._socket.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
                self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            else:
                self._socket.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
            self._socket.bind(address)
        except OSError:
            self._socket.close()
            raise
        host, port = self._socket.getsockname()[:2]
        self.listener = listener
        self.address: Address = (host, port)
        self.local = listener.known_as(self.address)
        # libuv stops a reader for good at its first ICMP error; behind an epoll of its own it only looks readable.
        self._poll = select.epoll()
        self._poll.register(self._socket.fileno(), select.EPOLLIN)
        loop.add_reader(self._poll.fileno(), self._on_readable)

    async def start(self) -> None:
        """Nothing is left to be done."""

    def send(self, data: bytes, flow: Flow) -> None:
        """Send one datagram; when the buffer is full it is lost, and sent again by its transaction."""
        remote = flow.remote
        try:
            self._socket.sendto(data, remote)
        except BlockingIOError:
            self.dropped += 1
        except OSError:
            # Linux reports an earlier datagram's ICMP error here: learn whose it was, then try this one again.
            self._drain_errors()
            try:
                self._socket.sendto(data, remote)
            except BlockingIOError:
                self.dropped += 1
            except OSError:
                self._failed(remote)

    def unread(self) -> float:
        """The share of the receive buffer that is taken by what we have not read."""
        used, size = struct.unpack_from("=II", self._socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 8))
        return float(used / size) if size else 0.0

    def late(self) -> float:
        """How long what has been read longest ago waits to be served."""
        oldest = min((lane[0][0] for lane in (self._urgent, self._waiting) if lane), default=None)
        return self._loop.time() - oldest if oldest is not None else 0.0

    async def close(self) -> None:
        """Stop reading and close."""
        self._urgent.clear()
        self._waiting.clear()
        self._loop.remove_reader(self._poll.fileno())
        self._poll.close()
        self._socket.close()

    def _on_readable(self) -> None:
        read, flows, now = self._socket.recvfrom, self._flows, self._loop.time()
        urgent, waiting = self._urgent, self._waiting
        count = 0
        try:
            for count in range(READ_AHEAD):  # noqa: B007 - whether any came is asked below
                data, source = read(_LARGEST)
                flow = flows.get(source)
                if flow is None:
                    flow = self._flow_from(source)
                lane = waiting if data[:7] in _BEGINNINGS else urgent
                if len(lane) < MOST_WAITING:
                    lane.append((now, data, flow))
                else:
                    self.dropped += 1
        except BlockingIOError:
            if not count:
                self._drain_errors()
        except OSError:
            self._drain_errors()
        finally:
            self._serve()

    def _serve(self) -> None:
        """Serve some of what came; the rest in the loop's next round, when others have had their turn."""
        urgent, waiting = self._urgent, self._waiting
        try:
            self._take(urgent, BURST)
            # While others are behind too, new calls have a part of the time, so that none starves.
            self._take(waiting, BURST // 4 if urgent else BURST)
        finally:
            self._after()
            if (urgent or waiting) and not self._is_scheduled:
                self._is_scheduled = True
                self._loop.call_soon(self._go_on)

    def _take(self, lane: _Lane, most: int) -> None:
        receive = self._receive
        for _ in range(min(most, len(lane))):
            _, data, flow = lane.popleft()
            receive(data, flow)

    def _go_on(self) -> None:
        self._is_scheduled = False
        self._serve()

    def _flow_from(self, source: Address) -> Flow:
        if len(self._flows) >= _MAX_FLOWS:
            self._flows.clear()
        flow = self._flows[source] = Flow("UDP", self.local, (source[0], source[1]))
        return flow

    def _drain_errors(self) -> None:
        """Read the error queue: each entry names the destination that could not be reached."""
        while True:
            try:
                _, _, _, destination = self._socket.recvmsg(0, 512, socket.MSG_ERRQUEUE)
            except OSError:
                return
            if destination:
                self._failed((destination[0], destination[1]))
