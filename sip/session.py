"""Sessions: the INVITE usage of a dialog (RFC 3261 s.13 to s.15), run by the CALLEE and CALLER tables.

What the peer's SDP means is not decided here: it passes upwards parsed, and our bodies come down as octets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from base.machine import Machine
from sip.body import description_or_none
from sip.causes import cause_of
from sip.dialog import Dialog
from sip.events import (
    SessionAnswered,
    SessionCancelled,
    SessionConfirmed,
    SessionEnded,
    SessionRefused,
    SessionRinging,
)
from sip.incoming import ServedInvite
from sip.login import with_credentials
from sip.message import Response, cancel_for
from sip.outgoing import NOBODY, SentInvite
from sip.reasons import REASONS
from sip.reoffer import Reoffer
from sip.session_table import CALLEE, CALLER, SessionEffect, SessionInput, SessionState
from sip.transaction.timing import PATIENCE
from sip.values import reason_cause

if TYPE_CHECKING:
    from collections.abc import Callable

    from sip.context import Context
    from sip.events import Caller
    from sip.login import Login
    from sip.message import Extra, Message, Request
    from sip.sdp import SessionDescription
    from sip.transaction.client import ClientTransaction
    from sip.transaction.server import ServerTransaction


class Detail:
    """What an input brought along for the effects that follow from it."""

    __slots__ = ("body", "headers", "message", "reason", "status")

    def __init__(
        self,
        status: int = 0,
        reason: str | None = None,
        *,
        headers: Extra = (),
        body: bytes = b"",
        message: Message | None = None,
    ) -> None:
        """Keep the parts."""
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body
        self.message = message


_NOTHING = Detail()
_CALLING = (SessionState.CALLING, SessionState.EARLY)


class Session:
    """One call as one party sees it."""

    __slots__ = (
        "call_id",
        "caller",
        "cause",
        "context",
        "dialog",
        "direction",
        "id",
        "local_tag",
        "login",
        "machine",
        "offer",
        "owner",
        "reoffer",
        "request",
        "sent",
        "served",
        "user",
    )

    def __init__(
        self, context: Context, request: Request, local_tag: str, direction: Literal["in", "out"]
    ) -> None:
        """Begin; `receive` or `place` follows."""
        self.context = context
        self.request = request
        self.call_id = request.call_id
        self.local_tag = local_tag
        self.direction: Literal["in", "out"] = direction
        self.id = context.ids.new()
        self.user = request.uri.user or ""
        self.machine = Machine(CALLEE if direction == "in" else CALLER)
        self.caller: Caller | None = None
        self.offer: SessionDescription | None = None
        self.owner: Any = None
        self.login: Login | None = None
        self.dialog: Dialog | None = None
        self.served: ServedInvite | None = None
        self.sent: SentInvite | None = None
        self.reoffer: Reoffer | None = None
        self.cause = 16

    @classmethod
    def receive(
        cls,
        context: Context,
        transaction: ServerTransaction,
        caller: Caller,
        offer: SessionDescription | None,
    ) -> Session:
        """The session that an admitted INVITE asks for."""
        request = transaction.request
        transaction.tag = context.ids.token()
        session = cls(context, request, transaction.tag, "in")
        session.caller = caller
        session.offer = offer
        session.served = ServedInvite(context, request, transaction, session)
        transaction.session = session
        context.add(session)
        return session

    @classmethod
    def place(cls, context: Context, request: Request, login: Login | None = None, *, now: float) -> Session:
        """The session that our INVITE asks for; `login` answers a challenge."""
        session = cls(context, request, request.from_.tag or "", "out")
        session.login = login
        context.add(session)
        session.sent = SentInvite(context, request, session, now=now)
        return session

    @property
    def state(self) -> SessionState:
        """Where the machine stands."""
        return self.machine.state

    @property
    def remote_tag(self) -> str | None:
        """The peer's tag, as far as it is known."""
        if self.dialog is not None:
            return self.dialog.remote_tag
        return self.request.from_.tag if self.direction == "in" else None

    @property
    def reoffers(self) -> Reoffer:
        """The re-INVITE machine, made when first needed."""
        if self.reoffer is None:
            self.reoffer = Reoffer(self)
        return self.reoffer

    # Commands.

    def ring(self, status: int = 180, body: bytes = b"", headers: Extra = (), *, now: float) -> None:
        """Send a provisional answer."""
        self._fire(SessionInput.RING, Detail(status, headers=headers, body=body), now)

    def answer(self, body: bytes, headers: Extra = (), *, now: float) -> None:
        """Answer with 200."""
        self._fire(SessionInput.ANSWER, Detail(200, headers=headers, body=body), now)

    def reject(self, status: int, reason: str | None = None, headers: Extra = (), *, now: float) -> None:
        """Answer with a final failure."""
        self._fire(SessionInput.REJECT, Detail(status, reason, headers=headers), now)

    def end(self, status: int, cause: int, *, now: float) -> None:
        """End it in whatever way the state needs; `status` is for an INVITE not yet answered."""
        self.cause = cause
        self._fire(SessionInput.END, Detail(status, headers=self._reason()), now)

    def acknowledge(self, body: bytes, *, now: float) -> None:
        """Send the ACK that holds our answer to the offer in a 2xx (late offer)."""
        sent = self.sent
        if self.reoffer is not None and self.reoffer.sent is not None:
            sent = self.reoffer.sent
        if sent is not None and self.dialog is not None:
            sent.acknowledge(self.dialog, body, now=now)

    # What comes from the peer.

    def on_ack(self, request: Request, *, now: float) -> None:
        """An ACK; one with another CSeq than the INVITE's is none of it."""
        if self.served is not None and request.cseq.number == self.served.number:
            self._fire(SessionInput.ACK, Detail(message=request), now)
        elif self.reoffer is not None:
            self.reoffer.on_ack(request, now=now)

    def on_cancel(self, transaction: ServerTransaction, *, now: float) -> None:
        """A CANCEL of the first INVITE or of a re-INVITE."""
        if self.served is not None and transaction is self.served.transaction:
            self._fire(SessionInput.CANCEL, _NOTHING, now)
        elif self.reoffer is not None and self.reoffer.serves(transaction):
            self.reoffer.on_cancel(now=now)

    def on_bye(self, request: Request, *, now: float) -> None:
        """A BYE, already answered."""
        self._fire(SessionInput.BYE, Detail(message=request), now)

    def on_provisional(self, response: Response, *, now: float) -> None:
        """A 1xx to our INVITE."""
        self._fire(SessionInput.PROVISIONAL, Detail(response.status, message=response), now)

    def on_success(self, response: Response, *, now: float) -> None:
        """The first 2xx to our INVITE."""
        self._fire(SessionInput.SUCCESS, Detail(response.status, message=response), now)

    def on_failure(self, status: int, response: Response | None, *, now: float) -> None:
        """Our INVITE failed, unless a challenge can be answered: then it is sent once more."""
        if response is not None and self._answer_challenge(response, now):
            return
        reason = response.reason if response is not None else None
        self._fire(SessionInput.FAILURE, Detail(status, reason, message=response), now)

    def on_no_ack(self, *, now: float) -> None:
        """The ACK of our 2xx did not come."""
        self._fire(SessionInput.NO_ACK, Detail(408), now)

    def on_lost(self, status: int, *, now: float) -> None:
        """The peer no longer knows the dialog, or no longer answers (RFC 5057)."""
        self._fire(SessionInput.LOST, Detail(status), now)

    def on_response(self, transaction: ClientTransaction, response: Response, *, now: float) -> None:
        """An answer to our BYE."""
        if response.status >= 200:
            self._fire(SessionInput.BYE_OVER, _NOTHING, now)

    def on_no_response(self, transaction: ClientTransaction, status: int, *, now: float) -> None:
        """Our BYE was not answered: gone is gone."""
        self._fire(SessionInput.BYE_OVER, _NOTHING, now)

    def on_timer(self, letter: str, *, now: float) -> None:
        """The cancelled INVITE got no final answer within 64*T1 (s.9.1)."""
        self._fire(SessionInput.NO_FINAL, _NOTHING, now)

    def _answer_challenge(self, response: Response, now: float) -> bool:
        if response.status not in (401, 407) or self.login is None or self.state not in _CALLING:
            return False
        context = self.context
        again = with_credentials(self.request, response, self.login, context.branch(), context.ids)
        if again is None:
            return False
        self.request = again
        self.sent = SentInvite(context, again, self, now=now)
        return True

    # Effects.

    def _fire(self, event: SessionInput, detail: Detail, now: float) -> None:
        for effect in self.machine.fire(event):
            _EFFECTS[effect](self, detail, now)

    def _reason(self) -> Extra:
        return (("Reason", f"Q.850;cause={self.cause}"),)

    def _early_dialog(self) -> Dialog:
        if self.dialog is None:
            self.dialog = Dialog.as_callee(self.request, self.local_tag)
        return self.dialog

    def _send_provisional(self, detail: Detail, now: float) -> None:
        self._early_dialog()
        if self.served is not None:
            self.served.provisional(detail.status, detail.body, detail.headers, now=now)

    def _send_success(self, detail: Detail, now: float) -> None:
        self._early_dialog()
        if self.served is not None:
            self.served.succeed(detail.body, detail.headers, now=now)

    def _send_failure(self, detail: Detail, now: float) -> None:
        if self.served is not None:
            self.served.fail(detail.status, detail.reason, detail.headers, now=now)

    def _send_terminated(self, detail: Detail, now: float) -> None:
        if self.served is not None:
            self.served.fail(487, now=now)

    def _stop_resending(self, detail: Detail, now: float) -> None:
        if self.served is not None:
            self.served.stop()

    def _make_dialog(self, detail: Detail, now: float) -> None:
        if isinstance(detail.message, Response):
            self.dialog = Dialog.as_caller(self.request, detail.message)

    def _send_ack(self, detail: Detail, now: float) -> None:
        # An answer to an INVITE without offer holds the offer: its ACK waits for `acknowledge` and our answer.
        is_ours = bool(self.request.body) or detail.message is None or not detail.message.body
        if (
            self.sent is not None
            and self.dialog is not None
            and (is_ours or self.state is not SessionState.CONFIRMED)
        ):
            self.sent.acknowledge(self.dialog, now=now)

    def _send_cancel(self, detail: Detail, now: float) -> None:
        self.context.layer.request(cancel_for(self.request, self._reason()[0][1]), NOBODY, now=now)
        self.context.timers.set((self, "NO_FINAL"), now + PATIENCE)

    def _send_bye(self, detail: Detail, now: float) -> None:
        if self.reoffer is not None:
            self.reoffer.on_session_over(now=now)
        if self.dialog is not None:
            if self.sent is not None and self.sent.tag is not None and self.sent.tag not in self.sent.acks:
                self.sent.acknowledge(self.dialog, now=now)
            request = self.dialog.request("BYE", self.context.branch(), headers=self._reason())
            self.context.layer.request(request, self, now=now)

    def _give_up(self, detail: Detail, now: float) -> None:
        if self.sent is not None:
            self.sent.transaction.abandon()

    def _tell_ringing(self, detail: Detail, now: float) -> None:
        if detail.status > 100 and detail.message is not None:
            description = description_or_none(detail.message)
            self.context.events.append(SessionRinging(self, detail.status, description))

    def _tell_answered(self, detail: Detail, now: float) -> None:
        description = description_or_none(detail.message) if detail.message is not None else None
        self.context.events.append(SessionAnswered(self, description))

    def _tell_confirmed(self, detail: Detail, now: float) -> None:
        offering = self.served is not None and self.served.is_offering
        description = description_or_none(detail.message) if offering and detail.message is not None else None
        self.context.events.append(SessionConfirmed(self, description))

    def _tell_cancelled(self, detail: Detail, now: float) -> None:
        self.context.events.append(SessionCancelled(self))

    def _tell_refused(self, detail: Detail, now: float) -> None:
        cause, _ = (
            reason_cause(detail.message.headers("Reason")) if detail.message is not None else (None, None)
        )
        reason = detail.reason or REASONS.get(detail.status, "")
        self.context.events.append(
            SessionRefused(self, detail.status, reason, cause or cause_of(detail.status))
        )

    def _tell_withdrawn(self, detail: Detail, now: float) -> None:
        self.context.events.append(SessionRefused(self, 487, REASONS[487], self.cause))

    def _tell_ended_here(self, detail: Detail, now: float) -> None:
        self.context.events.append(SessionEnded(self, "local", None, None, self.cause))

    def _tell_ended_there(self, detail: Detail, now: float) -> None:
        cause, text = (
            reason_cause(detail.message.headers("Reason")) if detail.message is not None else (None, None)
        )
        self.context.events.append(SessionEnded(self, "remote", None, text, cause or 16))

    def _tell_ended_by_timeout(self, detail: Detail, now: float) -> None:
        event = SessionEnded(
            self, "timeout", detail.status, REASONS.get(detail.status), cause_of(detail.status)
        )
        self.context.events.append(event)

    def _forget(self, detail: Detail, now: float) -> None:
        if self.reoffer is not None:
            self.reoffer.on_session_over(now=now)
        self.context.timers.cancel((self, "NO_FINAL"))
        self.context.remove(self)
        # Without these the session is no cycle, and is freed at once instead of by the collector.
        if self.served is not None:
            self.served.transaction.session = None
        self.served = self.sent = self.reoffer = None


_E = SessionEffect
_EFFECTS: dict[SessionEffect, Callable[[Session, Detail, float], None]] = {
    _E.SEND_PROVISIONAL: Session._send_provisional,  # noqa: SLF001 - the table of this class, outside its body
    _E.SEND_SUCCESS: Session._send_success,  # noqa: SLF001
    _E.SEND_FAILURE: Session._send_failure,  # noqa: SLF001
    _E.SEND_TERMINATED: Session._send_terminated,  # noqa: SLF001
    _E.STOP_RESENDING: Session._stop_resending,  # noqa: SLF001
    _E.MAKE_DIALOG: Session._make_dialog,  # noqa: SLF001
    _E.SEND_ACK: Session._send_ack,  # noqa: SLF001
    _E.SEND_CANCEL: Session._send_cancel,  # noqa: SLF001
    _E.SEND_BYE: Session._send_bye,  # noqa: SLF001
    _E.GIVE_UP: Session._give_up,  # noqa: SLF001
    _E.TELL_RINGING: Session._tell_ringing,  # noqa: SLF001
    _E.TELL_ANSWERED: Session._tell_answered,  # noqa: SLF001
    _E.TELL_CONFIRMED: Session._tell_confirmed,  # noqa: SLF001
    _E.TELL_CANCELLED: Session._tell_cancelled,  # noqa: SLF001
    _E.TELL_REFUSED: Session._tell_refused,  # noqa: SLF001
    _E.TELL_WITHDRAWN: Session._tell_withdrawn,  # noqa: SLF001
    _E.TELL_ENDED_HERE: Session._tell_ended_here,  # noqa: SLF001
    _E.TELL_ENDED_THERE: Session._tell_ended_there,  # noqa: SLF001
    _E.TELL_ENDED_BY_TIMEOUT: Session._tell_ended_by_timeout,  # noqa: SLF001
    _E.FORGET: Session._forget,  # noqa: SLF001
}
