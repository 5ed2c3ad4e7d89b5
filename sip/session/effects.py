"""What a session does at each step of its tables: messages out, events up (RFC 3261 s.13 to s.15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.body import description_or_none
from sip.causes import cause_of
from sip.events import (
    SessionAnswered,
    SessionCancelled,
    SessionConfirmed,
    SessionEnded,
    SessionRefused,
    SessionRinging,
)
from sip.identity.connected import tell_connected
from sip.message import Response, cancel_for
from sip.reason import cause_in, reasons_of, text_in
from sip.reasons import REASONS
from sip.session.offers import close_offers
from sip.session.redirect import targets_of
from sip.session.reliable import ReliableAnswers, is_reliable
from sip.session.table import SessionEffect, SessionState
from sip.transaction.client import NOBODY
from sip.transaction.timing import PATIENCE
from sip.transfer.sent_refer import close_transfers

if TYPE_CHECKING:
    from collections.abc import Callable

    from sip.message import Extra, Message
    from sip.reason import Reason
    from sip.sdp import SessionDescription
    from sip.session.session import Session


class Detail:
    """What an input brought along for the effects that follow from it."""

    __slots__ = ("body", "description", "headers", "is_answer", "message", "reason", "status")

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
        self.description: SessionDescription | None = None
        self.is_answer = False


def _send_provisional(session: Session, detail: Detail, now: float) -> None:
    dialog, served = session.early_dialog(), session.served
    if served is None:
        return
    headers = detail.headers + dialog.identity
    if is_reliable(session, detail.body):
        if session.reliable is None:
            session.reliable = ReliableAnswers(session, served)
        session.reliable.send(detail.status, detail.body, headers, now=now)
    else:
        served.provisional(detail.status, detail.body, headers, now=now)


def _keep_answer(session: Session, detail: Detail, now: float) -> None:
    session.kept = detail


def _send_success(session: Session, detail: Detail, now: float) -> None:
    dialog = session.early_dialog()
    session.kept = None
    # Once said reliably, the description is not said again (RFC 6337 s.3.1.1).
    body = b"" if session.turn.has_agreed else detail.body
    if body:
        session.turn.sent()
    elif session.turn.is_theirs:
        session.turn.failed()
    if session.served is not None:
        _finish_reliable(session, now)
        timing = session.timer.answering(session.request, now=now)
        session.served.succeed(body, detail.headers + timing + dialog.identity, now=now)
        dialog.is_identity_told = True


def _send_failure(session: Session, detail: Detail, now: float) -> None:
    if session.served is not None:
        _finish_reliable(session, now)
        session.served.fail(detail.status, detail.reason, detail.headers, now=now)


def _send_terminated(session: Session, detail: Detail, now: float) -> None:
    if session.served is not None:
        _finish_reliable(session, now)
        session.served.fail(487, now=now)


def _finish_reliable(session: Session, now: float) -> None:
    if session.reliable is not None:
        session.reliable.on_final(now=now)


def _stop_resending(session: Session, detail: Detail, now: float) -> None:
    if session.served is not None:
        session.served.stop()


def _make_dialog(session: Session, detail: Detail, now: float) -> None:
    if isinstance(detail.message, Response):
        session.dialog = session.dialog_from(detail.message)


def _send_ack(session: Session, detail: Detail, now: float) -> None:
    # An answer to an INVITE without offer holds the offer: its ACK waits for `acknowledge` and our answer.
    waits = session.turn.is_theirs and session.state is SessionState.CONFIRMED
    if session.sent is not None and session.dialog is not None and not waits:
        session.sent.acknowledge(session.dialog, now=now)


def _send_cancel(session: Session, detail: Detail, now: float) -> None:
    session.context.layer.request(cancel_for(session.request, session.reason), NOBODY, now=now)
    session.context.timers.set((session, "NO_FINAL"), now + PATIENCE)


def _send_bye(session: Session, detail: Detail, now: float) -> None:
    close_transfers(session, now=now)
    session.timer.close()
    close_offers(session, cancel=True, now=now)
    if session.dialog is not None:
        if (
            session.sent is not None
            and session.sent.tag is not None
            and session.sent.tag not in session.sent.acks
        ):
            session.sent.acknowledge(session.dialog, now=now)
        request = session.dialog.request("BYE", session.context.branch(), headers=session.reason)
        session.context.layer.request(request, session, now=now)


def _give_up(session: Session, detail: Detail, now: float) -> None:
    if session.sent is not None:
        session.sent.transaction.abandon()


def _tell_ringing(session: Session, detail: Detail, now: float) -> None:
    if detail.status > 100 and detail.message is not None:
        event = SessionRinging(
            session, detail.status, detail.description, _tag(detail.message), is_answer=detail.is_answer
        )
        session.context.events.append(event)


def _tell_answered(session: Session, detail: Detail, now: float) -> None:
    fork = _tag(detail.message) if detail.message is not None else ""
    if isinstance(detail.message, Response):
        session.timer.answered(detail.message, now=now)
    session.context.events.append(SessionAnswered(session, detail.description, fork))


def _tag(message: Message) -> str:
    return message.to.tag or ""


def _tell_confirmed(session: Session, detail: Detail, now: float) -> None:
    offering = session.served is not None and session.served.is_offering
    description = description_or_none(detail.message) if offering and detail.message is not None else None
    session.context.events.append(SessionConfirmed(session, description))
    tell_connected(session, now=now)


def _tell_cancelled(session: Session, detail: Detail, now: float) -> None:
    session.context.events.append(SessionCancelled(session, _reasons(detail)))


def _tell_refused(session: Session, detail: Detail, now: float) -> None:
    reasons = _reasons(detail)
    reason = detail.reason or REASONS.get(detail.status, "")
    cause = cause_in(reasons) or cause_of(detail.status)
    targets = targets_of(detail.message) if isinstance(detail.message, Response) else ()
    session.context.events.append(SessionRefused(session, detail.status, reason, cause, reasons, targets))


def _tell_withdrawn(session: Session, detail: Detail, now: float) -> None:
    session.context.events.append(SessionRefused(session, 487, REASONS[487], session.cause))


def _tell_ended_here(session: Session, detail: Detail, now: float) -> None:
    session.context.events.append(SessionEnded(session, "local", None, None, session.cause))


def _tell_ended_there(session: Session, detail: Detail, now: float) -> None:
    reasons = _reasons(detail)
    event = SessionEnded(session, "remote", None, text_in(reasons), cause_in(reasons) or 16, reasons)
    session.context.events.append(event)


def _tell_ended_by_timeout(session: Session, detail: Detail, now: float) -> None:
    event = SessionEnded(
        session,
        "timeout",
        detail.status,
        detail.reason or REASONS.get(detail.status),
        cause_of(detail.status),
    )
    session.context.events.append(event)


def _reasons(detail: Detail) -> tuple[Reason, ...]:
    return reasons_of(detail.message.headers("Reason")) if detail.message is not None else ()


def _forget(session: Session, detail: Detail, now: float) -> None:
    session.timer.close()
    close_offers(session, now=now)
    close_transfers(session, now=now)
    session.context.timers.cancel((session, "NO_FINAL"))
    session.context.remove(session)
    # Without these the session is no cycle, and is freed at once instead of by the collector.
    if session.served is not None:
        session.served.transaction.session = None
    session.served = session.sent = session.reoffer = None
    session.updates = session.asked = session.reliable = session.kept = None


Do = SessionEffect

EFFECTS: dict[SessionEffect, Callable[[Session, Detail, float], None]] = {
    Do.SEND_PROVISIONAL: _send_provisional,
    Do.KEEP_ANSWER: _keep_answer,
    Do.SEND_SUCCESS: _send_success,
    Do.SEND_FAILURE: _send_failure,
    Do.SEND_TERMINATED: _send_terminated,
    Do.STOP_RESENDING: _stop_resending,
    Do.MAKE_DIALOG: _make_dialog,
    Do.SEND_ACK: _send_ack,
    Do.SEND_CANCEL: _send_cancel,
    Do.SEND_BYE: _send_bye,
    Do.GIVE_UP: _give_up,
    Do.TELL_RINGING: _tell_ringing,
    Do.TELL_ANSWERED: _tell_answered,
    Do.TELL_CONFIRMED: _tell_confirmed,
    Do.TELL_CANCELLED: _tell_cancelled,
    Do.TELL_REFUSED: _tell_refused,
    Do.TELL_WITHDRAWN: _tell_withdrawn,
    Do.TELL_ENDED_HERE: _tell_ended_here,
    Do.TELL_ENDED_THERE: _tell_ended_there,
    Do.TELL_ENDED_BY_TIMEOUT: _tell_ended_by_timeout,
    Do.FORGET: _forget,
}
