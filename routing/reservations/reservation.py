"""Reservations: one queue entry held for one agent while the phone is called; each ends once, with a result."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from base.machine import Letter, Machine, Table
from routing.settings import LeaveReason


class ReservationState(Letter):
    """How far a reservation has come."""

    RESERVED = "reserved"
    RINGING = "ringing"
    ENDED = "ended"


class ReservationInput(Letter):
    """What moves it."""

    RING = auto()
    END = auto()


class ReservationEffect(Letter):
    """What a move asks for."""

    TELL_RINGING = auto()
    TELL_ENDED = auto()


class ReservationResult(Enum):
    """How it ended."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    CALLER_LEFT = "caller_left"
    LOST_RACE = "lost_race"
    """The agent answered, but the reservation had already ended."""
    RESCINDED = "rescinded"
    """Taken back by us: the agent logged out or went not ready, or the queue was closed."""
    FAILED = "failed"
    """Anything else, e.g. no media could be agreed."""


_S, _On, _Do = ReservationState, ReservationInput, ReservationEffect

RESERVATION: Table[ReservationState, ReservationInput, ReservationEffect] = Table(
    "reservation",
    _S.RESERVED,
    {
        (_S.RESERVED, _On.RING): (_S.RINGING, (_Do.TELL_RINGING,)),
        (_S.RESERVED, _On.END): (_S.ENDED, (_Do.TELL_ENDED,)),
        (_S.RINGING, _On.END): (_S.ENDED, (_Do.TELL_ENDED,)),
    },
    absorbed={
        (_S.RINGING, _On.RING),  # each further 180
        (_S.ENDED, _On.RING),
        (_S.ENDED, _On.END),
    },
)


@dataclass(slots=True, eq=False)
class Reservation:
    """One queue entry, one agent."""

    id: str
    entry: str
    agent: str
    queue: str
    contact: str
    began: float
    machine: Machine[ReservationState, ReservationInput, ReservationEffect]
    rang: float | None = None
    """When the phone began to ring."""


def of_leaving(reason: LeaveReason) -> ReservationResult:
    """How a reservation ends whose entry leaves: by the caller's own doing, or by ours."""
    if reason in (LeaveReason.ABANDONED, LeaveReason.EXIT_KEY):
        return ReservationResult.CALLER_LEFT
    return ReservationResult.RESCINDED
