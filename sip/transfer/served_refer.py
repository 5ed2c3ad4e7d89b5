"""REFER that we serve inside a dialog (RFC 3515, RFC 4488): judged above, then followed by NOTIFY until its outcome.

The subscription that it makes (RFC 6665) lives in the dialog of the call and may outlive the call itself (RFC 5057).
Where the target leads and how the parties are joined is not known here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.machine import Machine
from sip.errors import ParseError
from sip.events import TransferRequested
from sip.grammar import number, parameters, split
from sip.reasons import REASONS
from sip.session.table import SessionState
from sip.subscriptions.notification import Notifications
from sip.transfer.refer_to import ReferTo, read
from sip.transfer.replaces import find
from sip.transfer.table import REFERRAL, ReferralEffect, ReferralInput, ReferralState

if TYPE_CHECKING:
    from sip.message import Extra, Request
    from sip.reason import Reason
    from sip.session.session import Session
    from sip.transaction.server import ServerTransaction

HEARING = 4.0
"""Seconds that our BYE waits for the outcome to be heard: a BYE that overtook it would silence it."""
LIFETIME = 180
"""Seconds that a referral is followed unless refreshed: longer than any phone rings."""
_FRAGMENT = "message/sipfrag;version=2.0"
_OVER = (SessionState.CLOSING, SessionState.ENDING, SessionState.ENDED)


class Referral:
    """One REFER of a peer."""

    __slots__ = (
        "_expires",
        "_is_notifying",
        "_last",
        "_machine",
        "_next",
        "_refusal",
        "_then",
        "_transaction",
        "event",
        "number",
        "session",
        "wish",
    )

    def __init__(
        self, session: Session, wish: ReferTo, transaction: ServerTransaction, *, is_first: bool
    ) -> None:
        """Wait for what is decided above."""
        self.session = session
        self.wish = wish
        self.number = transaction.request.cseq.number
        # Only the first may go without a number (s.2.4.6), and old phones know nothing of numbers.
        self.event = "refer" if is_first else f"refer;id={self.number}"
        self._transaction = transaction
        self._machine = Machine(REFERRAL)
        self._last = (100, REASONS[100])
        self._expires = 0.0
        self._refusal = (603, REASONS[603])
        self._is_notifying = False
        self._next: str | None = None
        self._then: tuple[int, int, tuple[Reason, ...]] | None = None

    @property
    def is_open(self) -> bool:
        """Whether its outcome is not known yet."""
        return self._machine.state is not ReferralState.ENDED

    @property
    def is_followed(self) -> bool:
        """Whether its sender is still told."""
        return self._machine.state is ReferralState.FOLLOWED

    def holds_end(self, status: int, cause: int, reasons: tuple[Reason, ...], *, now: float) -> bool:
        """Whether the end of the call waits until the outcome is heard; it then comes by itself."""
        if self.is_open or not self._is_notifying:
            return False
        if self._then is None:
            self._then = (status, cause, reasons)
            self.session.context.timers.set((self, "HEARING"), now + HEARING)
        return True

    # Commands.

    def accept(self, *, now: float) -> None:
        """Say that it is tried: 202, and the first NOTIFY unless the sender does without."""
        followed = self.wish.has_subscription
        self._fire(ReferralInput.ACCEPT if followed else ReferralInput.ACCEPT_SILENTLY, now)

    def refuse(self, status: int, reason: str | None = None, *, now: float) -> None:
        """Say that it is not."""
        self._refusal = (status, reason or REASONS.get(status, ""))
        self._fire(ReferralInput.REFUSE, now)

    def report(self, status: int, reason: str | None = None, *, now: float) -> None:
        """Say how far it has come; a final status is the last word."""
        if self.is_open:
            self._last = (status, reason or REASONS.get(status, "Unknown"))
        self._fire(ReferralInput.PROGRESS if status < 200 else ReferralInput.FINISH, now)

    # What comes from outside.

    def on_subscribe(self, expires: int, *, now: float) -> int:
        """Its sender wants to hear longer, or no more; the seconds that are granted."""
        granted = min(expires, LIFETIME)
        self._expires = now + granted
        self._fire(ReferralInput.SUBSCRIBE if granted else ReferralInput.UNSUBSCRIBE, now)
        return granted

    def on_session_over(self, *, now: float) -> None:
        """The call is over, perhaps before anything was decided."""
        self._then = None
        self.session.context.timers.cancel((self, "HEARING"))
        self._refusal = (603, REASONS[603])
        self._fire(ReferralInput.SESSION_OVER, now)

    def on_timer(self, letter: str, *, now: float) -> None:
        """It was followed long enough, or the call waited long enough for its end."""
        if letter == "HEARING":
            self._end_session(now)
        else:
            self._fire(ReferralInput.EXPIRE, now)

    def on_notified(self, *, now: float) -> None:
        """Its sender has our NOTIFY: the next may go."""
        self._is_notifying = False
        state, self._next = self._next, None
        if state is not None:
            self._notify(state, now)
        else:
            self._end_session(now)

    def on_notify_failed(self, status: int, retry_after: float | None, *, now: float) -> None:
        """A refusal ends the telling (RFC 6665 s.4.2.2); the transfer goes on."""
        self._next = None
        self._fire(ReferralInput.LOST, now)
        self._end_session(now)

    def _end_session(self, now: float) -> None:
        self._is_notifying = False
        self.session.context.timers.cancel((self, "HEARING"))
        if self._then is not None:
            self.session.end(*self._then, now=now)

    # Effects.

    def _fire(self, event: ReferralInput, now: float) -> None:
        timers = self.session.context.timers
        if event is ReferralInput.ACCEPT:
            self._expires = now + LIFETIME
        for effect in self._machine.fire(event):
            match effect:
                case ReferralEffect.SEND_ACCEPTED:
                    self._transaction.respond(202, headers=self._accepting(), now=now)
                case ReferralEffect.SEND_FAILURE:
                    self._transaction.respond(*self._refusal, now=now)
                case ReferralEffect.START_EXPIRY:
                    timers.set((self, "EXPIRY"), self._expires)
                case ReferralEffect.STOP_EXPIRY:
                    timers.cancel((self, "EXPIRY"))
                case ReferralEffect.NOTIFY:
                    self._notify(f"active;expires={max(0, round(self._expires - now))}", now)
                case ReferralEffect.NOTIFY_OUTCOME:
                    self._notify("terminated;reason=noresource", now)
                case ReferralEffect.NOTIFY_END:
                    self._notify("terminated;reason=timeout", now)

    def _accepting(self) -> Extra:
        dialog = self.session.dialog
        headers = (
            ()
            if dialog is None
            else self.session.context.dialog_headers(dialog.flow, secure=dialog.is_secure)
        )
        return headers if self.wish.has_subscription else (*headers, ("Refer-Sub", "false"))

    def _notify(self, state: str, now: float) -> None:
        """Send what is known. One at a time: a later one must not overtake an earlier one on the way."""
        dialog, context = self.session.dialog, self.session.context
        if self._is_notifying or dialog is None:
            self._next = state
            return
        self._is_notifying = True
        status, reason = self._last
        body = f"SIP/2.0 {status} {reason}\r\n".encode("utf-8", "surrogateescape")
        # One sender for each, or it and this would hold each other, and the session, until the collector comes.
        Notifications(context, dialog, self.event, self).send(state, _FRAGMENT, body, now=now)


def serve_refer(session: Session, request: Request, transaction: ServerTransaction, now: float) -> None:
    """Serve a REFER in the dialog of a call: refuse it, or ask above."""
    wish = read(request)
    if session.state in _OVER:
        transaction.respond(481, now=now)
    elif not isinstance(wish, ReferTo):
        transaction.respond(wish.status, wish.reason, now=now)
    elif session.referral is not None and session.referral.is_open:
        transaction.respond(491, now=now)
    else:
        if session.dialog is not None:
            session.dialog.refresh_target(request)
        referral = Referral(session, wish, transaction, is_first=session.referral is None)
        session.referral = referral
        replaced = find(session.context, wish.replaces) if wish.replaces is not None else None
        session.context.events.append(TransferRequested(session, referral, wish, replaced))


def serve_subscribe(session: Session, request: Request, transaction: ServerTransaction, now: float) -> None:
    """Serve a SUBSCRIBE in the dialog of a call: it can only be about a referral (RFC 3515 s.2.4.4)."""
    try:
        package, *pieces = split(request.header("Event") or "", ";")
        wanted = parameters(pieces).get("id")
        expires = number(request.header("Expires") or str(LIFETIME), 2**32 - 1, "Expires")
    except ParseError:
        transaction.respond(400, now=now)
        return
    referral = session.referral
    if package.lower() != "refer":
        transaction.respond(489, headers=(("Allow-Events", "refer"),), now=now)
    elif referral is None or not referral.is_followed or not _is_meant(referral, wanted):
        transaction.respond(481, now=now)
    else:
        if session.dialog is not None:
            session.dialog.refresh_target(request)
        headers: Extra = (("Expires", str(min(expires, LIFETIME))),)
        dialog = session.dialog
        if dialog is not None:
            headers = (*session.context.dialog_headers(dialog.flow, secure=dialog.is_secure), *headers)
        transaction.respond(200, headers=headers, now=now)
        referral.on_subscribe(expires, now=now)


def _is_meant(referral: Referral, wanted: str | None) -> bool:
    """Whether a SUBSCRIBE speaks of this referral; the first of a dialog may be meant without its number."""
    return wanted == str(referral.number) or (wanted is None and referral.event == "refer")
