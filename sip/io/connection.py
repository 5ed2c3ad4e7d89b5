"""One connection's socket, and what wraps SIP on it: TLS, WebSocket, or nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from sip.flow import Flow
from sip.io.wrapping import WrappingBroken
from sip.streams import MESSAGE_TIME

if TYPE_CHECKING:
    from sip.io.tcp import TcpListener
    from sip.io.wrapping import Wrapping

HANDSHAKE_TIME = 5.0
"""Seconds from an open socket to one that carries SIP."""
CLOSE_TIME = 5.0
"""Seconds for the last octets of a connection that we end."""
MOST_UNWRITTEN = 1 << 18
"""Octets that wait for a peer who does not read; beyond it the connection is cut."""


class Connection(asyncio.Protocol):
    """One connection."""

    __slots__ = ("_has_begun", "_hurry", "_listener", "_transport", "_wrapping", "flow", "is_accepted")

    def __init__(self, listener: TcpListener, flow: Flow | None = None) -> None:
        """With a flow it is one that we open."""
        self._listener = listener
        self._transport: asyncio.Transport | None = None
        self._wrapping: Wrapping | None = None
        self._hurry: asyncio.TimerHandle | None = None
        self._has_begun = False
        self.flow = flow or Flow(listener.listener.transport, listener.local, ("", 0))
        self.is_accepted = flow is None

    @property
    def identities(self) -> tuple[str, ...]:
        """The domains that the far end has proved."""
        return self._wrapping.identities if self._wrapping is not None else ()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is there."""
        # uvloop's is one in all but descent
        self._transport = transport = cast("asyncio.Transport", transport)
        if self.is_accepted:
            peer = transport.get_extra_info("peername")
            if peer is None:  # gone again already
                transport.abort()
                return
            self.flow = self.flow._replace(remote=(peer[0], peer[1]))
            if not self._listener.admit(self):
                transport.abort()
                return
        self._has_begun = True
        self._hurry = asyncio.get_running_loop().call_later(HANDSHAKE_TIME, self.cut)
        try:
            self._begin()
        except WrappingBroken:
            self.cut()

    def data_received(self, data: bytes) -> None:
        """Octets came."""
        if not self._has_begun:
            return
        if self._wrapping is None:
            self._listener.receive(data, self.flow)
        else:
            self._unwrap(self._wrapping, data)

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is closed."""
        self._calm()
        if self._has_begun:
            self._listener.lost(self)

    def write(self, data: bytes) -> None:
        """Write, or end after what was written before; a peer who does not read is cut off."""
        transport, wrapping = self._transport, self._wrapping
        if transport is None or transport.is_closing():
            return
        if not data:
            self._end()
        elif transport.get_write_buffer_size() + len(data) > MOST_UNWRITTEN:
            transport.abort()
        elif wrapping is None:
            transport.write(data)
        else:
            self._wrap(wrapping, data)

    def cut(self) -> None:
        """End it at once."""
        if self._transport is not None:
            self._transport.abort()

    def _begin(self) -> None:
        self._wrapping = wrapping = self._listener.wrapping(self.flow, accepted=self.is_accepted)
        if wrapping is None:
            self._calm()
            self._listener.ready(self)
        else:
            wrapping.begin()
            self._write_rest(wrapping)

    def _wrap(self, wrapping: Wrapping, data: bytes) -> None:
        try:
            wrapping.write(data)
        except WrappingBroken:
            self.cut()
        else:
            self._write_rest(wrapping)

    def _end(self) -> None:
        if self._wrapping is not None:
            self._wrapping.end()
            self._write_rest(self._wrapping)
        self._close()

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            asyncio.get_running_loop().call_later(CLOSE_TIME, self._transport.abort)

    def _unwrap(self, wrapping: Wrapping, data: bytes) -> None:
        was_ready = wrapping.is_ready
        try:
            sip, has_ended = wrapping.receive(data)
        except WrappingBroken:
            # The alert says why; a peer who does not read it is cut off.
            self._write_rest(wrapping)
            self._close()
            return
        self._write_rest(wrapping)
        if wrapping.is_ready and not was_ready:
            self._calm()
            self._listener.ready(self)
        if wrapping.is_ready:
            self._time_message(wrapping, is_new=bool(sip))
        for piece in sip:
            self._listener.receive(piece, self.flow)
        if has_ended:
            self.write(b"")

    def _time_message(self, wrapping: Wrapping, *, is_new: bool) -> None:
        """A message that comes in pieces has as long as any; where the wrapping keeps none, streams see to it."""
        if is_new or not wrapping.is_mid_message:
            self._calm()
        if wrapping.is_mid_message and self._hurry is None:
            self._hurry = asyncio.get_running_loop().call_later(MESSAGE_TIME, self.cut)

    def _write_rest(self, wrapping: Wrapping) -> None:
        rest = wrapping.take()
        if rest and self._transport is not None and not self._transport.is_closing():
            self._transport.write(rest)

    def _calm(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None
