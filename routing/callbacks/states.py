"""The life of a callback as a table: from the promise to the conversation, or to why there was none."""

from __future__ import annotations

from enum import auto

from base.machine import Letter, Table


class CallbackState(Letter):
    """How far a callback has come."""

    WAITING = "waiting"
    """Its time has not come: not before the promised window, or the customer may not be called at this hour."""
    DUE = "due"
    """It stands in its queue at the place of the original arrival."""
    RESERVED = "reserved"
    """An agent is held for it."""
    DIALLING = "dialling"
    """The customer's phone is called, or has answered and no agent has yet."""
    CONNECTED = "connected"
    """Customer and agent hear each other."""
    RETRY = "retry"
    """A try came to nothing; the next one waits for its time."""
    KEPT = "kept"
    FAILED = "failed"
    """Given up: too many tries in vain, or the number may not be called."""
    CANCELLED = "cancelled"
    """By a person."""
    EXPIRED = "expired"
    """The promised window is over: the promise is broken."""


class CallbackInput(Letter):
    """What moves it."""

    OPEN = auto()
    """Its time has come."""
    POSTPONE = auto()
    """Not now: the hours of the customer are over, or the queue takes nobody."""
    RESERVE = auto()
    RELEASE = auto()
    """The agent is free again, and the customer was not called."""
    DIAL = auto()
    CONNECT = auto()
    MISS = auto()
    """A try came to nothing, and another may follow."""
    GIVE_UP = auto()
    OVER = auto()
    """They have parted."""
    CANCEL = auto()
    EXPIRE = auto()
    REOPEN = auto()
    """A person wants it tried again after its end."""


class CallbackEffect(Letter):
    """What a move asks for."""

    TELL_DUE = auto()
    LEAVE = auto()
    """Take its contact out of the queue, or end its call."""
    TELL_DIALLED = auto()
    TELL_MISSED = auto()
    TELL_KEPT = auto()
    TELL_FAILED = auto()
    TELL_CANCELLED = auto()
    TELL_EXPIRED = auto()
    TELL_REOPENED = auto()


_S, _On, _Do = CallbackState, CallbackInput, CallbackEffect

CALLBACK: Table[CallbackState, CallbackInput, CallbackEffect] = Table(
    "callback",
    _S.WAITING,
    {
        (_S.WAITING, _On.OPEN): (_S.DUE, (_Do.TELL_DUE,)),
        (_S.WAITING, _On.GIVE_UP): (_S.FAILED, (_Do.TELL_FAILED,)),
        (_S.WAITING, _On.CANCEL): (_S.CANCELLED, (_Do.TELL_CANCELLED,)),
        (_S.WAITING, _On.EXPIRE): (_S.EXPIRED, (_Do.TELL_EXPIRED,)),
        (_S.DUE, _On.POSTPONE): (_S.WAITING, (_Do.LEAVE,)),
        (_S.DUE, _On.RESERVE): (_S.RESERVED, ()),
        (_S.DUE, _On.GIVE_UP): (_S.FAILED, (_Do.LEAVE, _Do.TELL_FAILED)),
        (_S.DUE, _On.CANCEL): (_S.CANCELLED, (_Do.LEAVE, _Do.TELL_CANCELLED)),
        (_S.DUE, _On.EXPIRE): (_S.EXPIRED, (_Do.LEAVE, _Do.TELL_EXPIRED)),
        (_S.RESERVED, _On.POSTPONE): (_S.WAITING, (_Do.LEAVE,)),
        (_S.RESERVED, _On.RELEASE): (_S.DUE, ()),
        (_S.RESERVED, _On.DIAL): (_S.DIALLING, (_Do.TELL_DIALLED,)),
        (_S.RESERVED, _On.GIVE_UP): (_S.FAILED, (_Do.LEAVE, _Do.TELL_FAILED)),
        (_S.RESERVED, _On.CANCEL): (_S.CANCELLED, (_Do.LEAVE, _Do.TELL_CANCELLED)),
        (_S.DIALLING, _On.CONNECT): (_S.CONNECTED, (_Do.TELL_KEPT,)),
        (_S.DIALLING, _On.MISS): (_S.RETRY, (_Do.LEAVE, _Do.TELL_MISSED)),
        (_S.DIALLING, _On.GIVE_UP): (_S.FAILED, (_Do.LEAVE, _Do.TELL_MISSED, _Do.TELL_FAILED)),
        (_S.DIALLING, _On.CANCEL): (_S.CANCELLED, (_Do.LEAVE, _Do.TELL_CANCELLED)),
        (_S.CONNECTED, _On.OVER): (_S.KEPT, ()),
        (_S.RETRY, _On.OPEN): (_S.DUE, (_Do.TELL_DUE,)),
        (_S.RETRY, _On.GIVE_UP): (_S.FAILED, (_Do.TELL_FAILED,)),
        (_S.RETRY, _On.CANCEL): (_S.CANCELLED, (_Do.TELL_CANCELLED,)),
        (_S.RETRY, _On.EXPIRE): (_S.EXPIRED, (_Do.TELL_EXPIRED,)),
        (_S.FAILED, _On.REOPEN): (_S.WAITING, (_Do.TELL_REOPENED,)),
        (_S.CANCELLED, _On.REOPEN): (_S.WAITING, (_Do.TELL_REOPENED,)),
        (_S.EXPIRED, _On.REOPEN): (_S.WAITING, (_Do.TELL_REOPENED,)),
    },
    absorbed={
        # A contact may still speak of what a person, or the clock, has ended meanwhile.
        *(
            (state, late)
            for state in (_S.WAITING, _S.RETRY, _S.KEPT, _S.FAILED, _S.CANCELLED, _S.EXPIRED)
            for late in (
                _On.POSTPONE, _On.RESERVE, _On.RELEASE, _On.DIAL, _On.CONNECT, _On.MISS, _On.OVER,
            )
        ),
        *(
            (state, again)
            for state in (_S.KEPT, _S.FAILED, _S.CANCELLED, _S.EXPIRED)
            for again in (_On.OPEN, _On.GIVE_UP, _On.CANCEL, _On.EXPIRE)
        ),
        (_S.KEPT, _On.REOPEN),
        *((state, _On.REOPEN) for state in (_S.WAITING, _S.DUE, _S.RESERVED, _S.DIALLING, _S.CONNECTED, _S.RETRY)),
        (_S.DUE, _On.OPEN),
        (_S.DUE, _On.RELEASE),
        (_S.DUE, _On.DIAL),  # the reservation has ended before it could be
        (_S.DUE, _On.CONNECT),
        (_S.DUE, _On.MISS),
        (_S.DUE, _On.OVER),
        (_S.RESERVED, _On.OPEN),
        (_S.RESERVED, _On.RESERVE),  # a second agent, where several ring at once
        (_S.RESERVED, _On.CONNECT),
        (_S.RESERVED, _On.MISS),
        (_S.RESERVED, _On.OVER),
        # An agent is there for it: it is called a little late rather than never.
        (_S.RESERVED, _On.EXPIRE),
        (_S.DIALLING, _On.EXPIRE),
        (_S.DIALLING, _On.OPEN),
        (_S.DIALLING, _On.POSTPONE),
        (_S.DIALLING, _On.RESERVE),
        (_S.DIALLING, _On.RELEASE),
        (_S.DIALLING, _On.DIAL),
        (_S.DIALLING, _On.OVER),
        # Who talks is left alone.
        *((_S.CONNECTED, each) for each in _On if each not in (_On.OVER, _On.REOPEN)),
    },
)  # fmt: skip

OPEN_STATES = frozenset((_S.WAITING, _S.DUE, _S.RESERVED, _S.DIALLING, _S.CONNECTED, _S.RETRY))
"""Those in which something is still to be done."""
ENGAGED = frozenset((_S.RESERVED, _S.DIALLING, _S.CONNECTED))
"""Those in which an agent is held or speaks."""
