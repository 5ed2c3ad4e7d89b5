"""The offers of one session in whatever request they come: re-INVITE, UPDATE or PRACK (RFC 6337 s.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.errors import SessionStateError
from sip.session.sent_invite import send_prack
from sip.session.table import SessionState

if TYPE_CHECKING:
    from sip.message import Extra
    from sip.session.session import Session


def reinvite(session: Session, body: bytes, *, now: float) -> None:
    """Send a re-INVITE. Raises SessionStateError before the call is up."""
    if session.state in (SessionState.ENDING, SessionState.ENDED):
        return
    if session.state is not SessionState.CONFIRMED:
        raise SessionStateError(f"no re-INVITE in {session.state.name}")
    session.reoffers.send(body, now=now)


def acknowledge(session: Session, body: bytes, *, now: float) -> None:
    """Answer the offer in a 2xx (by the ACK) or in a reliable provisional response (by the PRACK): late offer."""
    early = session.early.latest if session.dialog is None and session.early is not None else None
    if early is not None and early.unanswered is not None:
        early.turn.sent()
        rseq, early.unanswered = early.unanswered, None
        send_prack(session.context, early.dialog, session.request, rseq, early.order, body, now=now)
    sent, dialog = session.sent, session.dialog
    if session.reoffer is not None and session.reoffer.sent is not None:
        sent = session.reoffer.sent
    if sent is not None and dialog is not None and (dialog.remote_tag or "") not in sent.acks:
        if session.turn.is_theirs:
            session.turn.sent()
        sent.acknowledge(dialog, body, now=now)


def accept_offer(session: Session, body: bytes, *, now: float) -> None:
    """Answer the peer's offer."""
    if session.asked is not None and session.asked.is_open:
        session.asked.accept(body, now=now)
    else:
        session.reoffers.accept(body, now=now)


def refuse_offer(session: Session, status: int, headers: Extra = (), *, now: float) -> None:
    """Refuse the peer's offer."""
    if session.asked is not None and session.asked.is_open:
        session.asked.refuse(status, headers, now=now)
    else:
        session.reoffers.refuse(status, headers, now=now)


def supersede_offers(session: Session, *, now: float) -> None:
    """An offer of the peer's comes first: ours that waits after a glare is given up."""
    if session.reoffer is not None:
        session.reoffer.on_superseded(now=now)
    if session.updates is not None:
        session.updates.on_superseded(now=now)


def close_offers(session: Session, *, cancel: bool = False, now: float) -> None:
    """The session ends: what waits is answered, what we asked is taken back."""
    if session.reoffer is not None:
        session.reoffer.on_session_over(cancel=cancel, now=now)
    if session.asked is not None:
        session.asked.on_session_over(now=now)
    if session.updates is not None:
        session.updates.on_session_over(now=now)
