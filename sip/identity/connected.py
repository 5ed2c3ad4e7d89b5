"""Connected identity: who the peer speaks with, told when that is somebody else than was called (RFC 3325, RFC 4916).

In the answers to its INVITE as long as that is open, then by UPDATE, or by a re-INVITE that repeats our description.
Only a peer that is trusted is told; one that knows the option `from-change` gets it in From too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.events import SessionRefreshDue
from sip.identity.identity import asserted_headers, presented
from sip.outside import own_host
from sip.session.table import GONE, SessionState
from sip.values import NameAddr

if TYPE_CHECKING:
    from sip.dialog import Dialog
    from sip.identity.identity import IdentityMode
    from sip.session.session import Session
    from sip.target import CallerIdentity

_UNANSWERED = (SessionState.RECEIVED, SessionState.ANSWERING)


def connected(session: Session, who: CallerIdentity, mode: IdentityMode, *, now: float) -> None:
    """Tell the peer who it speaks with from now on; nothing is sent where it knows that already."""
    dialog = session.early_dialog() if session.state in _UNANSWERED else session.dialog
    if dialog is None or session.state in GONE or mode == "from":
        return
    host = _host(dialog)
    party = "called" if session.direction == "in" else "calling"
    headers = asserted_headers(who, mode, host, party=party)
    if headers and who.is_private:
        headers = (*headers, ("Privacy", "id"))
    if headers == dialog.identity:
        return
    dialog.identity, dialog.is_identity_told = headers, False
    if dialog.knows("from-change"):
        sender, _ = presented(who, mode, host, is_secure=dialog.is_secure)
        dialog.local = f"{sender};tag={dialog.local_tag}"
    tell_connected(session, now=now)


def tell_connected(session: Session, *, now: float) -> None:
    """Say what has not been said yet, once the session is confirmed."""
    dialog = session.dialog
    if dialog is None or dialog.is_identity_told or session.state is not SessionState.CONFIRMED:
        return
    dialog.is_identity_told = True
    if not (session.allows_update and session.update(now=now)):
        session.context.events.append(SessionRefreshDue(session))


def _host(dialog: Dialog) -> str:
    """The host that we go by in this dialog."""
    uri = NameAddr.parse(dialog.local).uri
    if uri.host in ("", "anonymous.invalid"):
        return own_host(dialog.flow)
    return f"[{uri.host}]" if ":" in uri.host else uri.host


def note_sender(dialog: Dialog, written: str) -> None:
    """The peer says in From that somebody else speaks now: our To must say the same (RFC 4916 s.4.4)."""
    if written != dialog.remote and NameAddr.parse(written).tag == dialog.remote_tag:
        dialog.remote = written
