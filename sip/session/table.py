"""The life of a session as tables: the INVITE usage of a dialog (RFC 3261 s.9, s.13 to s.15) and re-INVITEs (s.14).

One table for the callee, one for the caller, one for the re-INVITE inside; races of RFC 5407 are rows too.
"""

from __future__ import annotations

from enum import auto

from base.machine import Letter, Table


class SessionState(Letter):
    """Where a session stands."""

    RECEIVED = auto()
    ANSWERING = auto()
    """We have answered, but the 2xx waits for a PRACK (RFC 3262 s.3)."""
    ANSWERED = auto()
    CLOSING = auto()
    """We ended it between our 2xx and its ACK: BYE has to wait (s.15)."""
    CALLING = auto()
    EARLY = auto()
    CANCEL_HELD = auto()
    """We cancelled before any response: CANCEL has to wait (s.9.1)."""
    CANCELLING = auto()
    CONFIRMED = auto()
    ENDING = auto()
    ENDED = auto()


class SessionInput(Letter):
    """What happens to a session. END, RING, (HOLD_)ANSWER and REJECT are ours, the others a peer's or a timer's."""

    RING = auto()
    ANSWER = auto()
    HOLD_ANSWER = auto()
    REJECT = auto()
    END = auto()
    ACK = auto()
    NO_ACK = auto()
    CANCEL = auto()
    BYE = auto()
    PROVISIONAL = auto()
    SUCCESS = auto()
    FAILURE = auto()
    NO_FINAL = auto()
    LOST = auto()
    BYE_OVER = auto()
    RELEASED = auto()
    """Nothing stands before the 2xx any more."""
    NO_PRACK = auto()
    RETRIED = auto()
    """Our INVITE failed and went out once more, another way."""


LOCAL = frozenset(
    {
        SessionInput.RING,
        SessionInput.ANSWER,
        SessionInput.HOLD_ANSWER,
        SessionInput.REJECT,
        SessionInput.END,
    }
)
GONE = frozenset(
    {
        SessionState.CLOSING,
        SessionState.CANCEL_HELD,
        SessionState.CANCELLING,
        SessionState.ENDING,
        SessionState.ENDED,
    }
)
"""Where nothing can be changed any more."""


class SessionEffect(Letter):
    """What a session must then do."""

    SEND_PROVISIONAL = auto()
    KEEP_ANSWER = auto()
    SEND_SUCCESS = auto()
    SEND_FAILURE = auto()
    SEND_TERMINATED = auto()
    STOP_RESENDING = auto()
    MAKE_DIALOG = auto()
    SEND_ACK = auto()
    SEND_CANCEL = auto()
    SEND_BYE = auto()
    GIVE_UP = auto()
    TELL_RINGING = auto()
    TELL_ANSWERED = auto()
    TELL_CONFIRMED = auto()
    TELL_CANCELLED = auto()
    TELL_REFUSED = auto()
    TELL_WITHDRAWN = auto()
    TELL_ENDED_HERE = auto()
    TELL_ENDED_THERE = auto()
    TELL_ENDED_BY_TIMEOUT = auto()
    FORGET = auto()


S, On, Do = SessionState, SessionInput, SessionEffect

_ENDS = {
    (S.CONFIRMED, On.END): (S.ENDING, (Do.SEND_BYE, Do.TELL_ENDED_HERE)),
    (S.CONFIRMED, On.BYE): (S.ENDED, (Do.TELL_ENDED_THERE, Do.FORGET)),
    (S.CONFIRMED, On.LOST): (S.ENDING, (Do.SEND_BYE, Do.TELL_ENDED_BY_TIMEOUT)),
    (S.ENDING, On.BYE_OVER): (S.ENDED, (Do.FORGET,)),
}

_LATE = {
    (S.CONFIRMED, On.BYE_OVER),
    *((state, each) for state in (S.CONFIRMED, S.ENDING) for each in (On.RELEASED, On.NO_PRACK)),
    (S.ENDING, On.END),
    (S.ENDING, On.BYE),
    (S.ENDING, On.LOST),
    *((S.ENDED, each) for each in On),
}

CALLEE = Table(
    "callee session",
    S.RECEIVED,
    {
        (S.RECEIVED, On.RING): (S.RECEIVED, (Do.SEND_PROVISIONAL,)),
        (S.RECEIVED, On.ANSWER): (S.ANSWERED, (Do.SEND_SUCCESS,)),
        (S.RECEIVED, On.REJECT): (S.ENDED, (Do.SEND_FAILURE, Do.FORGET)),
        (S.RECEIVED, On.END): (S.ENDED, (Do.SEND_FAILURE, Do.FORGET)),
        (S.RECEIVED, On.CANCEL): (S.ENDED, (Do.SEND_TERMINATED, Do.TELL_CANCELLED, Do.FORGET)),
        (S.RECEIVED, On.BYE): (S.ENDED, (Do.SEND_TERMINATED, Do.TELL_CANCELLED, Do.FORGET)),
        (S.RECEIVED, On.NO_PRACK): (S.ENDED, (Do.SEND_FAILURE, Do.TELL_ENDED_BY_TIMEOUT, Do.FORGET)),
        (S.RECEIVED, On.HOLD_ANSWER): (S.ANSWERING, (Do.KEEP_ANSWER,)),
        (S.ANSWERING, On.RELEASED): (S.ANSWERED, (Do.SEND_SUCCESS,)),
        (S.ANSWERING, On.REJECT): (S.ENDED, (Do.SEND_FAILURE, Do.FORGET)),
        (S.ANSWERING, On.END): (S.ENDED, (Do.SEND_FAILURE, Do.FORGET)),
        (S.ANSWERING, On.CANCEL): (S.ENDED, (Do.SEND_TERMINATED, Do.TELL_CANCELLED, Do.FORGET)),
        (S.ANSWERING, On.BYE): (S.ENDED, (Do.SEND_TERMINATED, Do.TELL_CANCELLED, Do.FORGET)),
        (S.ANSWERING, On.NO_PRACK): (S.ENDED, (Do.SEND_FAILURE, Do.TELL_ENDED_BY_TIMEOUT, Do.FORGET)),
        (S.ANSWERED, On.ACK): (S.CONFIRMED, (Do.STOP_RESENDING, Do.TELL_CONFIRMED)),
        (S.ANSWERED, On.NO_ACK): (S.ENDING, (Do.STOP_RESENDING, Do.SEND_BYE, Do.TELL_ENDED_BY_TIMEOUT)),
        (S.ANSWERED, On.BYE): (S.ENDED, (Do.STOP_RESENDING, Do.TELL_ENDED_THERE, Do.FORGET)),
        (S.ANSWERED, On.END): (S.CLOSING, (Do.TELL_ENDED_HERE,)),
        (S.CLOSING, On.ACK): (S.ENDING, (Do.STOP_RESENDING, Do.SEND_BYE)),
        (S.CLOSING, On.NO_ACK): (S.ENDING, (Do.STOP_RESENDING, Do.SEND_BYE)),
        (S.CLOSING, On.BYE): (S.ENDED, (Do.STOP_RESENDING, Do.FORGET)),
        **_ENDS,
    },
    absorbed={
        (S.RECEIVED, On.ACK),
        (S.RECEIVED, On.LOST),
        (S.RECEIVED, On.RELEASED),
        (S.ANSWERING, On.ACK),
        (S.ANSWERING, On.LOST),
        (S.ANSWERING, On.RING),
        *((state, each) for state in (S.ANSWERED, S.CLOSING) for each in (On.RELEASED, On.NO_PRACK)),
        (S.ANSWERED, On.CANCEL),
        (S.ANSWERED, On.LOST),
        (S.CLOSING, On.CANCEL),
        (S.CLOSING, On.END),
        (S.CLOSING, On.LOST),
        (S.CONFIRMED, On.ACK),
        (S.CONFIRMED, On.CANCEL),
        (S.CONFIRMED, On.NO_ACK),
        (S.ENDING, On.ACK),
        (S.ENDING, On.CANCEL),
        (S.ENDING, On.NO_ACK),
        *_LATE,
    },
)
CALLEE_STATES = (S.RECEIVED, S.ANSWERING, S.ANSWERED, S.CLOSING, S.CONFIRMED, S.ENDING, S.ENDED)
CALLEE_INPUTS = (On.END, On.ACK, On.CANCEL, On.BYE, On.LOST, On.RELEASED, On.NO_PRACK)

CALLER = Table(
    "caller session",
    S.CALLING,
    {
        (S.CALLING, On.PROVISIONAL): (S.EARLY, (Do.TELL_RINGING,)),
        (S.CALLING, On.SUCCESS): (S.CONFIRMED, (Do.MAKE_DIALOG, Do.SEND_ACK, Do.TELL_ANSWERED)),
        (S.CALLING, On.FAILURE): (S.ENDED, (Do.TELL_REFUSED, Do.FORGET)),
        (S.CALLING, On.END): (S.CANCEL_HELD, ()),
        (S.CALLING, On.RETRIED): (S.CALLING, ()),
        # Nobody has heard the new INVITE yet, so that a CANCEL of it has to wait (s.9.1).
        (S.EARLY, On.RETRIED): (S.CALLING, ()),
        (S.EARLY, On.PROVISIONAL): (S.EARLY, (Do.TELL_RINGING,)),
        (S.EARLY, On.SUCCESS): (S.CONFIRMED, (Do.MAKE_DIALOG, Do.SEND_ACK, Do.TELL_ANSWERED)),
        (S.EARLY, On.FAILURE): (S.ENDED, (Do.TELL_REFUSED, Do.FORGET)),
        (S.EARLY, On.END): (S.CANCELLING, (Do.SEND_CANCEL,)),
        (S.CANCEL_HELD, On.PROVISIONAL): (S.CANCELLING, (Do.SEND_CANCEL,)),
        (S.CANCEL_HELD, On.SUCCESS): (
            S.ENDING,
            (Do.MAKE_DIALOG, Do.SEND_ACK, Do.SEND_BYE, Do.TELL_WITHDRAWN),
        ),
        (S.CANCEL_HELD, On.FAILURE): (S.ENDED, (Do.TELL_WITHDRAWN, Do.FORGET)),
        # The answer crossed our CANCEL on the wire: acknowledged and ended at once (s.9.1, s.15).
        (S.CANCELLING, On.SUCCESS): (
            S.ENDING,
            (Do.MAKE_DIALOG, Do.SEND_ACK, Do.SEND_BYE, Do.TELL_WITHDRAWN),
        ),
        (S.CANCELLING, On.FAILURE): (S.ENDED, (Do.TELL_WITHDRAWN, Do.FORGET)),
        (S.CANCELLING, On.NO_FINAL): (S.ENDED, (Do.GIVE_UP, Do.TELL_WITHDRAWN, Do.FORGET)),
        **_ENDS,
    },
    absorbed={
        (S.CALLING, On.BYE),
        (S.CALLING, On.LOST),
        (S.EARLY, On.BYE),
        (S.EARLY, On.LOST),
        (S.CANCEL_HELD, On.BYE),
        (S.CANCEL_HELD, On.END),
        (S.CANCEL_HELD, On.LOST),
        (S.CANCEL_HELD, On.NO_FINAL),
        (S.CANCELLING, On.BYE),
        (S.CANCELLING, On.END),
        (S.CANCELLING, On.LOST),
        (S.CANCELLING, On.PROVISIONAL),
        (S.CALLING, On.NO_FINAL),
        (S.EARLY, On.NO_FINAL),
        *(
            (state, each)
            for state in (S.CONFIRMED, S.ENDING)
            for each in (On.PROVISIONAL, On.FAILURE, On.NO_FINAL)
        ),
        (S.CONFIRMED, On.SUCCESS),
        (S.ENDING, On.SUCCESS),
        *_LATE,
    },
)
CALLER_STATES = (S.CALLING, S.EARLY, S.CANCEL_HELD, S.CANCELLING, S.CONFIRMED, S.ENDING, S.ENDED)
CALLER_INPUTS = (On.END, On.BYE, On.LOST, On.PROVISIONAL, On.SUCCESS, On.FAILURE, On.NO_FINAL)


class ReofferState(Letter):
    """Where a re-INVITE stands."""

    IDLE = auto()
    RECEIVED = auto()
    ANSWERED = auto()
    SENT = auto()
    WAITING = auto()
    """Ours met one of the peer's (491) and is sent again after a pause."""


class ReofferInput(Letter):
    """What happens to a re-INVITE."""

    INVITE = auto()
    ACCEPT = auto()
    REFUSE = auto()
    CANCEL = auto()
    SEND = auto()
    ACK = auto()
    NO_ACK = auto()
    SUCCESS = auto()
    FAILURE = auto()
    GLARE = auto()
    DUE = auto()
    SUPERSEDED = auto()
    """The peer made an offer by UPDATE while ours waited."""
    OVER = auto()


class ReofferEffect(Letter):
    """What a re-INVITE must then do."""

    SERVE = auto()
    TELL_REOFFERED = auto()
    SEND_SUCCESS = auto()
    SEND_FAILURE = auto()
    SEND_TERMINATED = auto()
    SEND_LATER = auto()
    SEND_PENDING = auto()
    SEND_INVITE = auto()
    SEND_ACK = auto()
    STOP_RESENDING = auto()
    TELL_REANSWERED = auto()
    TELL_REFUSED = auto()
    TELL_PENDING = auto()
    TELL_ACKNOWLEDGED = auto()
    KEEP = auto()
    SEND_KEPT = auto()
    DROP_KEPT = auto()
    START_WAIT = auto()
    STOP_WAIT = auto()
    WITHDRAW = auto()
    LOSE = auto()


RS, RI, RE = ReofferState, ReofferInput, ReofferEffect

REOFFER = Table(
    "re-INVITE",
    RS.IDLE,
    {
        (RS.IDLE, RI.INVITE): (RS.RECEIVED, (RE.SERVE, RE.TELL_REOFFERED)),
        (RS.IDLE, RI.SEND): (RS.SENT, (RE.SEND_INVITE,)),
        (RS.RECEIVED, RI.INVITE): (RS.RECEIVED, (RE.SEND_LATER,)),
        (RS.RECEIVED, RI.ACCEPT): (RS.ANSWERED, (RE.SEND_SUCCESS,)),
        (RS.RECEIVED, RI.REFUSE): (RS.IDLE, (RE.SEND_FAILURE,)),
        (RS.RECEIVED, RI.CANCEL): (RS.IDLE, (RE.SEND_TERMINATED,)),
        (RS.RECEIVED, RI.OVER): (RS.IDLE, (RE.SEND_TERMINATED,)),
        (RS.ANSWERED, RI.INVITE): (RS.ANSWERED, (RE.SEND_PENDING,)),
        (RS.ANSWERED, RI.ACK): (RS.IDLE, (RE.STOP_RESENDING, RE.TELL_ACKNOWLEDGED, RE.SEND_KEPT)),
        (RS.ANSWERED, RI.NO_ACK): (RS.IDLE, (RE.STOP_RESENDING, RE.DROP_KEPT, RE.LOSE)),
        (RS.ANSWERED, RI.OVER): (RS.IDLE, (RE.STOP_RESENDING, RE.DROP_KEPT)),
        # Ours while the peer has yet to acknowledge its own: s.14.1 has it wait for that.
        (RS.ANSWERED, RI.SEND): (RS.ANSWERED, (RE.KEEP,)),
        (RS.SENT, RI.INVITE): (RS.SENT, (RE.SEND_PENDING,)),
        # Ours while another is under way: refused as the peer would refuse it.
        (RS.RECEIVED, RI.SEND): (RS.RECEIVED, (RE.TELL_PENDING,)),
        (RS.SENT, RI.SEND): (RS.SENT, (RE.TELL_PENDING,)),
        (RS.SENT, RI.SUCCESS): (RS.IDLE, (RE.SEND_ACK, RE.TELL_REANSWERED)),
        (RS.SENT, RI.FAILURE): (RS.IDLE, (RE.TELL_REFUSED,)),
        (RS.SENT, RI.OVER): (RS.SENT, (RE.WITHDRAW,)),
        (RS.SENT, RI.GLARE): (RS.WAITING, (RE.START_WAIT,)),
        (RS.WAITING, RI.DUE): (RS.SENT, (RE.SEND_INVITE,)),
        (RS.WAITING, RI.SEND): (RS.WAITING, (RE.TELL_PENDING,)),
        # The peer's came first, so that ours has to be thought over.
        (RS.WAITING, RI.INVITE): (RS.RECEIVED, (RE.STOP_WAIT, RE.TELL_PENDING, RE.SERVE, RE.TELL_REOFFERED)),
        (RS.WAITING, RI.SUPERSEDED): (RS.IDLE, (RE.STOP_WAIT, RE.TELL_PENDING)),
        (RS.WAITING, RI.OVER): (RS.IDLE, (RE.STOP_WAIT,)),
    },
    absorbed={
        *((state, each) for state in (RS.IDLE, RS.RECEIVED, RS.ANSWERED) for each in (RI.GLARE, RI.DUE)),
        *((state, RI.SUPERSEDED) for state in (RS.IDLE, RS.RECEIVED, RS.ANSWERED, RS.SENT)),
        (RS.SENT, RI.DUE),
        *(
            (RS.WAITING, each)
            for each in RI
            if each not in (RI.DUE, RI.SEND, RI.INVITE, RI.SUPERSEDED, RI.OVER)
        ),
        (RS.IDLE, RI.ACK),
        (RS.IDLE, RI.NO_ACK),
        (RS.IDLE, RI.CANCEL),
        (RS.IDLE, RI.OVER),
        (RS.IDLE, RI.SUCCESS),
        (RS.IDLE, RI.FAILURE),
        # Our answer crosses the peer's CANCEL, and perhaps a re-INVITE of ours followed.
        (RS.IDLE, RI.REFUSE),
        (RS.IDLE, RI.ACCEPT),
        (RS.SENT, RI.REFUSE),
        (RS.SENT, RI.ACCEPT),
        (RS.RECEIVED, RI.ACK),
        (RS.RECEIVED, RI.NO_ACK),
        (RS.RECEIVED, RI.SUCCESS),
        (RS.RECEIVED, RI.FAILURE),
        (RS.ANSWERED, RI.CANCEL),
        (RS.ANSWERED, RI.SUCCESS),
        (RS.ANSWERED, RI.FAILURE),
        (RS.SENT, RI.ACK),
        (RS.SENT, RI.NO_ACK),
        (RS.SENT, RI.CANCEL),
    },
)
REOFFER_INPUTS = tuple(each for each in RI if each not in (RI.ACCEPT, RI.REFUSE))
