"""What the end of an agent's leg without an answer says about the agent."""

from __future__ import annotations

from routing.reservations.reservation import ReservationResult

_RESULTS = {
    486: ReservationResult.BUSY,
    600: ReservationResult.BUSY,
    403: ReservationResult.REJECTED,
    480: ReservationResult.REJECTED,
    603: ReservationResult.REJECTED,
    607: ReservationResult.REJECTED,
    608: ReservationResult.REJECTED,
    404: ReservationResult.UNREACHABLE,
    408: ReservationResult.UNREACHABLE,
    410: ReservationResult.UNREACHABLE,
    430: ReservationResult.UNREACHABLE,
    502: ReservationResult.UNREACHABLE,
    503: ReservationResult.UNREACHABLE,
    504: ReservationResult.UNREACHABLE,
    604: ReservationResult.UNREACHABLE,
}
_GAVE_UP = (408, 487)
"""How phones say that they rang for as long as they ring."""


def result_of(status: int, *, rang: bool) -> ReservationResult:
    """By the final status to the INVITE; what speaks of the call and not of the agent (415, 488, 606) is FAILED.

    `rang`: whether the phone that says so had rung before.
    """
    if 300 <= status < 400:
        # A phone that forwards: a queue's call stays with the queue's agents, whatever an agent's phone wishes.
        return ReservationResult.REJECTED
    if rang and status in _GAVE_UP:
        return ReservationResult.NO_ANSWER
    return _RESULTS.get(status, ReservationResult.FAILED)
