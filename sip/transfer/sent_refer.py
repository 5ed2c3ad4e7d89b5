"""REFER that we send inside a dialog (RFC 3515, RFC 4488): handing a party on to somebody else, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.errors import ParseError, SessionStateError
from sip.events import TransferReported
from sip.grammar import number, parameters, split
from sip.session.challenged import with_login
from sip.session.table import SessionState
from sip.transaction.timing import PATIENCE
from sip.transfer.served_refer import LIFETIME

if TYPE_CHECKING:
    from sip.context import Context
    from sip.message import Request, Response
    from sip.session.session import Session
    from sip.transaction.client import ClientTransaction
    from sip.transaction.server import ServerTransaction
    from sip.transfer.served_refer import Referral

_FINAL = 200


class SentRefer:
    """One REFER of ours; its sequence number names its NOTIFYs."""

    __slots__ = ("is_tried", "number", "request", "session", "status")

    def __init__(self, session: Session, request: Request) -> None:
        """Keep what belongs together."""
        self.session = session
        self.request = request
        self.number = request.cseq.number
        self.status = 100
        self.is_tried = False
        """Whether it holds credentials."""

    def send(self, request: Request, *, now: float) -> None:
        """Send it, first or with credentials."""
        self.request = request
        self.number = request.cseq.number
        self.session.context.layer.request(request, self, now=now)

    def on_response(self, transaction: ClientTransaction, response: Response, *, now: float) -> None:
        """An answer to it: 2xx begins the waiting for NOTIFY, unless none will come (RFC 4488 s.4)."""
        status = response.status
        if status < _FINAL or self.session.referring is not self:
            return
        if status < 300:
            if (response.header("Refer-Sub") or "").lower().startswith("false"):
                self._tell(status, is_over=True)
            else:
                self.session.context.timers.set((self, "NOTIFY"), now + PATIENCE)
        elif not self._try_again(response, now):
            self.on_no_response(transaction, status, now=now)

    def on_no_response(self, transaction: ClientTransaction, status: int, *, now: float) -> None:
        """Refused, or never answered; 408 and 481 mean that the peer is gone (RFC 5057)."""
        if self.session.referring is self:
            self._tell(status, is_over=True)
        if status in (408, 481):
            self.session.on_lost(status, now=now)

    def on_notify(self, status: int | None, *, is_over: bool, expires: int, now: float) -> None:
        """The peer tells how far it has come."""
        self.status = self.status if status is None else status
        if is_over or self.status >= _FINAL:
            self._tell(self.status if self.status >= _FINAL else 503, is_over=True)
        else:
            self.session.context.timers.set((self, "NOTIFY"), now + expires + PATIENCE)
            self._tell(self.status, is_over=False)

    def on_timer(self, letter: str, *, now: float) -> None:
        """No NOTIFY came any more (RFC 6665 s.4.1.2.4)."""
        self._tell(408, is_over=True)

    def close(self) -> None:
        """The session is over: nobody asks any more."""
        self.session.context.timers.cancel((self, "NOTIFY"))
        self.session.referring = None

    def _try_again(self, response: Response, now: float) -> bool:
        """Answer a challenge, once."""
        dialog = self.session.dialog
        if dialog is None or self.is_tried:
            return False
        again = with_login(self.session, dialog, self.request, response)
        if again is None:
            return False
        self.is_tried = True
        self.send(again, now=now)
        return True

    def _tell(self, status: int, *, is_over: bool) -> None:
        self.session.context.events.append(TransferReported(self.session, status, is_over=is_over))
        if is_over:
            self.close()


class Transfers:
    """The commands about transfers, both ways."""

    __slots__ = ("_context",)

    def __init__(self, context: Context) -> None:
        """Work in an endpoint."""
        self._context = context

    def accept(self, referral: Referral, *, now: float) -> None:
        """Try what a peer asked for: 202."""
        referral.accept(now=now)

    def refuse(self, referral: Referral, status: int, reason: str | None = None, *, now: float) -> None:
        """Do not try it."""
        referral.refuse(status, reason, now=now)

    def report(self, referral: Referral, status: int, reason: str | None = None, *, now: float) -> None:
        """Tell its sender how far it has come, by NOTIFY; a final status is the last."""
        referral.report(status, reason, now=now)

    def refer(self, session: Session, target: str, *, referred_by: str | None = None, now: float) -> None:
        """Ask the peer to call `target` itself; what comes of it is TransferReported. One at a time.

        Raises SessionStateError where there is nobody to ask.
        """
        dialog = session.dialog
        if dialog is None or session.state is not SessionState.CONFIRMED or session.referring is not None:
            raise SessionStateError(f"no REFER in {session.state.name}")
        headers = (
            *self._context.dialog_headers(dialog.flow, secure=dialog.is_secure),
            ("Refer-To", f"<{target}>"),
        )
        if referred_by is not None:
            headers = (*headers, ("Referred-By", referred_by))
        request = dialog.request("REFER", self._context.branch(), headers=headers)
        session.referring = SentRefer(session, request)
        session.referring.send(request, now=now)


def serve_notify(session: Session, request: Request, transaction: ServerTransaction, now: float) -> None:
    """Serve a NOTIFY in the dialog of a call: it can only be about a REFER of ours."""
    sent = session.referring
    try:
        package, *pieces = split(request.required("Event"), ";")
        wanted = parameters(pieces).get("id")
        state, *pieces = split(request.required("Subscription-State"), ";")
        left = parameters(pieces).get("expires")
        expires = LIFETIME if left is None else min(number(left, 2**32 - 1, "expires"), LIFETIME)
        status = _fragment_status(request)
    except ParseError:
        transaction.respond(400, now=now)
        return
    if package.lower() != "refer":
        transaction.respond(489, headers=(("Allow-Events", "refer"),), now=now)
    elif sent is None or wanted not in (None, str(sent.number)):
        transaction.respond(481, now=now)
    else:
        transaction.respond(200, now=now)
        sent.on_notify(status, is_over=state.lower() == "terminated", expires=expires, now=now)


def _fragment_status(request: Request) -> int | None:
    """The status in a message/sipfrag body (RFC 3420); None where there is none. Raises ParseError."""
    line = request.body.partition(b"\n")[0].decode("utf-8", "surrogateescape")
    words = line.split(None, 2)
    if len(words) < 2 or words[0] != "SIP/2.0":
        return None
    return number(words[1], 699, "status")


def close_transfers(session: Session, *, now: float) -> None:
    """The session is over: what is not decided is refused; who follows an outcome goes on hearing."""
    referral, session.referral = session.referral, None
    if referral is not None:
        referral.on_session_over(now=now)
    if session.referring is not None:
        session.referring.close()
