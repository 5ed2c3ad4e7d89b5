"""Server transactions, INVITE and other (RFC 3261 s.17.2, RFC 6026): carry out what their tables say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.machine import Machine
from sip.message import Request, response_to
from sip.reasons import REASONS
from sip.transaction.tables import INVITE_SERVER, NON_INVITE_SERVER, ServerEffect, ServerInput, State
from sip.transaction.timing import PATIENCE, T1, T2, T4, TRYING_AFTER, lingering

if TYPE_CHECKING:
    from sip.flow import Flow
    from sip.message import Extra
    from sip.transaction.layer import TransactionLayer
    from sip.transaction.matching import Key

_TIMERS = {letter: ServerInput[f"TIMER_{letter}"] for letter in "GHIJL"} | {
    "TRYING": ServerInput.TIMER_TRYING
}
_TRANSMIT, _RETRANSMIT = ServerEffect.TRANSMIT, ServerEffect.RETRANSMIT
_SEND_1XX, _SEND_2XX, _SEND_FAILURE = ServerInput.SEND_1XX, ServerInput.SEND_2XX, ServerInput.SEND_FAILURE
SPENT = Request("", "", {})
"""Stands in for a request that has been answered for good."""


class ServerTransaction:
    """One request that we received."""

    __slots__ = (
        "call_id",
        "fallback",
        "flow",
        "interval",
        "is_invite",
        "key",
        "last",
        "layer",
        "machine",
        "merge",
        "proof",
        "request",
        "session",
        "summary",
        "tag",
    )

    def __init__(self, layer: TransactionLayer, key: Key, request: Request, flow: Flow) -> None:
        """Make one; `flow` is where responses go (s.18.2.2)."""
        self.layer = layer
        self.key = key
        self.request = request
        self.call_id = request.call_id
        self.flow = flow
        self.fallback: Flow | None = None
        self.is_invite = request.method == "INVITE"
        self.machine = Machine(INVITE_SERVER if self.is_invite else NON_INVITE_SERVER)
        self.interval = T1
        self.last: bytes | None = None
        self.summary = ""
        self.tag: str | None = None
        self.merge: Key | None = None
        self.session: object | None = None
        self.proof: Extra = ()
        """What a 2xx carries besides: Authentication-Info (s.20.6)."""

    def start(self, *, now: float) -> None:
        """Promise a 100 for an INVITE that is not answered soon."""
        if self.is_invite:
            self.layer.timers.set((self, "TRYING"), now + TRYING_AFTER)

    @property
    def state(self) -> State:
        """Where the machine stands."""
        return self.machine.state

    def respond(
        self,
        status: int,
        reason: str | None = None,
        *,
        headers: Extra = (),
        body: bytes = b"",
        now: float,
    ) -> None:
        """Send a response."""
        tag = self.tag
        if tag is None and status > 100:
            tag = self.tag = self.layer.ids.token()
        if self.proof and 200 <= status < 300:
            headers += self.proof
        self.last = response_to(self.request, status, reason, tag=tag, headers=headers, body=body)
        reason = reason or REASONS.get(status, "")
        self.summary = f"{status} {reason} ({self.request.method}{' sdp' if body else ''})"
        self._fire(_SEND_1XX if status < 200 else _SEND_2XX if status < 300 else _SEND_FAILURE, now)
        if status >= 200:
            # What is left of its life only repeats the answer.
            self.request = SPENT

    def respond_again(self, *, now: float) -> None:
        """Send the 2xx of an INVITE once more, as its user must until the ACK comes (s.13.3.1.4)."""
        self._fire(_SEND_2XX, now)

    def repeat(self, data: bytes, *, now: float) -> None:
        """Send a provisional response once more, as its user must until the PRACK comes (RFC 3262 s.3)."""
        if self.state is State.PROCEEDING:
            self.layer.send(data, self.flow, self.call_id, self.summary, now)

    def on_request(self, *, now: float) -> None:
        """Take a retransmission."""
        self._fire(ServerInput.REQUEST, now)

    def on_ack(self, *, now: float) -> bool:
        """Take an ACK; True if it belongs to the user (that of a 2xx sent with the INVITE's branch)."""
        return self._fire(ServerInput.ACK, now)

    def on_timer(self, letter: str, *, now: float) -> None:
        """Take a timer that is due."""
        self._fire(_TIMERS[letter], now)

    def on_transport_error(self, *, now: float) -> None:
        """A response could not be delivered."""
        self._fire(ServerInput.TRANSPORT_ERROR, now)

    def on_connection_lost(self, *, now: float) -> None:
        """Answer by a new connection from now on; when that failed too, nobody is there."""
        if self.fallback is None:
            self.on_transport_error(now=now)
            return
        self.flow, self.fallback = self.fallback, None
        self.layer.carry(self, self.flow)

    def _fire(self, event: ServerInput, now: float) -> bool:
        told = False
        for effect in self.machine.fire(event):
            if effect is _TRANSMIT or effect is _RETRANSMIT:
                if self.last is not None:
                    self.layer.send(self.last, self.flow, self.call_id, self.summary, now)
            elif effect is ServerEffect.TELL_ACK:
                told = True
            else:
                self._carry_out(effect, now)
        return told

    def _carry_out(self, effect: ServerEffect, now: float) -> None:
        timers = self.layer.timers
        unreliable = self.flow.transport == "UDP"
        match effect:
            case ServerEffect.STOP_TRYING:
                timers.cancel((self, "TRYING"))
            case ServerEffect.SEND_TRYING:
                self.respond(100, now=now)
            case ServerEffect.START_G_H:
                if unreliable:
                    timers.set((self, "G"), now + T1)
                timers.set((self, "H"), now + PATIENCE)
            case ServerEffect.RESTART_G:
                self.interval = min(self.interval * 2, T2)
                timers.set((self, "G"), now + self.interval)
            case ServerEffect.STOP_G_H:
                timers.cancel((self, "G"))
                timers.cancel((self, "H"))
            case ServerEffect.START_I:
                timers.set((self, "I"), lingering(now + T4) if unreliable else now)
            case ServerEffect.START_J:
                timers.set((self, "J"), lingering(now + PATIENCE) if unreliable else now)
            case ServerEffect.START_L:
                timers.set((self, "L"), lingering(now + PATIENCE))
            case ServerEffect.DESTROY:
                self.layer.remove_server(self)
            case _:
                raise AssertionError(effect)
