"""Requests inside a dialog (RFC 3261 s.12.2.2, s.14.2, s.15.1.2): sequence numbers first, then each method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.checks import ABILITIES, ALLOW
from sip.events import KeySignalled
from sip.identity.connected import note_sender
from sip.retry_after import try_later
from sip.session import info
from sip.session.reliable import serve_prack
from sip.session.table import SessionState
from sip.session.update import serve_update
from sip.transfer.sent_refer import serve_notify
from sip.transfer.served_refer import serve_refer, serve_subscribe

if TYPE_CHECKING:
    from collections.abc import Callable

    from sip.message import Request
    from sip.session.session import Session
    from sip.transaction.server import ServerTransaction


_NO_PACKAGES = (("Recv-Info", ""),)


def serve_in_dialog(
    session: Session, request: Request, transaction: ServerTransaction, *, now: float
) -> None:
    """Serve a request that matched a session. ACK and CANCEL do not come here."""
    transaction.tag = session.local_tag
    dialog = session.dialog_of(request)
    if dialog is not None and not dialog.takes(request.cseq.number):
        transaction.respond(500, "Server Internal Error (sequence number too low)", now=now)
        return
    if dialog is not None and request.method in ("INVITE", "UPDATE"):
        note_sender(dialog, request.required("From"))
    serve = _METHODS.get(request.method)
    if serve is None:
        transaction.respond(405, headers=(("Allow", ALLOW),), now=now)
    else:
        serve(session, request, transaction, now)


def _serve_info(session: Session, request: Request, transaction: ServerTransaction, now: float) -> None:
    if "Info-Package" in request.fields:
        # We take none: our keys come without (RFC 6086 s.4.2.2).
        transaction.respond(469, headers=_NO_PACKAGES, now=now)
        return
    kind = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
    if request.body and kind not in info.TYPES:
        transaction.respond(415, headers=(("Accept", ", ".join(sorted(info.TYPES))),), now=now)
        return
    transaction.respond(200, now=now)
    key = info.key_in(kind, request.body)
    if key is not None:
        session.context.events.append(KeySignalled(session, key))


def _serve_invite(session: Session, request: Request, transaction: ServerTransaction, now: float) -> None:
    state = session.state
    if state is SessionState.CONFIRMED:
        session.reoffers.on_invite(request, transaction, now=now)
    elif state in (SessionState.CLOSING, SessionState.ENDING, SessionState.ENDED):
        transaction.respond(481, now=now)
    elif state in (SessionState.RECEIVED, SessionState.ANSWERING):
        transaction.respond(500, headers=try_later(session.context.ids), now=now)
    else:
        # Our 2xx waits for its ACK, or our own INVITE for its answer (RFC 5407 s.3.1.4, s.14.2).
        transaction.respond(491, now=now)


def _serve_bye(session: Session, request: Request, transaction: ServerTransaction, now: float) -> None:
    transaction.respond(200, now=now)
    session.on_bye(request, now=now)


def _serve_prack(session: Session, request: Request, transaction: ServerTransaction, now: float) -> None:
    serve_prack(session, request, transaction, now=now)


def _serve_update(session: Session, request: Request, transaction: ServerTransaction, now: float) -> None:
    serve_update(session, request, transaction, now=now)


def _serve_options(session: Session, request: Request, transaction: ServerTransaction, now: float) -> None:
    transaction.respond(200, headers=ABILITIES, now=now)


_METHODS: dict[str, Callable[[Session, Request, ServerTransaction, float], None]] = {
    "BYE": _serve_bye,
    "INFO": _serve_info,
    "INVITE": _serve_invite,
    "NOTIFY": serve_notify,
    "OPTIONS": _serve_options,
    "PRACK": _serve_prack,
    "REFER": serve_refer,
    "SUBSCRIBE": serve_subscribe,
    "UPDATE": _serve_update,
}
"""Each method by the function that answers it; ACK and CANCEL do not come here."""
