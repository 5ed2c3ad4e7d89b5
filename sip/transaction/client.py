"""Client transactions, INVITE and other (RFC 3261 s.17.1): carry out what their tables say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from base.machine import Machine
from sip.message import ack_for
from sip.transaction.tables import INVITE_CLIENT, NON_INVITE_CLIENT, ClientEffect, ClientInput, State
from sip.transaction.timing import PATIENCE, T1, T2, T4, TIMER_D, lingering

if TYPE_CHECKING:
    from sip.flow import Flow
    from sip.message import Request, Response
    from sip.transaction.layer import TransactionLayer
    from sip.transaction.matching import Key

_TIMERS = {letter: ClientInput[f"TIMER_{letter}"] for letter in "ABDEFKM"}
_PROVISIONAL, _SUCCESS, _FAILURE = ClientInput.PROVISIONAL, ClientInput.SUCCESS, ClientInput.FAILURE
_TELL_RESPONSE = ClientEffect.TELL_RESPONSE


class ClientUser(Protocol):
    """What a client transaction tells to."""

    def on_response(self, transaction: ClientTransaction, response: Response, *, now: float) -> None:
        """A response that is no retransmission (2xx of INVITE: each of them)."""

    def on_no_response(self, transaction: ClientTransaction, status: int, *, now: float) -> None:
        """Timer B or F ran out (408), or the transport failed (503)."""


class Nobody:
    """The user of a request whose outcome changes nothing (CANCEL, the BYE to a fork), and of what is over."""

    __slots__ = ()

    def on_response(self, transaction: ClientTransaction, response: Response, *, now: float) -> None:
        """Nothing follows."""

    def on_no_response(self, transaction: ClientTransaction, status: int, *, now: float) -> None:
        """Nothing follows."""


NOBODY = Nobody()


class ClientTransaction:
    """One request that we sent."""

    __slots__ = (
        "ack_data",
        "data",
        "interval",
        "is_invite",
        "key",
        "layer",
        "machine",
        "reliable",
        "request",
        "summary",
        "switched_from",
        "user",
    )

    def __init__(self, layer: TransactionLayer, key: Key, request: Request, user: ClientUser) -> None:
        """Make one; `start` sends."""
        self.layer = layer
        self.key = key
        self.request = request
        self.user = user
        self.is_invite = request.method == "INVITE"
        self.machine = Machine(INVITE_CLIENT if self.is_invite else NON_INVITE_CLIENT)
        self.reliable = request.flow.transport != "UDP"
        self.switched_from: Flow | None = None
        self.data = request.encode()
        self.summary = f"{request.method} sdp" if request.body else request.method
        self.interval = T1
        self.ack_data: bytes | None = None

    def start(self, *, now: float) -> None:
        """Send the request and start timers A and B, or E and F."""
        first, last = ("A", "B") if self.is_invite else ("E", "F")
        self.transmit(now)
        if not self.reliable:
            self.layer.timers.set((self, first), now + T1)
        self.layer.timers.set((self, last), now + PATIENCE)

    @property
    def state(self) -> State:
        """Where the machine stands."""
        return self.machine.state

    def on_response(self, response: Response, *, now: float) -> None:
        """Take a response that matches."""
        status = response.status
        if not self.reliable and self.state in (State.CALLING, State.TRYING):
            self.layer.heard(self)
        event = _PROVISIONAL if status < 200 else _SUCCESS if status < 300 else _FAILURE
        for effect in self.machine.fire(event):
            if effect is _TELL_RESPONSE:
                self.user.on_response(self, response, now=now)
            elif effect is ClientEffect.SEND_ACK:
                self._acknowledge(response, now)
            else:
                self._carry_out(effect, now)

    def on_timer(self, letter: str, *, now: float) -> None:
        """Take a timer that is due."""
        for effect in self.machine.fire(_TIMERS[letter]):
            self._carry_out(effect, now)
        self._release()

    def on_transport_error(self, *, now: float) -> None:
        """The request could not be delivered."""
        if self.switched_from is not None and self.state in (State.CALLING, State.TRYING):
            # Whoever has no TCP gets the large request by UDP after all (s.18.1.1).
            self.switch(self.switched_from)
            self.layer.expect(self)
            self.start(now=now)
            return
        for effect in self.machine.fire(ClientInput.TRANSPORT_ERROR):
            self._carry_out(effect, now)
        self._release()

    def switch(self, flow: Flow) -> None:
        """Send by another transport than the target asked for: the request is too large, or was."""
        self.reliable = flow.transport != "UDP"
        self.switched_from = self.request.flow if self.reliable else None
        self.request.carry_by(flow)
        self.data = self.request.encode()

    def abandon(self) -> None:
        """Forget everything: the user has given up waiting for a final response."""
        self.machine.state = State.TERMINATED
        self.layer.remove_client(self)
        self._release()

    def _release(self) -> None:
        """Let go of the user of what is over: they hold each other, and he a session, until the collector comes."""
        if self.state is State.TERMINATED:
            self.user = NOBODY

    def transmit(self, now: float) -> None:
        """Send the request, first or again."""
        self.layer.send(self.data, self.request.flow, self.request.call_id, self.summary, now)

    def _acknowledge(self, response: Response, now: float) -> None:
        if self.ack_data is None:
            self.ack_data = ack_for(self.request, response).encode()
        self.layer.send(self.ack_data, self.request.flow, self.request.call_id, "ACK", now)

    def _carry_out(self, effect: ClientEffect, now: float) -> None:
        timers = self.layer.timers
        match effect:
            case ClientEffect.RETRANSMIT:
                self.transmit(now)
            case ClientEffect.RESTART_A:
                self.interval *= 2
                timers.set((self, "A"), now + self.interval)
            case ClientEffect.RESTART_E:
                self.interval = min(self.interval * 2, T2)
                timers.set((self, "E"), now + self.interval)
            case ClientEffect.SLOW_E:
                timers.set((self, "E"), now + T2)
            case ClientEffect.STOP_A_B:
                timers.cancel((self, "A"))
                timers.cancel((self, "B"))
            case ClientEffect.STOP_E_F:
                timers.cancel((self, "E"))
                timers.cancel((self, "F"))
            case ClientEffect.START_D:
                timers.set((self, "D"), now if self.reliable else lingering(now + TIMER_D))
            case ClientEffect.START_K:
                timers.set((self, "K"), now if self.reliable else lingering(now + T4))
            case ClientEffect.START_M:
                timers.set((self, "M"), lingering(now + PATIENCE))
            case ClientEffect.TELL_TIMEOUT:
                self.user.on_no_response(self, 408, now=now)
            case ClientEffect.TELL_TRANSPORT_ERROR:
                self.user.on_no_response(self, 503, now=now)
            case ClientEffect.DESTROY:
                self.layer.remove_client(self)
            case ClientEffect.TELL_RESPONSE | ClientEffect.SEND_ACK:
                raise AssertionError("needs the response")
