"""UPDATE (RFC 3311), both roles: a change of the session or a refresh of it that needs no third message.

Ours are run by UPDATE; offers of the peer's are kept by asked_offer.
"""

from __future__ import annotations

from enum import auto
from typing import TYPE_CHECKING

from base.machine import Letter, Machine, Table
from sip.body import SDP, description_of, description_or_none
from sip.errors import ParseError
from sip.events import SessionReanswered, SessionReofferRefused
from sip.retry_after import try_later
from sip.session.challenged import with_login
from sip.session.glare import MOST_GLARES, pause
from sip.session.offers import supersede_offers
from sip.session.table import GONE

if TYPE_CHECKING:
    from sip.dialog import Dialog
    from sip.message import Extra, Request, Response
    from sip.session.session import Session
    from sip.transaction.client import ClientTransaction, ClientUser
    from sip.transaction.server import ServerTransaction


class UpdateState(Letter):
    """Where an UPDATE of ours stands."""

    IDLE = auto()
    SENT = auto()
    WAITING = auto()
    """It met an offer of the peer's (491) and is sent again after a pause."""


class UpdateInput(Letter):
    """What happens to it. SEND is ours."""

    SEND = auto()
    SUCCESS = auto()
    FAILURE = auto()
    GLARE = auto()
    DUE = auto()
    SUPERSEDED = auto()
    OVER = auto()


class UpdateEffect(Letter):
    """What follows."""

    SEND_REQUEST = auto()
    TELL_REANSWERED = auto()
    TELL_REFUSED = auto()
    START_WAIT = auto()
    STOP_WAIT = auto()


S, On, Do = UpdateState, UpdateInput, UpdateEffect

UPDATE = Table(
    "UPDATE",
    S.IDLE,
    {
        (S.IDLE, On.SEND): (S.SENT, (Do.SEND_REQUEST,)),
        (S.SENT, On.SUCCESS): (S.IDLE, (Do.TELL_REANSWERED,)),
        (S.SENT, On.FAILURE): (S.IDLE, (Do.TELL_REFUSED,)),
        (S.SENT, On.GLARE): (S.WAITING, (Do.START_WAIT,)),
        (S.SENT, On.OVER): (S.IDLE, ()),
        (S.WAITING, On.DUE): (S.SENT, (Do.SEND_REQUEST,)),
        (S.WAITING, On.SUPERSEDED): (S.IDLE, (Do.STOP_WAIT, Do.TELL_REFUSED)),
        (S.WAITING, On.OVER): (S.IDLE, (Do.STOP_WAIT,)),
    },
    absorbed={
        *((S.IDLE, each) for each in On if each is not On.SEND),
        (S.SENT, On.DUE),
        (S.SENT, On.SUPERSEDED),
        (S.WAITING, On.SUCCESS),
        (S.WAITING, On.FAILURE),
        (S.WAITING, On.GLARE),
    },
)
UPDATE_INPUTS = tuple(each for each in On if each is not On.SEND)

_CONTENT = (("Content-Type", SDP),)


class Updates:
    """The UPDATEs that we send in one session, one at a time."""

    __slots__ = ("body", "dialog", "headers", "is_tried", "machine", "session", "tries", "turn", "user")

    def __init__(self, session: Session) -> None:
        """Begin idle."""
        self.session = session
        self.machine = Machine(UPDATE)
        self.dialog: Dialog | None = None
        self.turn = session.turn
        self.body = b""
        self.headers: Extra = ()
        self.user: ClientUser | None = None
        self.tries = 0
        self.is_tried = False
        """Whether the one under way holds credentials."""

    def send(
        self, dialog: Dialog, body: bytes, headers: Extra, user: ClientUser | None, *, now: float
    ) -> bool:
        """Send one. False when another, or an offer that it would meet, is under way."""
        if self.machine.state is not S.IDLE or (body and not self._may_offer(dialog)):
            if body:
                self.session.context.events.append(SessionReofferRefused(self.session, 491))
            return False
        self.dialog, self.body, self.headers, self.user, self.tries = dialog, body, headers, user, 0
        self.turn = self.session.turn_of(dialog)
        self._fire(On.SEND, 0, None, now)
        return True

    def on_response(self, transaction: ClientTransaction, response: Response, *, now: float) -> None:
        """An answer to ours (s.5.3)."""
        if response.status < 200:
            return
        if response.status < 300:
            self._succeed(response, now)
        elif self._send_with_login(transaction, response, now):
            return
        else:
            self._fail(response.status, response, now)
        if self.user is not None and self.machine.state is not S.WAITING:
            self.user.on_response(transaction, response, now=now)

    def on_no_response(self, transaction: ClientTransaction, status: int, *, now: float) -> None:
        """No answer to ours: the peer is gone (s.5.3)."""
        self._fail(status, None, now)
        if self.user is not None:
            self.user.on_no_response(transaction, status, now=now)

    def on_timer(self, letter: str, *, now: float) -> None:
        """The pause after a 491 is over."""
        self._fire(On.SUPERSEDED if self.turn.is_open else On.DUE, 491, None, now)

    def on_superseded(self, *, now: float) -> None:
        """The peer offers first, so what we wanted to offer has to be thought over."""
        self._fire(On.SUPERSEDED, 491, None, now)

    def on_session_over(self, *, now: float) -> None:
        """The session ends."""
        self._fire(On.OVER, 0, None, now)

    def _may_offer(self, dialog: Dialog) -> bool:
        """Whether the first exchange is over and no other is open (s.5.1)."""
        turn, reliable = self.session.turn_of(dialog), self.session.reliable
        return turn.has_agreed and not turn.is_open and not (reliable is not None and reliable.is_waiting)

    def _send_with_login(self, transaction: ClientTransaction, response: Response, now: float) -> bool:
        """Answer a challenge, once; our offer stays open meanwhile."""
        if self.dialog is None or self.is_tried or self.machine.state is not S.SENT:
            return False
        again = with_login(self.session, self.dialog, transaction.request, response)
        if again is None:
            return False
        self.is_tried = True
        self.session.context.layer.request(again, self, now=now)
        return True

    def _succeed(self, response: Response, now: float) -> None:
        dialog = self.dialog
        if dialog is not None and self.machine.state is S.SENT:
            dialog.refresh_target(response)
            self.session.timer.answered(response, now=now)
            if self.body and description_or_none(response) is not None:
                self.turn.received()
            elif self.body:
                self.turn.failed()
        self._fire(On.SUCCESS, response.status, response, now)

    def _fail(self, status: int, response: Response | None, now: float) -> None:
        if self.body and self.machine.state is S.SENT:
            self.turn.failed()
        crossed = status == 491 and self.body and self.tries < MOST_GLARES
        if status == 422 and self.machine.state is S.SENT and self.session.timer.learn(response):
            self._transmit(now)
            return
        if not crossed:
            self.session.timer.refused(status, now=now)
        self._fire(On.GLARE if crossed else On.FAILURE, status, None, now)
        if status in (408, 481):
            self.session.on_lost(status, now=now)

    def _fire(self, event: UpdateInput, status: int, response: Response | None, now: float) -> None:
        session = self.session
        events, timers = session.context.events, session.context.timers
        for effect in self.machine.fire(event):
            match effect:
                case Do.SEND_REQUEST:
                    self._transmit(now)
                case Do.TELL_REANSWERED if self.body and response is not None:
                    events.append(SessionReanswered(session, description_or_none(response)))
                case Do.TELL_REFUSED if self.body:
                    events.append(SessionReofferRefused(session, status))
                case Do.START_WAIT:
                    owner = session.direction == "out"
                    timers.set((self, "GLARE"), now + pause(session.context.ids, owner=owner))
                case Do.STOP_WAIT:
                    timers.cancel((self, "GLARE"))
                case _:
                    pass

    def _transmit(self, now: float) -> None:
        session, dialog = self.session, self.dialog
        if dialog is None:
            return
        self.tries += 1
        self.is_tried = False
        if self.body:
            self.turn.sent()
        headers = (
            session.context.dialog_headers(dialog.flow, secure=dialog.is_secure)
            + session.timer.asking()
            + dialog.identity
            + self.headers
        )
        if self.body:
            headers += _CONTENT
        request = dialog.request("UPDATE", session.context.branch(), headers=headers, body=self.body)
        session.context.layer.request(request, self, now=now)


def serve_update(session: Session, request: Request, transaction: ServerTransaction, *, now: float) -> None:
    """Serve an UPDATE in an early or confirmed dialog (s.5.2)."""
    dialog = session.dialog_of(request)
    if dialog is None or session.state in GONE:
        transaction.respond(481, now=now)
        return
    try:
        offer = description_of(request)
    except ParseError:
        transaction.respond(400, "Bad Request (broken SDP)", now=now)
        return
    refusal = session.timer.objection(request)
    turn = session.turn_of(dialog)
    if refusal is not None:
        transaction.respond(refusal.status, headers=refusal.headers, now=now)
    elif offer is None:
        dialog.refresh_target(request)
        headers = session.context.dialog_headers(
            request.flow, secure=dialog.is_secure
        ) + session.timer.answering(request, now=now)
        transaction.respond(200, headers=headers, now=now)
    elif turn.is_ours:
        transaction.respond(491, now=now)
    elif turn.is_theirs or session.offers_asked.is_open:
        transaction.respond(500, headers=try_later(session.context.ids), now=now)
    else:
        turn.received()
        supersede_offers(session, now=now)
        session.offers_asked.on_offer(offer, request, transaction, dialog, now=now)
