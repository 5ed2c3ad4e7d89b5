"""SIP over WebSocket (RFC 7118, RFC 6455) on one connection that was opened to us: each message a message, none cut.

The library wsproto knows the frames; what is checked here is the subprotocol, sizes, and that no client is dialled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Ping,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)
from wsproto.utilities import ProtocolError

from sip.framing import MAX_BODY, MAX_HEAD
from sip.io.wrapping import WrappingBroken

if TYPE_CHECKING:
    from wsproto.events import Event

    from sip.io.wrapping import Wrapping

SUBPROTOCOL = "sip"
LONGEST_REQUEST = 16_384
"""Octets of the HTTP request that asks for a WebSocket."""
_TOO_BIG, _NORMAL = 1009, 1000
_PLAIN = [(b"Content-Type", b"text/plain")]


class WebSocketWrapping:
    """One WebSocket."""

    __slots__ = ("_asked", "_outgoing", "_pieces", "_size", "_socket", "identities", "is_ready")

    def __init__(self) -> None:
        """Wait for the client's request."""
        self._socket = WSConnection(ConnectionType.SERVER)
        self._outgoing = bytearray()
        self._pieces: list[bytes] = []
        self._size = 0
        self._asked = 0
        self.is_ready = False
        """Whether the upgrade is done."""
        self.identities: tuple[str, ...] = ()

    @property
    def is_mid_message(self) -> bool:
        """Whether some of a message is here and its end is not."""
        return bool(self._pieces)

    def begin(self) -> None:
        """The client begins."""

    def receive(self, data: bytes) -> tuple[list[bytes], bool]:
        """Take octets: the messages that are now whole, and whether the client has closed. Raises WrappingBroken."""
        if not self.is_ready:
            self._asked += len(data)
            if self._asked > LONGEST_REQUEST:
                raise WrappingBroken("no request for a WebSocket")
        messages: list[bytes] = []
        has_ended = False
        try:
            self._socket.receive_data(data)
            for event in self._socket.events():
                has_ended = self._take(event, messages) or has_ended
        except ProtocolError as error:
            raise WrappingBroken(str(error)) from None
        return messages, has_ended

    def write(self, data: bytes) -> None:
        """Send one message: as text, which every client reads, unless it is none. Raises WrappingBroken."""
        try:
            self._say(TextMessage(data.decode()))
        except UnicodeDecodeError:
            self._say(BytesMessage(data))

    def end(self) -> None:
        """Say goodbye."""
        if self.is_ready:
            try:
                self._say(CloseConnection(_NORMAL))
            except WrappingBroken:
                return  # the client was first

    def take(self) -> bytes:
        """What is to be written to the socket."""
        octets = bytes(self._outgoing)
        self._outgoing.clear()
        return octets

    def _say(self, event: Event) -> None:
        try:
            self._outgoing += self._socket.send(event)
        except ProtocolError as error:
            raise WrappingBroken(str(error)) from None

    def _take(self, event: Event, messages: list[bytes]) -> bool:
        """One event; True when the client has closed."""
        match event:
            case Request(subprotocols=offered):
                self._upgrade(offered)
            case TextMessage() | BytesMessage():
                self._gather(event, messages)
            case Ping():
                self._say(event.response())
            case CloseConnection():
                self._say(event.response())
                return True
            case _:
                pass
        return False

    def _upgrade(self, offered: list[str]) -> None:
        """Agree only where SIP will be spoken (RFC 7118 s.4)."""
        if SUBPROTOCOL not in offered:
            self._say(RejectConnection(status_code=400, headers=_PLAIN, has_body=True))
            self._say(RejectData(b"Sec-WebSocket-Protocol: sip is needed\n"))
            raise WrappingBroken("no subprotocol sip")
        self._say(AcceptConnection(subprotocol=SUBPROTOCOL))
        self.is_ready = True

    def _gather(self, part: TextMessage | BytesMessage, messages: list[bytes]) -> None:
        data = part.data
        piece = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else bytes(data)
        self._size += len(piece)
        if self._size > MAX_HEAD + MAX_BODY:
            self._say(CloseConnection(_TOO_BIG))
            raise WrappingBroken("message too large")
        self._pieces.append(piece)
        if part.message_finished:
            messages.append(b"".join(self._pieces))
            self._pieces.clear()
            self._size = 0


class Layered:
    """One wrapping inside another: WebSocket inside TLS."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, outer: Wrapping, inner: Wrapping) -> None:
        """`outer` is next to the socket."""
        self._outer = outer
        self._inner = inner

    @property
    def is_ready(self) -> bool:
        """Whether both handshakes are done."""
        return self._inner.is_ready

    @property
    def is_mid_message(self) -> bool:
        """Whether either keeps the beginning of a message."""
        return self._outer.is_mid_message or self._inner.is_mid_message

    @property
    def identities(self) -> tuple[str, ...]:
        """The domains that the far end has proved."""
        return self._outer.identities

    def begin(self) -> None:
        """Prepare what we must write first. Raises WrappingBroken."""
        self._outer.begin()

    def receive(self, data: bytes) -> tuple[list[bytes], bool]:
        """Unwrap twice. Raises WrappingBroken."""
        pieces, has_ended = self._outer.receive(data)
        messages: list[bytes] = []
        for piece in pieces:
            try:
                found, inner_ended = self._inner.receive(piece)
            finally:
                self._pass_on()
            messages += found
            has_ended = has_ended or inner_ended
        return messages, has_ended

    def write(self, data: bytes) -> None:
        """Wrap twice. Raises WrappingBroken."""
        self._inner.write(data)
        self._pass_on()

    def end(self) -> None:
        """Say goodbye twice."""
        self._inner.end()
        self._pass_on()
        self._outer.end()

    def take(self) -> bytes:
        """What is to be written to the socket."""
        return self._outer.take()

    def _pass_on(self) -> None:
        rest = self._inner.take()
        if rest:
            self._outer.write(rest)
