"""Sessions: the INVITE usage of a dialog (RFC 3261 s.13 to s.15), run by the CALLEE and CALLER tables.

What the peer's SDP means is not decided here: it passes upwards parsed, and our bodies come down as octets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from base.machine import Machine
from sip.body import description_or_none
from sip.causes import TIMER_EXPIRY
from sip.dialog import Dialog
from sip.message import fields_of
from sip.reason import headers_for
from sip.session.asked_offer import AskedOffer
from sip.session.attempts import next_attempt
from sip.session.early_dialogs import EarlyDialogs
from sip.session.effects import EFFECTS, Detail
from sip.session.first_answer import be_patient
from sip.session.reliable import hear_early
from sip.session.reoffer import Reoffer
from sip.session.sent_invite import SentInvite
from sip.session.served_invite import ServedInvite
from sip.session.table import CALLEE, CALLER, GONE, SessionInput, SessionState
from sip.session.timer import SessionTimer
from sip.session.turn import Turn
from sip.session.update import Updates

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sip.context import Context
    from sip.digest.login import Login
    from sip.events import Caller
    from sip.flow import Flow
    from sip.message import Extra, Request, Response
    from sip.reason import Reason
    from sip.sdp import SessionDescription
    from sip.session.early_dialogs import EarlyDialog
    from sip.session.reliable import ReliableAnswers
    from sip.target import Target
    from sip.transaction.client import ClientTransaction, ClientUser
    from sip.transaction.server import ServerTransaction
    from sip.transfer.sent_refer import SentRefer
    from sip.transfer.served_refer import Referral

_NOTHING = Detail()
_CALLING = (SessionState.CALLING, SessionState.EARLY)


class Session:
    """One call as one party sees it."""

    __slots__ = (
        "alternatives",
        "asked",
        "call_id",
        "caller",
        "cause",
        "context",
        "dialog",
        "direction",
        "early",
        "first_cseq",
        "kept",
        "local_tag",
        "login",
        "machine",
        "offer",
        "owner",
        "reasons",
        "referral",
        "referring",
        "reliable",
        "reoffer",
        "request",
        "sent",
        "served",
        "target",
        "timer",
        "turn",
        "updates",
        "user",
    )

    def __init__(
        self,
        context: Context,
        request: Request,
        local_tag: str,
        direction: Literal["in", "out"],
        profile: str = "",
    ) -> None:
        """Begin; `receive` or `place` follows."""
        self.context = context
        self.request = request
        self.call_id = request.call_id
        self.local_tag = local_tag
        self.direction: Literal["in", "out"] = direction
        self.user = request.uri.subscriber
        self.machine = Machine(CALLEE if direction == "in" else CALLER)
        self.caller: Caller | None = None
        self.offer: SessionDescription | None = None
        self.owner: Any = None
        self.login: Login | None = None
        self.target: Target | None = None
        """Whom our INVITE goes to now."""
        self.alternatives: list[tuple[Target, Flow]] = []
        """Where it goes next while nobody is reached (see attempts)."""
        self.first_cseq = 1
        """The number that the INVITE had before it answered a challenge of this target's."""
        self.dialog: Dialog | None = None
        self.served: ServedInvite | None = None
        self.sent: SentInvite | None = None
        self.reoffer: Reoffer | None = None
        self.referral: Referral | None = None
        self.referring: SentRefer | None = None
        self.timer = SessionTimer(self, context.timing(profile))
        self.updates: Updates | None = None
        self.asked: AskedOffer | None = None
        self.early: EarlyDialogs | None = None
        self.reliable: ReliableAnswers | None = None
        self.kept: Detail | None = None
        """The answer that waits for a PRACK."""
        self.turn = Turn()
        self.cause = 16
        self.reasons: tuple[Reason, ...] = ()
        """Why we end it, in others' words; without them the bare cause is said."""

    @classmethod
    def receive(
        cls,
        context: Context,
        transaction: ServerTransaction,
        caller: Caller,
        offer: SessionDescription | None,
    ) -> Session:
        """The session that an admitted INVITE asks for."""
        request = transaction.request
        transaction.tag = context.ids.token()
        session = cls(context, request, transaction.tag, "in", caller.profile)
        session.caller = caller
        session.offer = offer
        if offer is not None:
            session.turn.received()
        session.served = ServedInvite(context, request, transaction, session)
        transaction.session = session
        context.add(session)
        return session

    @classmethod
    def place(
        cls,
        context: Context,
        request: Request,
        target: Target,
        alternatives: Iterable[tuple[Target, Flow]] = (),
        *,
        now: float,
    ) -> Session:
        """The session that our INVITE to a target asks for; the target's login answers a challenge."""
        session = cls(context, request, request.from_.tag or "", "out", target.profile)
        request.fields.update(fields_of(session.timer.asking()))
        session.target, session.login = target, target.login
        session.alternatives = list(alternatives)
        if request.body:
            session.turn.sent()
        context.add(session)
        session.sent = SentInvite(context, request, session, now=now)
        be_patient(session, now=now)
        return session

    @property
    def state(self) -> SessionState:
        """Where the machine stands."""
        return self.machine.state

    @property
    def remote_tag(self) -> str | None:
        """The peer's tag, as far as it is known."""
        if self.dialog is not None:
            return self.dialog.remote_tag
        return self.request.from_.tag if self.direction == "in" else None

    @property
    def reoffers(self) -> Reoffer:
        """The re-INVITE machine, made when first needed."""
        if self.reoffer is None:
            self.reoffer = Reoffer(self)
        return self.reoffer

    @property
    def offers_asked(self) -> AskedOffer:
        """The place for offers in UPDATE and PRACK, made when first needed."""
        if self.asked is None:
            self.asked = AskedOffer(self)
        return self.asked

    @property
    def allows_update(self) -> bool:
        """Whether the peer takes UPDATE and there is a dialog to send one in (RFC 3311 s.4)."""
        dialog = self._current_dialog()
        return dialog is not None and dialog.allows("UPDATE") and self.state not in GONE

    def dialog_of(self, request: Request) -> Dialog | None:
        """The dialog, early ones too, that a request of the peer's is in; it has our tag already."""
        if self.dialog is not None:
            return self.dialog
        early = self.early.of(request.from_.tag) if self.early is not None else None
        return early.dialog if early is not None else None

    def turn_of(self, dialog: Dialog) -> Turn:
        """Whose turn it is to offer in a dialog of ours: each fork answers on its own."""
        early = self.early.of(dialog.remote_tag) if self.dialog is None and self.early is not None else None
        return early.turn if early is not None else self.turn

    def _current_dialog(self) -> Dialog | None:
        if self.dialog is None and self.early is not None and self.early.latest is not None:
            return self.early.latest.dialog
        return self.dialog

    # Commands.

    def ring(self, status: int = 180, body: bytes = b"", headers: Extra = (), *, now: float) -> None:
        """Send a provisional answer."""
        self._fire(SessionInput.RING, Detail(status, headers=headers, body=body), now)

    def answer(self, body: bytes, headers: Extra = (), *, now: float) -> None:
        """Answer with 200, at once or when nothing stands before it any more (RFC 3262 s.3)."""
        event = SessionInput.HOLD_ANSWER if self._holds_answer else SessionInput.ANSWER
        self._fire(event, Detail(200, headers=headers, body=body), now)

    def release_answer(self, *, now: float) -> None:
        """Send the 200 that waited, if nothing else stands before it."""
        if self.kept is not None and not self._holds_answer:
            self._fire(SessionInput.RELEASED, self.kept, now)

    @property
    def _holds_answer(self) -> bool:
        reliable, asked = self.reliable, self.asked
        return (reliable is not None and reliable.holds_answer) or (asked is not None and asked.is_open)

    def reject(self, status: int, reason: str | None = None, headers: Extra = (), *, now: float) -> None:
        """Answer with a final failure."""
        self._fire(SessionInput.REJECT, Detail(status, reason, headers=headers), now)

    def end(self, status: int, cause: int, reasons: tuple[Reason, ...] = (), *, now: float) -> None:
        """End it in whatever way the state needs; `status` is for an INVITE not yet answered."""
        if self.referral is not None and self.referral.holds_end(status, cause, reasons, now=now):
            return
        self.cause, self.reasons = cause, reasons
        self._fire(SessionInput.END, Detail(status, headers=self.reason), now)

    def update(
        self, body: bytes | None = None, headers: Extra = (), user: ClientUser | None = None, *, now: float
    ) -> bool:
        """Send an UPDATE in the early or confirmed dialog (RFC 3311); with a body it is an offer.

        False when that cannot be now: another is under way, or nothing is there to update. The outcome of an offer is
        SessionReanswered or SessionReofferRefused; `user` is told every final response.
        """
        dialog = self._current_dialog()
        if dialog is None or self.state in GONE:
            return False
        if self.updates is None:
            self.updates = Updates(self)
        return self.updates.send(dialog, body or b"", headers, user, now=now)

    # What comes from the peer.

    def on_ack(self, request: Request, *, now: float) -> None:
        """An ACK; one with another CSeq than the INVITE's is none of it."""
        if self.served is not None and request.cseq.number == self.served.number:
            if self.state is SessionState.ANSWERED and self.turn.is_ours:
                if description_or_none(request) is None:
                    self.turn.failed()
                else:
                    self.turn.received()
            self._fire(SessionInput.ACK, Detail(message=request), now)
        elif self.reoffer is not None:
            self.reoffer.on_ack(request, now=now)

    def on_cancel(self, transaction: ServerTransaction, request: Request, *, now: float) -> None:
        """A CANCEL of the first INVITE or of a re-INVITE."""
        if self.served is not None and transaction is self.served.transaction:
            self._fire(SessionInput.CANCEL, Detail(message=request), now)
        elif self.reoffer is not None and self.reoffer.serves(transaction):
            self.reoffer.on_cancel(now=now)

    def on_bye(self, request: Request, *, now: float) -> None:
        """A BYE, already answered."""
        if self.state in _CALLING:
            if self.early is None:
                self.early = EarlyDialogs(self.request)
            self.early.on_bye(request.from_.tag)
        self._fire(SessionInput.BYE, Detail(message=request), now)

    def on_provisional(self, response: Response, *, now: float) -> None:
        """A 1xx to our INVITE, in the early dialog of its tag."""
        detail = Detail(response.status, message=response)
        if response.status > 100 and not hear_early(self, response, detail, now=now):
            # Nothing to hear, but whoever cancels now knows that somebody has the INVITE.
            detail.status = 100
        self._fire(SessionInput.PROVISIONAL, detail, now)

    def on_success(self, response: Response, *, now: float) -> None:
        """The first 2xx to our INVITE; what its fork has said before still counts (RFC 6337 s.3.1.1)."""
        if self.target is not None:
            self.context.avoided.answered(self.target)
        tag = response.to.tag
        early: EarlyDialog | None = self.early.of(tag) if self.early is not None else None
        detail = Detail(response.status, message=response)
        if early is not None:
            self.turn = early.turn
            detail.description = early.description
        if not self.turn.has_agreed:
            detail.description = description_or_none(response) or detail.description
            if detail.description is not None:
                self.turn.received()
            else:
                self.turn.failed()
        self._fire(SessionInput.SUCCESS, detail, now)
        if self.early is not None and self.early.has_ended(tag):
            self._fire(SessionInput.BYE, detail, now)

    def dialog_from(self, response: Response) -> Dialog:
        """The dialog that a 2xx makes out of its early one, if it had any."""
        if self.early is not None:
            return self.early.dialog_from(response)
        return Dialog.as_caller(self.request, response)

    def on_failure(self, status: int, response: Response | None, *, now: float) -> None:
        """Our INVITE failed, unless it can be sent once more (see attempts)."""
        if self.target is not None:
            self.context.avoided.note(self.target, status, response, now=now)
        if self._try_again(status, response, now):
            return
        reason = response.reason if response is not None else None
        self._fire(SessionInput.FAILURE, Detail(status, reason, message=response), now)

    def on_no_ack(self, *, now: float) -> None:
        """The ACK of our 2xx did not come."""
        self._fire(SessionInput.NO_ACK, Detail(408), now)

    def on_no_prack(self, *, now: float) -> None:
        """The PRACK of our reliable provisional response did not come (RFC 3262 s.3)."""
        self._fire(SessionInput.NO_PRACK, Detail(504), now)

    def on_lost(self, status: int, *, now: float) -> None:
        """The peer no longer knows the dialog, or no longer answers (RFC 5057)."""
        self._fire(SessionInput.LOST, Detail(status), now)

    def expire(self, reason: Reason, *, now: float) -> None:
        """Nobody refreshed it in time (RFC 4028 s.10)."""
        self.cause, self.reasons = TIMER_EXPIRY, (reason,)
        self._fire(SessionInput.LOST, Detail(408, reason.text), now)

    def on_response(self, transaction: ClientTransaction, response: Response, *, now: float) -> None:
        """An answer to our BYE."""
        if response.status >= 200:
            self._fire(SessionInput.BYE_OVER, _NOTHING, now)

    def on_no_response(self, transaction: ClientTransaction, status: int, *, now: float) -> None:
        """Our BYE was not answered: gone is gone."""
        self._fire(SessionInput.BYE_OVER, _NOTHING, now)

    def on_timer(self, letter: str, *, now: float) -> None:
        """The cancelled INVITE got no final answer within 64*T1 (s.9.1)."""
        self._fire(SessionInput.NO_FINAL, _NOTHING, now)

    def _try_again(self, status: int, response: Response | None, now: float) -> bool:
        """Send the INVITE once more, another way or with what was missing, where the refusal allows it."""
        again = next_attempt(self, status, response) if self.state in _CALLING else None
        if again is None:
            return False
        self.request = again
        self.early = None
        self._fire(SessionInput.RETRIED, _NOTHING, now)
        self.sent = SentInvite(self.context, again, self, now=now)
        be_patient(self, now=now)
        return True

    def early_dialog(self) -> Dialog:
        """The dialog of a call to us, made by our first answer with a tag."""
        if self.dialog is None:
            self.dialog = Dialog.as_callee(self.request, self.local_tag)
        return self.dialog

    @property
    def reason(self) -> Extra:
        """Why we end it (RFC 3326)."""
        return headers_for(self.reasons, self.cause)

    def _fire(self, event: SessionInput, detail: Detail, now: float) -> None:
        for effect in self.machine.fire(event):
            EFFECTS[effect](self, detail, now)
