"""Connections as the endpoint sees them (RFC 3261 s.18, RFC 5626 s.4.4.1): framed, timed, and closed when misused.

Opens no socket: that a connection is there, or lost, is told from outside; an empty write asks for its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.flow import MESSAGE_BASED
from sip.framing import PONG, Framer, WholeFramer

if TYPE_CHECKING:
    from collections.abc import Callable

    from sip.context import Context
    from sip.flow import Flow

MESSAGE_TIME = 10.0
"""Seconds for one message, and for the first one of a connection that was opened to us."""
IDLE_TIME = 600.0
"""Seconds without a message after which a connection that nobody needs is closed; keep-alives alone keep none."""
CLOSE = b""
"""What is written to a connection to end it, after all that was written before."""
_HURRY, _LOOK = "MESSAGE", "IDLE"


class Stream:
    """One connection."""

    __slots__ = ("_streams", "flow", "framer", "heard_at")

    def __init__(self, streams: Streams, flow: Flow, now: float) -> None:
        """Begin with nothing heard."""
        self._streams = streams
        self.flow = flow
        self.framer = WholeFramer() if flow.transport in MESSAGE_BASED else Framer()
        self.heard_at = now

    def on_timer(self, letter: str, *, now: float) -> None:
        """Time is up for a message, or it is time to see whether the connection is still in use."""
        if letter == _HURRY:
            self._streams.close(self.flow)
        else:
            self._streams.look_at(self, now=now)


class Streams:
    """All connections of one endpoint."""

    __slots__ = ("_context", "_is_needed", "_streams", "_take")

    def __init__(
        self,
        context: Context,
        take: Callable[[bytes, Flow, str | None, float], bool],
        is_needed: Callable[[Flow, float], bool],
    ) -> None:
        """`take` gets each message and says whether it was one; `is_needed` whether an idle connection must stay."""
        self._context = context
        self._take = take
        self._is_needed = is_needed
        self._streams: dict[Flow, Stream] = {}

    def __len__(self) -> int:
        """How many connections there are."""
        return len(self._streams)

    def open(self, flow: Flow, identities: tuple[str, ...] = (), *, accepted: bool, now: float) -> None:
        """A connection is there; one that was opened to us must soon be used."""
        self.forget(flow)
        stream = self._streams[flow] = Stream(self, flow, now)
        self._context.flows.opened(flow, identities)
        self._context.timers.set((stream, _LOOK), now + IDLE_TIME)
        if accepted:
            self._context.timers.set((stream, _HURRY), now + MESSAGE_TIME)

    def receive(self, data: bytes, flow: Flow, *, now: float) -> None:
        """Take octets of a connection; whatever they are, this does not raise."""
        stream = self._streams.get(flow)
        if stream is None:
            return
        framer = stream.framer
        messages, pings = framer.feed(data)
        if pings:
            self._context.output.append((PONG * pings, flow))
        for message in messages:
            stream.heard_at = now
            if not self._take(message.data, flow, message.fault, now):
                self.close(flow)
                return
        if framer.is_broken:
            self.close(flow)
            return
        timers, key = self._context.timers, (stream, _HURRY)
        if not framer.is_mid_message:
            if messages or pings:
                timers.cancel(key)
        elif messages or key not in timers:
            timers.set(key, now + MESSAGE_TIME)

    def close(self, flow: Flow) -> None:
        """End a connection after what is still to be written."""
        if flow in self._streams:
            self.forget(flow)
            self._context.output.append((CLOSE, flow))

    def forget(self, flow: Flow) -> None:
        """A connection is no more."""
        stream = self._streams.pop(flow, None)
        if stream is not None:
            self._context.flows.lost(flow)
            self._context.timers.cancel((stream, _HURRY))
            self._context.timers.cancel((stream, _LOOK))

    def look_at(self, stream: Stream, *, now: float) -> None:
        """Close a connection that is idle and that nobody needs; look at any other again later."""
        due = stream.heard_at + IDLE_TIME
        if due > now:
            self._context.timers.set((stream, _LOOK), due)
        elif self._is_needed(stream.flow, now):
            self._context.timers.set((stream, _LOOK), now + IDLE_TIME)
        else:
            self.close(stream.flow)
