"""Re-INVITE in an established session, ours and theirs (RFC 3261 s.14, RFC 6141): one at a time, run by REOFFER."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.machine import Machine
from sip.body import SDP, description_of, description_or_none
from sip.dialog import Dialog
from sip.errors import ParseError
from sip.events import SessionReanswered, SessionReoffered, SessionReofferRefused
from sip.retry_after import try_later
from sip.session.challenged import with_login
from sip.session.early_dialogs import Order, rseq_of
from sip.session.glare import MOST_GLARES, pause
from sip.session.sent_invite import SentInvite, send_prack
from sip.session.served_invite import ServedInvite
from sip.session.table import REOFFER, ReofferEffect, ReofferInput, ReofferState, SessionState

if TYPE_CHECKING:
    from sip.message import Extra, Request, Response
    from sip.sdp import SessionDescription
    from sip.session.session import Session
    from sip.transaction.server import ServerTransaction

On, Do = ReofferInput, ReofferEffect


class Reoffer:
    """The re-INVITEs of one session."""

    __slots__ = (
        "answer",
        "body",
        "is_tried",
        "kept",
        "machine",
        "order",
        "sent",
        "served",
        "session",
        "tries",
    )

    def __init__(self, session: Session) -> None:
        """Begin idle."""
        self.session = session
        self.machine = Machine(REOFFER)
        self.served: ServedInvite | None = None
        self.sent: SentInvite | None = None
        self.order = Order()
        self.answer: SessionDescription | None = None
        """What a reliable provisional response to ours said; it counts once the 2xx is there (RFC 6141 s.3.4)."""
        self.body = b""
        self.kept: bytes | None = None
        self.tries = 0
        self.is_tried = False
        """Whether the one under way holds credentials."""

    # Theirs.

    def on_invite(self, request: Request, transaction: ServerTransaction, *, now: float) -> None:
        """A re-INVITE from the peer."""
        try:
            offer = description_of(request)
        except ParseError:
            transaction.respond(400, now=now)
            return
        refusal = self.session.timer.objection(request)
        if refusal is not None:
            transaction.respond(refusal.status, headers=refusal.headers, now=now)
            return
        turn = self.session.turn
        if turn.is_open and self.machine.state in (ReofferState.IDLE, ReofferState.WAITING):
            # An offer in UPDATE is still open: to be met as one in a re-INVITE would be (RFC 3311 s.5.2).
            if turn.is_ours:
                transaction.respond(491, now=now)
            else:
                transaction.respond(500, headers=try_later(self.session.context.ids), now=now)
            return
        for effect in self.machine.fire(On.INVITE):
            match effect:
                case Do.SERVE:
                    if self.session.updates is not None:
                        self.session.updates.on_superseded(now=now)
                    transaction.tag = self.session.local_tag
                    transaction.session = self.session
                    self.served = ServedInvite(self.session.context, request, transaction, self)
                    if offer is not None:
                        turn.received()
                case Do.TELL_REOFFERED:
                    self.session.context.events.append(SessionReoffered(self.session, offer))
                case Do.SEND_LATER:
                    transaction.respond(500, headers=try_later(self.session.context.ids), now=now)
                case Do.SEND_PENDING:
                    transaction.respond(491, now=now)
                case _:
                    self._carry_out(effect, now)

    def accept(self, body: bytes, *, now: float) -> None:
        """Answer the peer's re-INVITE."""
        dialog = self.session.dialog
        for effect in self.machine.fire(On.ACCEPT):
            if effect is Do.SEND_SUCCESS and self.served is not None and dialog is not None:
                dialog.refresh_target(self.served.request)
                if body:
                    self.session.turn.sent()
                headers = self.session.timer.answering(self.served.request, now=now)
                self.served.succeed(body, headers, now=now)

    def refuse(self, status: int, headers: Extra = (), *, now: float) -> None:
        """Refuse the peer's re-INVITE; the session stays as it was."""
        for _ in self.machine.fire(On.REFUSE):
            if self.served is not None:
                self.session.turn.failed()
                self.served.fail(status, headers=headers, now=now)

    def on_ack(self, request: Request, *, now: float) -> None:
        """An ACK in the dialog that is not that of the first INVITE."""
        served = self.served
        if served is None or request.cseq.number != served.number:
            return
        answer = description_or_none(request) if served.is_offering else None
        if self.machine.state is ReofferState.ANSWERED and served.is_offering:
            turn = self.session.turn
            if answer is not None:
                turn.received()
            else:
                turn.failed()
        self._fire(On.ACK, answer, now)

    def serves(self, transaction: ServerTransaction) -> bool:
        """Whether this is the transaction of the peer's latest re-INVITE."""
        return self.served is not None and self.served.transaction is transaction

    def on_cancel(self, *, now: float) -> None:
        """The peer takes its re-INVITE back."""
        self._fire(On.CANCEL, None, now)

    def on_no_ack(self, *, now: float) -> None:
        """Nobody acknowledged our 2xx."""
        self._fire(On.NO_ACK, None, now)

    # Ours.

    def send(self, body: bytes, *, now: float) -> None:
        """Send ours; while another offer is under way that is refused like a glare."""
        if self.machine.state is ReofferState.IDLE:
            if self.session.turn.is_open:
                self.session.context.events.append(SessionReofferRefused(self.session, 491))
                return
            self.body, self.tries = body, 0
        for effect in self.machine.fire(On.SEND):
            if effect is Do.KEEP:
                self.kept = body
            else:
                self._carry_out(effect, now)

    def on_provisional(self, response: Response, *, now: float) -> None:
        """A 1xx to our re-INVITE changes nothing, but a reliable one is acknowledged (RFC 3262 s.4)."""
        dialog, sent, rseq = self.session.dialog, self.sent, rseq_of(response)
        if rseq is None or dialog is None or sent is None or not self.order.takes(rseq):
            return
        found = description_or_none(response)
        if found is not None and self.session.turn.is_ours:
            self.session.turn.received()
            self.answer = found
        send_prack(self.session.context, dialog, sent.request, rseq, self.order, now=now)

    def on_success(self, response: Response, *, now: float) -> None:
        """Our re-INVITE was accepted."""
        session, dialog, sent, turn = self.session, self.session.dialog, self.sent, self.session.turn
        if dialog is None or sent is None:
            return
        dialog.refresh_target(response)
        session.timer.answered(response, now=now)
        self.machine.fire(On.SUCCESS)
        found = self.answer or description_or_none(response)
        if self.answer is None and found is not None:
            turn.received()
        elif turn.is_ours:
            turn.failed()
        # An answer to a re-INVITE without offer holds the offer: its ACK waits for `acknowledge`.
        if not turn.is_theirs or session.state is not SessionState.CONFIRMED:
            sent.acknowledge(dialog, now=now)
        if session.state is SessionState.CONFIRMED:
            session.context.events.append(SessionReanswered(session, found))
        else:
            self.sent = None

    def on_failure(self, status: int, response: Response | None, *, now: float) -> None:
        """Our re-INVITE was refused; 408 and 481 mean that the peer is gone (s.14.1, RFC 5057)."""
        session = self.session
        if self._send_with_login(response, now):
            return
        session.turn.failed()
        is_up = session.state is SessionState.CONFIRMED
        if status == 491 and is_up and self.tries < MOST_GLARES:
            self._fire(On.GLARE, None, now)
            return
        self.machine.fire(On.FAILURE)
        if status == 422 and session.timer.learn(response):
            self.send(self.body, now=now)
            return
        session.timer.refused(status, now=now)
        if is_up:
            session.context.events.append(SessionReofferRefused(session, status))
        else:
            self.sent = None
        if status in (408, 481):
            session.on_lost(status, now=now)

    def _send_with_login(self, response: Response | None, now: float) -> bool:
        """Answer a challenge, once; our offer stays open meanwhile."""
        session, dialog, sent = self.session, self.session.dialog, self.sent
        if dialog is None or sent is None or self.is_tried or session.state is not SessionState.CONFIRMED:
            return False
        again = with_login(session, dialog, sent.request, response)
        if again is None:
            return False
        self.is_tried = True
        self.sent = SentInvite(session.context, again, self, now=now)
        return True

    def dialog_from(self, response: Response) -> Dialog:
        """A 2xx with another tag than the dialog's: some proxy forked a request that it may not fork."""
        return Dialog.as_caller(self.session.request, response)

    def on_timer(self, letter: str, *, now: float) -> None:
        """The pause after a 491 is over."""
        self._fire(On.SUPERSEDED if self.session.turn.is_open else On.DUE, None, now)

    def on_superseded(self, *, now: float) -> None:
        """The peer has made an offer by UPDATE."""
        self._fire(On.SUPERSEDED, None, now)

    def on_session_over(self, *, cancel: bool, now: float) -> None:
        """The session ends: what waits is answered with 487, ours is taken back."""
        for effect in self.machine.fire(On.OVER):
            if effect is Do.WITHDRAW and self.sent is not None:
                self.sent.withdraw(cancel=cancel, now=now)
            else:
                self._carry_out(effect, now)
        if self.machine.state is not ReofferState.SENT:
            self.sent = None

    # Effects.

    def _fire(self, event: ReofferInput, answer: SessionDescription | None, now: float) -> None:
        served = self.served
        for effect in self.machine.fire(event):
            if effect is Do.TELL_ACKNOWLEDGED:
                if served is not None and served.is_offering:
                    self.session.context.events.append(SessionReanswered(self.session, answer))
            else:
                self._carry_out(effect, now)

    def _carry_out(self, effect: ReofferEffect, now: float) -> None:
        session, served = self.session, self.served
        timers = session.context.timers
        match effect:
            case Do.SEND_INVITE:
                self._transmit(now)
            case Do.STOP_RESENDING if served is not None:
                served.stop()
            case Do.SEND_TERMINATED if served is not None:
                session.turn.failed()
                served.fail(487, now=now)
            case Do.TELL_PENDING:
                session.context.events.append(SessionReofferRefused(session, 491))
            case Do.SEND_KEPT if self.kept is not None:
                body, self.kept = self.kept, None
                self.send(body, now=now)
            case Do.DROP_KEPT:
                self.kept = None
            case Do.START_WAIT:
                wait = pause(session.context.ids, owner=session.direction == "out")
                timers.set((self, "GLARE"), now + wait)
            case Do.STOP_WAIT:
                timers.cancel((self, "GLARE"))
            case Do.LOSE:
                session.on_lost(408, now=now)
            case _:
                pass

    def _transmit(self, now: float) -> None:
        session, dialog = self.session, self.session.dialog
        if dialog is None:
            return
        self.tries += 1
        self.order, self.answer, self.is_tried = Order(), None, False
        headers = (
            session.context.dialog_headers(dialog.flow, secure=dialog.is_secure)
            + session.timer.asking()
            + dialog.identity
        )
        if self.body:
            headers += (("Content-Type", SDP),)
            session.turn.sent()
        request = dialog.request("INVITE", session.context.branch(), headers=headers, body=self.body)
        self.sent = SentInvite(session.context, request, self, now=now)
