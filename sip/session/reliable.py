"""Reliable provisional responses (RFC 3262): ours until their PRACK, and the PRACKs of both sides. Run by RELIABLE.

Which descriptions may change is decided by the turns of offer and answer, not here.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from base.machine import Letter, Machine, Table
from sip.body import description_of
from sip.errors import ParseError
from sip.events import SessionReanswered
from sip.grammar import number
from sip.session.early_dialogs import EarlyDialogs, rseq_of
from sip.session.sent_invite import send_prack
from sip.session.table import GONE
from sip.transaction.timing import PATIENCE, T1

if TYPE_CHECKING:
    from sip.message import Extra, Request, Response
    from sip.session.effects import Detail
    from sip.session.served_invite import ServedInvite
    from sip.session.session import Session
    from sip.transaction.server import ServerTransaction

OPTION = "100rel"
MOST_HELD = 8
"""Provisional responses that wait for the PRACK of the one before."""


class Reliability(Enum):
    """Which provisional responses we send reliably to callers who support it; who requires it gets nothing else."""

    REQUIRED = "required"
    EARLY_MEDIA = "early-media"
    ALWAYS = "always"


class ReliableState(Letter):
    """Where our reliable provisional responses stand."""

    QUIET = auto()
    WAITING = auto()
    FINISHED = auto()
    """The final response went out before the PRACK, which may still come (s.3)."""
    OVER = auto()


class ReliableInput(Letter):
    """What happens to them. SEND and FINAL are ours."""

    SEND = auto()
    FINAL = auto()
    PRACK = auto()
    RESEND = auto()
    EXPIRE = auto()


class ReliableEffect(Letter):
    """What must then be done."""

    TRANSMIT = auto()
    HOLD = auto()
    RETRANSMIT = auto()
    STOP = auto()
    SEND_NEXT = auto()
    GIVE_UP = auto()


S, On, Do = ReliableState, ReliableInput, ReliableEffect

RELIABLE = Table(
    "reliable provisional responses",
    S.QUIET,
    {
        (S.QUIET, On.SEND): (S.WAITING, (Do.TRANSMIT,)),
        (S.QUIET, On.FINAL): (S.OVER, ()),
        # One at a time (s.3): the next waits for the PRACK of this one.
        (S.WAITING, On.SEND): (S.WAITING, (Do.HOLD,)),
        (S.WAITING, On.PRACK): (S.QUIET, (Do.STOP, Do.SEND_NEXT)),
        (S.WAITING, On.RESEND): (S.WAITING, (Do.RETRANSMIT,)),
        (S.WAITING, On.EXPIRE): (S.OVER, (Do.STOP, Do.GIVE_UP)),
        (S.WAITING, On.FINAL): (S.FINISHED, (Do.STOP,)),
        (S.FINISHED, On.PRACK): (S.OVER, ()),
    },
    absorbed={
        (S.QUIET, On.PRACK),
        (S.QUIET, On.RESEND),
        (S.QUIET, On.EXPIRE),
        (S.FINISHED, On.FINAL),
        (S.FINISHED, On.RESEND),
        (S.FINISHED, On.EXPIRE),
        *((S.OVER, each) for each in On if each is not On.SEND),
    },
)


class Held(NamedTuple):
    """A provisional response that waits for its turn."""

    status: int
    body: bytes
    headers: Extra


class ReliableAnswers:
    """The reliable provisional responses of one INVITE to us."""

    __slots__ = (
        "data",
        "deadline",
        "has_body",
        "held",
        "interval",
        "is_offering",
        "machine",
        "number",
        "served",
        "session",
    )

    def __init__(self, session: Session, served: ServedInvite) -> None:
        """Begin with a number that nobody can guess (s.3)."""
        self.session = session
        self.served = served
        self.machine = Machine(RELIABLE)
        self.number = session.context.ids.number(30)
        self.interval = T1
        self.deadline = 0.0
        self.data = b""
        self.has_body = False
        self.is_offering = False
        self.held: list[Held] = []

    @property
    def is_waiting(self) -> bool:
        """Whether a PRACK is awaited before anything that depends on it may go out."""
        return self.machine.state is S.WAITING

    @property
    def holds_answer(self) -> bool:
        """Whether a 2xx must wait: a description is on its way and not acknowledged (s.3)."""
        return self.is_waiting and self.has_body

    def send(self, status: int, body: bytes, headers: Extra, *, now: float) -> None:
        """Send one, or keep it until the one before is acknowledged."""
        self._fire(On.SEND, now, Held(status, body, headers))

    def awaits(self, request: Request) -> bool:
        """Whether a PRACK names the response that is not yet acknowledged. Raises ParseError."""
        fields = request.required("RAck").split()
        if len(fields) != 3:
            raise ParseError("RAck is not a number, a number and a method")
        named = number(fields[0], 2**32 - 1, "RAck"), number(fields[1], 2**32 - 1, "RAck"), fields[2]
        return self.machine.state in (S.WAITING, S.FINISHED) and named == (
            self.number,
            self.served.number,
            "INVITE",
        )

    def on_prack(self, *, now: float) -> None:
        """The one outstanding is acknowledged."""
        self._fire(On.PRACK, now)

    def on_final(self, *, now: float) -> None:
        """A final response goes out: nothing more is resent."""
        self._fire(On.FINAL, now)

    def on_timer(self, letter: str, *, now: float) -> None:
        """Send again, or give up."""
        self._fire(On.EXPIRE if now >= self.deadline else On.RESEND, now)

    def _fire(self, event: ReliableInput, now: float, held: Held | None = None) -> None:
        for effect in self.machine.fire(event):
            match effect:
                case Do.TRANSMIT if held is not None:
                    self._transmit(held, now)
                case Do.HOLD if held is not None:
                    # The newest count: the other party may ring as often as it likes, and this one not listen.
                    self.held = [*self.held[1 - MOST_HELD :], held]
                case Do.RETRANSMIT:
                    self.served.transaction.repeat(self.data, now=now)
                    self.interval *= 2
                    self._arm(now)
                case Do.STOP:
                    self.session.context.timers.cancel((self, "RESEND"))
                case Do.SEND_NEXT if self.held:
                    self._fire(On.SEND, now, self.held.pop(0))
                case Do.GIVE_UP:
                    self.session.on_no_prack(now=now)
                case _:
                    pass

    def _transmit(self, held: Held, now: float) -> None:
        self.number += 1
        self.interval, self.deadline = T1, now + PATIENCE
        turn = self.session.turn
        # Said once, the description stands: it is not repeated in later responses (RFC 6337 s.3.1.1).
        body = b"" if turn.has_agreed or turn.is_ours else held.body
        self.has_body = bool(body)
        if body:
            turn.sent()
        self.is_offering = bool(body) and turn.is_ours
        headers = (("Require", OPTION), ("RSeq", str(self.number)), *held.headers)
        self.data = self.served.provisional(held.status, body, headers, now=now)
        self._arm(now)

    def _arm(self, now: float) -> None:
        self.session.context.timers.set((self, "RESEND"), min(now + self.interval, self.deadline))


def usual_reliability(profile: str) -> Reliability:
    """What a profile that says nothing of it wants."""
    return Reliability.EARLY_MEDIA


def is_reliable(session: Session, body: bytes) -> bool:
    """Whether a provisional response to the session's INVITE goes out reliably."""
    request, caller = session.request, session.caller
    if "Require" in request.fields and _names(request, "Require"):
        return True
    wanted = session.context.reliability(caller.profile if caller is not None else "")
    if wanted is Reliability.REQUIRED or not (body or wanted is Reliability.ALWAYS):
        return False
    return "Supported" in request.fields and _names(request, "Supported")


def may_offer_early(session: Session) -> bool:
    """Whether our offer can go out before the 2xx: the caller, who sent none, then answers it by PRACK (s.5)."""
    return is_reliable(session, b" ")


def must_offer_early(request: Request) -> bool:
    """Whether even our 180 must hold an offer: all are reliable, and the caller waits for our offer (s.5)."""
    return not request.body and "Require" in request.fields and _names(request, "Require")


def _names(request: Request, header: str) -> bool:
    try:
        return OPTION in (each.lower() for each in request.listed(header))
    except ParseError:
        return False


def serve_prack(session: Session, request: Request, transaction: ServerTransaction, *, now: float) -> None:
    """Serve a PRACK in the dialog of a call to us (s.3, s.5)."""
    reliable, dialog = session.reliable, session.dialog
    try:
        is_ours = reliable is not None and reliable.awaits(request)
        description = description_of(request) if is_ours else None
    except ParseError:
        transaction.respond(400, now=now)
        return
    if not is_ours or reliable is None or dialog is None:
        transaction.respond(481, now=now)
        return
    turn = session.turn
    if description is None or turn.is_theirs:
        # An offer out of turn is not one; the response is acknowledged all the same (s.3).
        transaction.respond(200, now=now)
        if reliable.is_offering and turn.is_ours:
            turn.failed()
            session.context.events.append(SessionReanswered(session, None))
    elif turn.is_ours:
        turn.received()
        transaction.respond(200, now=now)
        session.context.events.append(SessionReanswered(session, description))
    else:
        turn.received()
        session.offers_asked.on_offer(description, request, transaction, dialog, now=now)
    reliable.on_prack(now=now)
    session.release_answer(now=now)


def hear_early(session: Session, response: Response, detail: Detail, *, now: float) -> bool:
    """Whether a provisional response to our INVITE is news; a reliable one is acknowledged (s.4)."""
    if session.early is None:
        session.early = EarlyDialogs(session.request)
    early, rseq = session.early.hear(response), rseq_of(response)
    if early is None:
        return rseq is None
    if rseq is not None and not early.order.takes(rseq):
        return False
    detail.description = early.describe(response, reliable=rseq is not None)
    detail.is_answer = rseq is not None and detail.description is not None
    if rseq is not None and early.turn.is_theirs and session.state not in GONE:
        early.unanswered = rseq
    elif rseq is not None:
        answer, early.order.answer = early.order.answer, b""
        send_prack(session.context, early.dialog, session.request, rseq, early.order, answer, now=now)
    if response.status == 199:
        session.early.drop(response.to.tag)
    return response.status != 199
