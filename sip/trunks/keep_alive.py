"""Keeping our own way to a registrar open (RFC 5626 s.4.4): line ends on a connection, STUN or line ends by UDP.

Says when the way is dead, or leads through a NAT that gives us another address; who registered by it then does so anew.
Answering those of others stands in streams and stun.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sip.framing import PING
from sip.stun import binding_request, mapped_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from sip.context import Context
    from sip.flow import Address, Flow

ANSWER_TIME = 10.0
"""Seconds that a connection may be silent after our line ends (RFC 5626 s.4.4.1)."""
REPEATS = (0.5, 1.0, 2.0, 4.0)
"""Seconds between one copy of a STUN question and the next; after the last the way is dead (RFC 8489 s.6.2.1)."""
EARLIER = 0.9
"""Part of the time that a registrar names within which we send (RFC 5626 s.4.4: between 80 and 100 %)."""


@dataclass(frozen=True, slots=True)
class KeepAlivePlan:
    """How often we show that we are there."""

    every: float = 25.0
    by: Literal["crlf", "stun"] = "stun"
    """By UDP: STUN asks for an answer, line ends do not. A connection always takes line ends."""

    def within(self, seconds: int) -> KeepAlivePlan:
        """Often enough for a registrar that forgets us after so many seconds."""
        return KeepAlivePlan(min(self.every, EARLIER * seconds), self.by)


class KeepAlive:
    """One way that is kept open."""

    __slots__ = ("_asked_at", "_context", "_copies", "_failed", "_mapped", "_plan", "_question", "flow")

    def __init__(
        self, context: Context, flow: Flow, plan: KeepAlivePlan | None, failed: Callable[[float], None]
    ) -> None:
        """Without a plan nothing is sent and only a lost connection is told. `failed` hears when the way is dead."""
        self._context = context
        self._plan = plan
        self._failed = failed
        self._asked_at: float | None = None
        self._copies = 0
        self._question = b""
        self._mapped: Address | None = None
        self.flow = flow

    def start(self, *, now: float) -> None:
        """Begin; the first goes out after one interval, since something was just heard."""
        self._context.keepers.add(self)
        self._wait(now)

    def follow(self, plan: KeepAlivePlan | None, *, now: float) -> None:
        """Go by another plan."""
        if plan != self._plan:
            self._plan = plan
            if self._asked_at is None:
                self._wait(now)

    def stop(self) -> None:
        """Send no more."""
        self._context.keepers.remove(self)
        self._context.timers.cancel((self, "KEEP"))

    def on_timer(self, letter: str, *, now: float) -> None:
        """Time to send, first or again, or no time left for an answer."""
        if self._asked_at is None:
            self._ask(now)
        elif self._question and self._copies < len(REPEATS):
            self._send_question(now)
        else:
            self._end(now)

    def heard(self, now: float) -> None:
        """Octets came by the connection: whatever they are, it lives."""
        if self._asked_at is not None:
            self._wait(now)

    def on_stun(self, data: bytes, now: float) -> None:
        """An answer to a question of ours, or to somebody else's."""
        mapped = mapped_address(data, self._question) if self._question else None
        if mapped is None:
            return
        is_new = self._mapped is not None and mapped != self._mapped
        self._mapped = mapped
        if is_new:
            self._end(now)  # what is registered leads to where we no longer are (RFC 5626 s.4.4.2)
        else:
            self._wait(now)

    def lost(self, now: float) -> None:
        """The connection is no more."""
        self.stop()
        self._failed(now)

    def _ask(self, now: float) -> None:
        if self.flow.transport != "UDP":
            if self.flow in self._context.flows.open:
                self._asked_at = now
                self._context.output.append((PING, self.flow))
                self._set(now + ANSWER_TIME)
            else:
                self._end(now)
        elif self._plan is not None and self._plan.by == "crlf":
            self._context.output.append((PING, self.flow))
            self._wait(now)
        else:
            self._asked_at = now
            self._question = self._context.ids.number(96).to_bytes(12, "big")
            self._send_question(now)

    def _send_question(self, now: float) -> None:
        self._context.output.append((binding_request(self._question), self.flow))
        self._set(now + REPEATS[self._copies])
        self._copies += 1

    def _wait(self, now: float) -> None:
        self._asked_at = None
        self._copies, self._question = 0, b""
        if self._plan is not None:
            self._set(now + self._plan.every)
        else:
            self._context.timers.cancel((self, "KEEP"))

    def _end(self, now: float) -> None:
        self.stop()
        if self.flow in self._context.flows.open:
            self._context.output.append((b"", self.flow))
        self._failed(now)

    def _set(self, at: float) -> None:
        self._context.timers.set((self, "KEEP"), at)


class Keepers:
    """All ways that one endpoint keeps open; several registrations may share one."""

    __slots__ = ("_of",)

    def __init__(self) -> None:
        """Begin with none."""
        self._of: dict[Flow, list[KeepAlive]] = {}

    def __contains__(self, flow: Flow) -> bool:
        """Whether somebody keeps this way open."""
        return flow in self._of

    def add(self, keeper: KeepAlive) -> None:
        """Tell a keeper what is heard of its way."""
        self._of.setdefault(keeper.flow, []).append(keeper)

    def remove(self, keeper: KeepAlive) -> None:
        """Tell it no more."""
        keepers = self._of.get(keeper.flow, [])
        if keeper in keepers:
            keepers.remove(keeper)
            if not keepers:
                del self._of[keeper.flow]

    def heard(self, flow: Flow, now: float) -> None:
        """Octets came by a connection."""
        for keeper in tuple(self._of.get(flow, ())):
            keeper.heard(now)

    def on_stun(self, data: bytes, flow: Flow, now: float) -> None:
        """A STUN message came by UDP."""
        for keeper in tuple(self._of.get(flow, ())):
            keeper.on_stun(data, now)

    def lost(self, flow: Flow, now: float) -> None:
        """A connection is no more."""
        for keeper in tuple(self._of.get(flow, ())):
            keeper.lost(now)
