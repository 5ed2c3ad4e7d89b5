"""A wire between stacks in virtual time: datagrams take time, get lost, doubled or overtaken exactly as scripted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from sip.flow import Flow
from sip.parser import parse

if TYPE_CHECKING:
    from sip.events import Event
    from sip.message import Request, Response
    from sip.stack import Stack

Address = tuple[str, int]
Fate = Sequence[float]
"""When copies of one datagram arrive, in seconds after sending: () is lost, (0.1, 0.3) is doubled."""


class End:
    """One stack on the wire: its events so far, and what it does at each."""

    def __init__(self, stack: Stack, address: Address) -> None:
        """Attach a stack that listens at `address`."""
        self.stack = stack
        self.address = address
        self.events: list[Event] = []
        self.react: Callable[[Event], None] | None = None

    def last(self, kind: type) -> Event:
        """The latest event of a kind."""
        return next(event for event in reversed(self.events) if isinstance(event, kind))

    def kinds(self) -> list[str]:
        """Names of the events so far, ladder rows left out."""
        return [type(event).__name__ for event in self.events if type(event).__name__ != "MessageTraced"]


class Wire:
    """Carries datagrams between ends; `fate` decides for each datagram, counted from 0, what happens to it."""

    def __init__(
        self, *ends: End, delay: float = 0.01, fate: Callable[[int, bytes], Fate] | None = None
    ) -> None:
        """Join the ends."""
        self.ends = {end.address: end for end in ends}
        self.delay = delay
        self.fate = fate or (lambda _count, _data: (self.delay,))
        self.now = 0.0
        self.sent: list[tuple[float, Address, bytes]] = []
        self._turn = 0
        self._flying: list[tuple[float, int, Flow, bytes]] = []
        self._actions: list[tuple[float, int, Callable[[], None]]] = []

    def at(self, when: float, action: Callable[[], None]) -> None:
        """Do something at a time."""
        self._turn += 1
        heappush(self._actions, (when, self._turn, action))

    def inject(self, data: bytes, source: Address, target: Address) -> None:
        """Hand a datagram to an end at once, whoever it claims to come from."""
        self.ends[target].stack.receive_datagram(data, Flow("UDP", target, source), now=self.now)
        self.collect()

    def collect(self) -> None:
        """Take what the ends want to send and say, until they are silent."""
        busy = True
        while busy:
            busy = False
            for end in self.ends.values():
                while (event := end.stack.next_event()) is not None:
                    busy = True
                    end.events.append(event)
                    if end.react is not None:
                        end.react(event)
                for data, flow in end.stack.take_output():
                    busy = True
                    self._send(data, flow)

    def _send(self, data: bytes, flow: Flow) -> None:
        for after in self.fate(len(self.sent), data):
            self._turn += 1
            arriving = Flow(flow.transport, flow.remote, flow.local)
            heappush(self._flying, (self.now + after, self._turn, arriving, data))
        self.sent.append((self.now, flow.local, data))

    def run(self, until: float) -> None:
        """Let time pass."""
        self.collect()
        while (due := self._next()) is not None and due <= until:
            self.now = max(self.now, due)
            self._step()
            self.collect()
        self.now = max(self.now, until)

    def _next(self) -> float | None:
        times = [end.stack.next_timeout() for end in self.ends.values()]
        times += [
            self._flying[0][0] if self._flying else None,
            self._actions[0][0] if self._actions else None,
        ]
        return min((at for at in times if at is not None), default=None)

    def _step(self) -> None:
        if self._actions and self._actions[0][0] <= self.now:
            heappop(self._actions)[2]()
            return
        if self._flying and self._flying[0][0] <= self.now:
            _, _, flow, data = heappop(self._flying)
            end = self.ends.get(flow.local)
            if end is not None:
                end.stack.receive_datagram(data, flow, now=self.now)
            return
        for end in self.ends.values():
            end.stack.handle_timeout(now=self.now)

    def messages(self, source: Address | None = None) -> list[Request | Response]:
        """All datagrams sent so far (by one end), lost ones included, parsed."""
        return [parse(data) for _, sender, data in self.sent if source is None or sender == source]

    def starts(self, source: Address | None = None) -> list[str]:
        """Method or status of each datagram sent."""
        return [
            getattr(each, "method", None) or str(getattr(each, "status", ""))
            for each in self.messages(source)
        ]
