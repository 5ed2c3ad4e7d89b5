"""Re-INVITE in an established session, ours and theirs (RFC 3261 s.14): one at a time, run by the REOFFER table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.machine import Machine
from sip.body import SDP, description_of, description_or_none
from sip.errors import ParseError
from sip.events import SessionReanswered, SessionReoffered, SessionReofferRefused
from sip.incoming import ServedInvite
from sip.outgoing import SentInvite
from sip.session_table import REOFFER, ReofferEffect, ReofferInput, SessionState

if TYPE_CHECKING:
    from sip.message import Extra, Request, Response
    from sip.sdp import SessionDescription
    from sip.session import Session
    from sip.transaction.server import ServerTransaction

RETRY_LATER = (("Retry-After", "5"),)
"""At most 10 s says s.14.2; not drawn at random, so that tests and ladders repeat."""


class Reoffer:
    """The re-INVITEs of one session."""

    __slots__ = ("machine", "sent", "served", "session")

    def __init__(self, session: Session) -> None:
        """Begin idle."""
        self.session = session
        self.machine = Machine(REOFFER)
        self.served: ServedInvite | None = None
        self.sent: SentInvite | None = None

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
        for effect in self.machine.fire(ReofferInput.INVITE):
            if effect is ReofferEffect.SERVE:
                transaction.tag = self.session.local_tag
                transaction.session = self.session
                self.served = ServedInvite(self.session.context, request, transaction, self)
            elif effect is ReofferEffect.TELL_REOFFERED:
                self.session.context.events.append(SessionReoffered(self.session, offer))
            elif effect is ReofferEffect.SEND_LATER:
                transaction.respond(500, headers=RETRY_LATER, now=now)
            else:
                transaction.respond(491, now=now)

    def accept(self, body: bytes, *, now: float) -> None:
        """Answer the peer's re-INVITE."""
        dialog = self.session.dialog
        for effect in self.machine.fire(ReofferInput.ACCEPT):
            if effect is ReofferEffect.SEND_SUCCESS and self.served is not None and dialog is not None:
                dialog.refresh_target(self.served.request)
                headers = self.session.timer.answering(self.served.request, now=now)
                self.served.succeed(body, headers, now=now)

    def refuse(self, status: int, headers: Extra = (), *, now: float) -> None:
        """Refuse the peer's re-INVITE; the session stays as it was."""
        for _ in self.machine.fire(ReofferInput.REFUSE):
            if self.served is not None:
                self.served.fail(status, headers=headers, now=now)

    def send(self, body: bytes, *, now: float) -> None:
        """Send ours; while another is under way that is refused like a glare."""
        session = self.session
        for effect in self.machine.fire(ReofferInput.SEND):
            if effect is ReofferEffect.SEND_INVITE and session.dialog is not None:
                headers = session.context.dialog_headers(session.dialog.flow) + session.timer.asking()
                if body:
                    headers += (("Content-Type", SDP),)
                request = session.dialog.request(
                    "INVITE", session.context.branch(), headers=headers, body=body
                )
                self.sent = SentInvite(session.context, request, self, now=now)
            elif effect is ReofferEffect.TELL_PENDING:
                session.context.events.append(SessionReofferRefused(session, 491))

    def on_ack(self, request: Request, *, now: float) -> None:
        """An ACK in the dialog that is not that of the first INVITE."""
        served = self.served
        if served is None or request.cseq.number != served.number:
            return
        answer = description_or_none(request) if served.is_offering else None
        self._fire(ReofferInput.ACK, answer, now)

    def serves(self, transaction: ServerTransaction) -> bool:
        """Whether this is the transaction of the peer's latest re-INVITE."""
        return self.served is not None and self.served.transaction is transaction

    def on_cancel(self, *, now: float) -> None:
        """The peer takes its re-INVITE back."""
        self._fire(ReofferInput.CANCEL, None, now)

    def on_no_ack(self, *, now: float) -> None:
        """Nobody acknowledged our 2xx."""
        self._fire(ReofferInput.NO_ACK, None, now)

    def on_session_over(self, *, now: float) -> None:
        """The session ends: what waits is answered with 487."""
        self._fire(ReofferInput.OVER, None, now)

    def on_provisional(self, response: Response, *, now: float) -> None:
        """A 1xx to our re-INVITE changes nothing."""

    def on_success(self, response: Response, *, now: float) -> None:
        """Our re-INVITE was accepted."""
        session = self.session
        if session.dialog is not None and self.sent is not None:
            session.dialog.refresh_target(response)
            session.timer.answered(response, now=now)
            self.machine.fire(ReofferInput.SUCCESS)
            if self.sent.request.body or session.state is not SessionState.CONFIRMED:
                self.sent.acknowledge(session.dialog, now=now)
            if session.state is SessionState.CONFIRMED:
                session.context.events.append(SessionReanswered(session, description_or_none(response)))

    def on_failure(self, status: int, response: Response | None, *, now: float) -> None:
        """Our re-INVITE was refused; 408 and 481 mean that the peer is gone (s.14.1, RFC 5057)."""
        self.machine.fire(ReofferInput.FAILURE)
        if status == 422 and self.sent is not None and self.session.timer.learn(response):
            self.send(self.sent.request.body, now=now)
            return
        self.session.timer.refused(status, now=now)
        if self.session.state is SessionState.CONFIRMED:
            self.session.context.events.append(SessionReofferRefused(self.session, status))
        if status in (408, 481):
            self.session.on_lost(status, now=now)

    def _fire(self, event: ReofferInput, answer: SessionDescription | None, now: float) -> None:
        served = self.served
        for effect in self.machine.fire(event):
            if effect is ReofferEffect.STOP_RESENDING and served is not None:
                served.stop()
            elif effect is ReofferEffect.SEND_TERMINATED and served is not None:
                served.fail(487, now=now)
            elif effect is ReofferEffect.TELL_ACKNOWLEDGED and served is not None and served.is_offering:
                self.session.context.events.append(SessionReanswered(self.session, answer))
            elif effect is ReofferEffect.LOSE:
                self.session.on_lost(408, now=now)
