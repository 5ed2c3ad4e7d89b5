"""Agents: the `status` that a person chooses and the `state` that the system keeps, as two tables.

The two never mix: an agent may be not ready and talking, or available and offline. Who can be given a caller
is answered by both together (available and idle).
"""

from __future__ import annotations

from enum import auto

from base.machine import Letter, Table


class Status(Letter):
    """What the person chose."""

    LOGGED_OUT = "logged_out"
    AVAILABLE = "available"
    NOT_READY = "not_ready"


class StatusInput(Letter):
    """What changes a status."""

    MAKE_AVAILABLE = auto()
    MAKE_NOT_READY = auto()
    LOG_OUT = auto()
    RANG_OUT = auto()
    """The system's own doing: the phone rang and nobody came."""


class StatusEffect(Letter):
    """What a change of status asks for."""

    OFFER_WORK = auto()
    WITHDRAW = auto()
    """Take back a reservation that is still ringing: it must not ring at somebody who has just left."""
    END_WRAP_UP = auto()


class State(Letter):
    """What the agent is doing, as the system sees it."""

    IDLE = "idle"
    RESERVED = "reserved"
    RINGING = "ringing"
    TALKING = "talking"
    HOLD = "hold"
    WRAP_UP = "wrap_up"
    BUSY_ELSEWHERE = "busy_elsewhere"
    """On a call that no queue gave: one dialled out, or received directly."""
    DEVICE_OFFLINE = "device_offline"


class StateInput(Letter):
    """What changes a state."""

    RESERVE = auto()
    RING = auto()
    ANSWER = auto()
    RELEASE = auto()
    """The reservation ended without an answer, for whatever reason."""
    HOLD = auto()
    RESUME = auto()
    BRIDGE_END = auto()
    WRAP_UP_END = auto()
    CARRY_ON = auto()
    """Wrap-up that a restart of ours interrupted."""
    DEVICE_LOST = auto()
    DEVICE_BACK = auto()
    CALL_ELSEWHERE = auto()
    FREE_ELSEWHERE = auto()


class StateEffect(Letter):
    """What a change of state asks for."""

    MARK_IDLE = auto()
    """Idle time counts from here."""
    SETTLE = auto()
    """Idle by the table; what happened meanwhile (phone lost, another call) now takes effect."""
    START_WRAP_UP = auto()
    STOP_WRAP_UP = auto()


_S, _On, _Do = Status, StatusInput, StatusEffect

STATUS: Table[Status, StatusInput, StatusEffect] = Table(
    "agent status",
    _S.LOGGED_OUT,
    {
        (_S.LOGGED_OUT, _On.MAKE_AVAILABLE): (_S.AVAILABLE, (_Do.OFFER_WORK,)),
        (_S.LOGGED_OUT, _On.MAKE_NOT_READY): (_S.NOT_READY, ()),
        (_S.AVAILABLE, _On.MAKE_NOT_READY): (_S.NOT_READY, (_Do.WITHDRAW,)),
        (_S.AVAILABLE, _On.LOG_OUT): (_S.LOGGED_OUT, (_Do.WITHDRAW, _Do.END_WRAP_UP)),
        (_S.AVAILABLE, _On.RANG_OUT): (_S.NOT_READY, ()),
        (_S.NOT_READY, _On.MAKE_AVAILABLE): (_S.AVAILABLE, (_Do.OFFER_WORK,)),
        (_S.NOT_READY, _On.MAKE_NOT_READY): (_S.NOT_READY, ()),  # another reason
        # Whoever is not ready may have picked a caller.
        (_S.NOT_READY, _On.LOG_OUT): (_S.LOGGED_OUT, (_Do.WITHDRAW, _Do.END_WRAP_UP)),
    },
    absorbed={
        (_S.LOGGED_OUT, _On.LOG_OUT),
        (_S.LOGGED_OUT, _On.RANG_OUT),
        (_S.AVAILABLE, _On.MAKE_AVAILABLE),
        (_S.NOT_READY, _On.RANG_OUT),  # the person's own reason stays
    },
)

_A, _In, _E = State, StateInput, StateEffect
_FREE = (_E.SETTLE,)
_FRESH = (_E.MARK_IDLE, _E.SETTLE)

STATE: Table[State, StateInput, StateEffect] = Table(
    "agent state",
    _A.IDLE,
    {
        (_A.IDLE, _In.RESERVE): (_A.RESERVED, ()),
        (_A.IDLE, _In.DEVICE_LOST): (_A.DEVICE_OFFLINE, ()),
        (_A.IDLE, _In.CALL_ELSEWHERE): (_A.BUSY_ELSEWHERE, ()),
        (_A.RESERVED, _In.RING): (_A.RINGING, ()),
        (_A.RESERVED, _In.ANSWER): (_A.TALKING, ()),  # a phone may answer without ringing first
        (_A.RESERVED, _In.RELEASE): (_A.IDLE, _FREE),
        (_A.RINGING, _In.ANSWER): (_A.TALKING, ()),
        (_A.RINGING, _In.RELEASE): (_A.IDLE, _FREE),
        (_A.TALKING, _In.HOLD): (_A.HOLD, ()),
        (_A.TALKING, _In.BRIDGE_END): (_A.WRAP_UP, (_E.START_WRAP_UP,)),
        (_A.HOLD, _In.RESUME): (_A.TALKING, ()),
        (_A.HOLD, _In.BRIDGE_END): (_A.WRAP_UP, (_E.START_WRAP_UP,)),
        (_A.WRAP_UP, _In.WRAP_UP_END): (_A.IDLE, (_E.STOP_WRAP_UP, *_FRESH)),
        (_A.BUSY_ELSEWHERE, _In.FREE_ELSEWHERE): (_A.IDLE, _FRESH),
        (_A.IDLE, _In.CARRY_ON): (_A.WRAP_UP, ()),
        (_A.DEVICE_OFFLINE, _In.CARRY_ON): (_A.WRAP_UP, ()),
        (_A.DEVICE_OFFLINE, _In.DEVICE_BACK): (_A.IDLE, _FRESH),
    },
    # Inputs come from phones, timers and other parts in any order. What finds the agent elsewhere is stale; what
    # must not be forgotten (phone lost, call elsewhere) is kept as a fact and applied by SETTLE.
    absorbed={
        *((state, _In.RING) for state in _A if state is not _A.RESERVED),
        *((state, _In.RELEASE) for state in _A if state not in (_A.RESERVED, _A.RINGING)),
        *((state, _In.HOLD) for state in _A if state is not _A.TALKING),
        *((state, _In.RESUME) for state in _A if state is not _A.HOLD),
        *((state, _In.BRIDGE_END) for state in _A if state not in (_A.TALKING, _A.HOLD)),
        *((state, _In.WRAP_UP_END) for state in _A if state is not _A.WRAP_UP),
        *((state, _In.CARRY_ON) for state in _A if state not in (_A.IDLE, _A.DEVICE_OFFLINE)),
        *((state, _In.DEVICE_LOST) for state in _A if state is not _A.IDLE),
        *((state, _In.DEVICE_BACK) for state in _A if state is not _A.DEVICE_OFFLINE),
        *((state, _In.CALL_ELSEWHERE) for state in _A if state is not _A.IDLE),
        *((state, _In.FREE_ELSEWHERE) for state in _A if state is not _A.BUSY_ELSEWHERE),
    },
)
"""RESERVE outside IDLE and ANSWER outside RESERVED and RINGING are neither: they would be our own mistake,
two reservations of one agent, and raise LocalProtocolError."""

OURS = frozenset({_In.RESERVE, _In.ANSWER})
"""Inputs that only the distributor makes, after it has looked at the state."""
