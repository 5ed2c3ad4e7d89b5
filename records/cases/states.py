"""The lives of a case and of a complaint's clock, as tables."""

from __future__ import annotations

from enum import auto

from base.machine import Letter, Table


class CaseState(Letter):
    """How far a case has come."""

    OPEN = "open"
    """Nobody has begun."""
    IN_PROGRESS = "in_progress"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_CLIENT = "waiting_client"
    RESOLVED = "resolved"
    """The customer has the answer."""
    CLOSED = "closed"
    REOPENED = "reopened"
    """It was not over after all, and nobody has begun again."""


class CaseInput(Letter):
    """What moves it."""

    START = auto()
    AWAIT_CUSTOMER = auto()
    AWAIT_CLIENT = auto()
    RESOLVE = auto()
    CLOSE = auto()
    REOPEN = auto()


class CaseEffect(Letter):
    """What a move asks for."""

    PAUSE_CLOCK = auto()
    RUN_CLOCK = auto()
    ANSWER = auto()
    """The customer has been answered: the clock of a complaint stops."""
    MARK_CLOSED = auto()
    COUNT_REOPENED = auto()


_S, _On, _Do = CaseState, CaseInput, CaseEffect

CASE: Table[CaseState, CaseInput, CaseEffect] = Table(
    "case",
    _S.OPEN,
    {
        **{(state, _On.START): (_S.IN_PROGRESS, ()) for state in (_S.OPEN, _S.REOPENED, _S.WAITING_CLIENT)},
        (_S.WAITING_CUSTOMER, _On.START): (_S.IN_PROGRESS, (_Do.RUN_CLOCK,)),
        **{
            (state, _On.AWAIT_CUSTOMER): (_S.WAITING_CUSTOMER, (_Do.PAUSE_CLOCK,))
            for state in (_S.OPEN, _S.REOPENED, _S.IN_PROGRESS, _S.WAITING_CLIENT)
        },
        **{
            (state, _On.AWAIT_CLIENT): (_S.WAITING_CLIENT, ())
            for state in (_S.OPEN, _S.REOPENED, _S.IN_PROGRESS)
        },
        (_S.WAITING_CUSTOMER, _On.AWAIT_CLIENT): (_S.WAITING_CLIENT, (_Do.RUN_CLOCK,)),
        **{
            (state, _On.RESOLVE): (_S.RESOLVED, (_Do.ANSWER,))
            for state in (_S.OPEN, _S.REOPENED, _S.IN_PROGRESS, _S.WAITING_CUSTOMER, _S.WAITING_CLIENT)
        },
        **{
            (state, _On.CLOSE): (_S.CLOSED, (_Do.ANSWER, _Do.MARK_CLOSED))
            for state in (_S.OPEN, _S.REOPENED, _S.IN_PROGRESS, _S.WAITING_CUSTOMER, _S.WAITING_CLIENT)
        },
        (_S.RESOLVED, _On.CLOSE): (_S.CLOSED, (_Do.MARK_CLOSED,)),
        (_S.RESOLVED, _On.REOPEN): (_S.REOPENED, (_Do.COUNT_REOPENED,)),
        (_S.CLOSED, _On.REOPEN): (_S.REOPENED, (_Do.COUNT_REOPENED,)),
    },
)
"""What is no row here is refused with words: a person asks for it, and is told what can be done."""

TO_REACH = {
    _S.IN_PROGRESS: _On.START,
    _S.WAITING_CUSTOMER: _On.AWAIT_CUSTOMER,
    _S.WAITING_CLIENT: _On.AWAIT_CLIENT,
    _S.RESOLVED: _On.RESOLVE,
    _S.CLOSED: _On.CLOSE,
    _S.REOPENED: _On.REOPEN,
}
"""What leads to each state that a person may wish for."""

OPEN_STATES = (_S.OPEN, _S.IN_PROGRESS, _S.WAITING_CUSTOMER, _S.WAITING_CLIENT, _S.REOPENED)
"""Those in which something is to be done."""
WAITING = (_S.WAITING_CUSTOMER, _S.WAITING_CLIENT)


class ClockState(Letter):
    """How a complaint stands towards its term."""

    RUNNING = "running"
    PAUSED = "paused"
    """The customer has to answer something first, and the term allows to wait for that."""
    MET = "met"
    MISSED = "missed"


class ClockInput(Letter):
    """What moves it."""

    PAUSE = auto()
    RESUME = auto()
    ANSWER = auto()
    RUN_OUT = auto()


class ClockEffect(Letter):
    """What a move asks for."""

    KEEP_LEFT = auto()
    """Note how many days are left."""
    MOVE_END = auto()
    TELL_MET = auto()
    TELL_MISSED = auto()


_C, _In, _Ask = ClockState, ClockInput, ClockEffect

CLOCK: Table[ClockState, ClockInput, ClockEffect] = Table(
    "complaint clock",
    _C.RUNNING,
    {
        (_C.RUNNING, _In.PAUSE): (_C.PAUSED, (_Ask.KEEP_LEFT,)),
        (_C.RUNNING, _In.ANSWER): (_C.MET, (_Ask.TELL_MET,)),
        (_C.RUNNING, _In.RUN_OUT): (_C.MISSED, (_Ask.TELL_MISSED,)),
        (_C.PAUSED, _In.RESUME): (_C.RUNNING, (_Ask.MOVE_END,)),
        (_C.PAUSED, _In.ANSWER): (_C.MET, (_Ask.TELL_MET,)),
    },
    absorbed={
        (_C.RUNNING, _In.RESUME),
        (_C.PAUSED, _In.PAUSE),
        (_C.PAUSED, _In.RUN_OUT),
        # The term is kept once: what is answered again after a reopening has its own dates.
        *((over, each) for over in (_C.MET, _C.MISSED) for each in _In),
    },
)
