"""An offer of the peer's in UPDATE or PRACK, kept until it is answered (RFC 3311 s.5.2, RFC 3262 s.5); run by ASKED.

One at a time. The offers of re-INVITEs are those of reoffer.
"""

from __future__ import annotations

from enum import auto
from typing import TYPE_CHECKING

from base.machine import Letter, Machine, Table
from sip.body import SDP
from sip.events import SessionReoffered
from sip.retry_after import try_later

if TYPE_CHECKING:
    from sip.dialog import Dialog
    from sip.message import Extra, Request
    from sip.sdp import SessionDescription
    from sip.session.session import Session
    from sip.transaction.server import ServerTransaction


class AskedState(Letter):
    """Whether an offer waits."""

    IDLE = auto()
    ASKED = auto()


class AskedInput(Letter):
    """What happens to it. ACCEPT and REFUSE are ours."""

    OFFER = auto()
    ACCEPT = auto()
    REFUSE = auto()
    OVER = auto()


class AskedEffect(Letter):
    """What follows."""

    SERVE = auto()
    TELL_REOFFERED = auto()
    SEND_LATER = auto()
    SEND_SUCCESS = auto()
    SEND_FAILURE = auto()
    SEND_TERMINATED = auto()
    RELEASE = auto()


S, On, Do = AskedState, AskedInput, AskedEffect

ASKED = Table(
    "offer in UPDATE or PRACK",
    S.IDLE,
    {
        (S.IDLE, On.OFFER): (S.ASKED, (Do.SERVE, Do.TELL_REOFFERED)),
        (S.ASKED, On.OFFER): (S.ASKED, (Do.SEND_LATER,)),
        (S.ASKED, On.ACCEPT): (S.IDLE, (Do.SEND_SUCCESS, Do.RELEASE)),
        (S.ASKED, On.REFUSE): (S.IDLE, (Do.SEND_FAILURE, Do.RELEASE)),
        (S.ASKED, On.OVER): (S.IDLE, (Do.SEND_TERMINATED,)),
    },
    absorbed={(S.IDLE, On.ACCEPT), (S.IDLE, On.REFUSE), (S.IDLE, On.OVER)},
)

_CONTENT = (("Content-Type", SDP),)


class AskedOffer:
    """The place for one such offer."""

    __slots__ = ("dialog", "machine", "request", "session", "transaction", "turn")

    def __init__(self, session: Session) -> None:
        """Begin with none."""
        self.session = session
        self.machine = Machine(ASKED)
        self.dialog: Dialog | None = None
        self.request: Request | None = None
        self.transaction: ServerTransaction | None = None
        self.turn = session.turn
        """That of the dialog which the offer came in: by the time of our answer another fork may have the session."""

    @property
    def is_open(self) -> bool:
        """Whether an offer waits for our answer."""
        return self.machine.state is S.ASKED

    def on_offer(
        self,
        offer: SessionDescription,
        request: Request,
        transaction: ServerTransaction,
        dialog: Dialog,
        *,
        now: float,
    ) -> None:
        """Take an offer whose turn it is."""
        for effect in self.machine.fire(On.OFFER):
            if effect is Do.SERVE:
                self.request, self.transaction, self.dialog = request, transaction, dialog
                self.turn = self.session.turn_of(dialog)
            elif effect is Do.TELL_REOFFERED:
                self.session.context.events.append(SessionReoffered(self.session, offer))
            else:
                transaction.respond(500, headers=try_later(self.session.context.ids), now=now)

    def accept(self, body: bytes, *, now: float) -> None:
        """Answer it."""
        self._fire(On.ACCEPT, 200, (), body, now)

    def refuse(self, status: int, headers: Extra = (), *, now: float) -> None:
        """Refuse it; the session stays as it was."""
        self._fire(On.REFUSE, status, headers, b"", now)

    def on_session_over(self, *, now: float) -> None:
        """The session ends: what waits is answered with 487 (RFC 3261 s.15.1.2)."""
        self._fire(On.OVER, 487, (), b"", now)

    def _fire(self, event: AskedInput, status: int, headers: Extra, body: bytes, now: float) -> None:
        for effect in self.machine.fire(event):
            if effect is Do.SEND_SUCCESS:
                self._succeed(body, now)
            elif effect is Do.RELEASE:
                self.session.release_answer(now=now)
            elif self.transaction is not None:
                self.transaction.respond(status, headers=headers, now=now)
                self.turn.failed()

    def _succeed(self, body: bytes, now: float) -> None:
        dialog, request, transaction = self.dialog, self.request, self.transaction
        if dialog is None or request is None or transaction is None:
            return
        headers: Extra = _CONTENT
        if request.method == "UPDATE":
            dialog.refresh_target(request)
            timing = self.session.timer.answering(request, now=now)
            headers = (
                self.session.context.dialog_headers(request.flow, secure=dialog.is_secure) + timing + _CONTENT
            )
        self.turn.sent()
        transaction.respond(200, headers=headers, body=body, now=now)
