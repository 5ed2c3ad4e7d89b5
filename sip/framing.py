"""A stream cut into messages by Content-Length, keep-alives between them (RFC 3261 s.18.3; RFC 5626 s.3.5.1).

Knows no connections and no time: how long one message may take is decided in streams. What a peer sends never raises
here and never makes the buffer longer than one message of the largest size.
"""

from __future__ import annotations

from dataclasses import dataclass

from sip.errors import ParseError
from sip.grammar import number
from sip.headers import canonical
from sip.parser import head_lines

MAX_HEAD = 65_536
"""Octets of a start line and its headers."""
MAX_BODY = 65_536
"""Octets of a body."""
MOST_LINE_ENDS = 256
"""Octets of line ends in a row that came at once: 64 keep-alives; more is a flood that would keep us from others."""
PING = b"\r\n\r\n"
PONG = b"\r\n"
_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Framed:
    """One message. With a fault its end could not be known, and the stream is no longer of use."""

    data: bytes
    fault: str | None = None


class Framer:
    """One direction of one connection."""

    __slots__ = ("_buffer", "_searched", "_whole", "is_broken")

    def __init__(self) -> None:
        """Begin between two messages."""
        self._buffer = bytearray()
        self._searched = 0
        self._whole = 0
        self.is_broken = False

    def __len__(self) -> int:
        """How many octets are kept."""
        return len(self._buffer)

    @property
    def is_mid_message(self) -> bool:
        """Whether a message has begun that is not yet whole; half a keep-alive is none."""
        return bool(self._buffer) and self._buffer[0] not in PONG

    def feed(self, data: bytes) -> tuple[list[Framed], int]:
        """Take what came; the messages that are now whole, and how many keep-alives want an answer."""
        if self.is_broken:
            return [], 0
        buffer = self._buffer
        buffer += data
        if len(buffer) < self._whole:
            return [], 0
        messages: list[Framed] = []
        at = pings = 0
        while True:
            start = at
            at, more = _skip_keep_alives(buffer, at)
            pings += more
            end = -1 if at - start > MOST_LINE_ENDS else self._message_end(at, messages)
            if end is None:
                break
            if end < 0:
                self.is_broken = True
                buffer.clear()
                return messages, pings
            messages.append(Framed(bytes(buffer[at:end])))
            at = end
        del buffer[:at]
        self._whole = max(0, self._whole - at)
        # Where the end of a head may still begin; a head whose end is known is only looked at again when all is there.
        self._searched = 0 if self._whole else max(0, len(buffer) - len(_END) + 1)
        return messages, pings

    def _message_end(self, at: int, messages: list[Framed]) -> int | None:
        """Where the message that begins at `at` ends; None if that has not come, -1 if it cannot be known."""
        buffer = self._buffer
        end = buffer.find(_END, at or self._searched)
        self._whole = 0
        if end < 0 or end - at > MAX_HEAD:
            # All that is kept from a head without end would be kept for nothing.
            return -1 if len(buffer) - at > MAX_HEAD else None
        head = bytes(buffer[at:end])
        try:
            whole = end + len(_END) + body_length(head)
        except ParseError as error:
            messages.append(Framed(head + _END, str(error)))
            return -1
        if len(buffer) < whole:
            self._whole = whole
            return None
        return whole


class WholeFramer:
    """As Framer, where the transport keeps messages apart (RFC 7118 s.5): Content-Length may be missing."""

    __slots__ = ()

    is_broken = is_mid_message = False

    def __len__(self) -> int:
        """Nothing is kept."""
        return 0

    def feed(self, data: bytes) -> tuple[list[Framed], int]:
        """Take one message, or a keep-alive (RFC 5626 s.3.5.1)."""
        if data.strip(PONG):
            return [Framed(data)], 0
        return [], data == PING


def body_length(head: bytes) -> int:
    """What Content-Length says, which over a stream must be there once (s.20.14). Raises ParseError."""
    values: list[str] = []
    for line in head_lines(head)[1:]:
        name, colon, value = line.partition(":")
        if colon and canonical(name.rstrip()) == "Content-Length":
            values.append(value.strip())
    if len(values) != 1:
        raise ParseError("one Content-Length is needed" if values else "no Content-Length")
    return number(values[0], MAX_BODY, "Content-Length")


def _skip_keep_alives(buffer: bytearray, at: int) -> tuple[int, int]:
    """Pass over line ends before a message; a double CRLF is a ping. What may yet become one is left."""
    pings = 0
    most = at + MOST_LINE_ENDS
    while at < len(buffer) and buffer[at] in PONG and at <= most:
        if buffer.startswith(PING, at):
            at += len(PING)
            pings += 1
        elif len(buffer) - at < len(PING) and PING.startswith(buffer[at:]):
            break
        else:
            at += 2 if buffer.startswith(PONG, at) else 1
    return at, pings
