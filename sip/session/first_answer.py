"""How long a server may say nothing at all to our INVITE until the next is tried: less than Timer B (RFC 3263 s.4.3).

The INVITE that is given up stays known: CANCEL is not allowed before a provisional answer (RFC 3261 s.9.1), so one that
comes late is cancelled, and a late 2xx acknowledged and ended. Otherwise two servers would ring one telephone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.dialog import Dialog
from sip.reason import Reason
from sip.transaction.client import NOBODY
from sip.transaction.tables import State

if TYPE_CHECKING:
    from sip.message import Response
    from sip.session.sent_invite import SentInvite
    from sip.session.session import Session

_TOO_LATE = Reason("SIP", 408, "answered too late")


class Patience:
    """The wait for a first answer to one INVITE of a session."""

    __slots__ = ("_sent", "_session")

    def __init__(self, session: Session, sent: SentInvite) -> None:
        """Belongs to what was just sent."""
        self._session = session
        self._sent = sent

    def on_timer(self, letter: str, *, now: float) -> None:
        """Time is up: when not a word came, this is over as far as the session knows."""
        session, sent = self._session, self._sent
        if session.sent is sent and sent.transaction.state is State.CALLING:
            sent.asker = GivenUp(sent)
            sent.withdraw(cancel=True, headers=(("Reason", _TOO_LATE.written),), now=now)
            session.context.timers.cancel((sent.transaction, "A"))
            session.on_failure(408, None, now=now)


def be_patient(session: Session, *, now: float) -> None:
    """Begin to wait, where the target says how long."""
    limit = session.target.try_for if session.target is not None else None
    if limit is not None and session.sent is not None:
        session.context.timers.set((Patience(session, session.sent), "TRY"), now + limit)


class GivenUp:
    """The user of an INVITE that nobody waits for any more."""

    __slots__ = ("_sent",)

    def __init__(self, sent: SentInvite) -> None:
        """Take over."""
        self._sent = sent

    def on_provisional(self, response: Response, *, now: float) -> None:
        """It is cancelled already, since this was what its withdrawal waited for."""

    def on_success(self, response: Response, *, now: float) -> None:
        """Answered after all: ended at once."""
        sent = self._sent
        dialog = self.dialog_from(response)
        sent.acknowledge(dialog, now=now)
        sent.context.layer.request(dialog.request("BYE", sent.context.branch()), NOBODY, now=now)

    def on_failure(self, status: int, response: Response | None, *, now: float) -> None:
        """As expected."""

    def dialog_from(self, response: Response) -> Dialog:
        """The dialog of another fork's late 2xx."""
        return Dialog.as_caller(self._sent.request, response)
