"""Re-INVITE, UPDATE and REFER that the other side of a call challenges (RFC 3261 s.22); a challenged BYE is let be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sip.digest.digest import read_digest
from sip.digest.login import with_credentials
from sip.session.sent_invite import CREDENTIALS

if TYPE_CHECKING:
    from sip.dialog import Dialog
    from sip.message import Request, Response
    from sip.session.session import Session


def with_login(
    session: Session, dialog: Dialog, request: Request, response: Response | None
) -> Request | None:
    """A request inside the call once more with credentials, where the realm of the call asks for them again; or None.

    Never for another realm: somebody on the way could ask for them (RFC 3261 s.26.1.1).
    """
    login = session.login
    if login is None or response is None or response.status not in (401, 407):
        return None
    realm = login.realm or _realm_of(session.request)
    if realm is None:
        return None
    context, number = session.context, request.cseq.number
    login = replace(login, realm=realm)
    again = with_credentials(request, response, login, context.branch(), context.ids, first=number)
    if again is not None:
        dialog.local_cseq += 1
        again.fields["CSeq"] = [f"{dialog.local_cseq} {request.method}"]
    return again


def _realm_of(request: Request) -> str | None:
    for name in CREDENTIALS:
        for value in request.headers(name):
            return (read_digest(value) or {}).get("realm")
    return None
