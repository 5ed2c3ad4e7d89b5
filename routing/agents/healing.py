"""Whether what the distributor believes of an agent agrees with the agent's phone and its real legs, and what mends it.

Looks only; nothing here changes an agent.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from routing.agents.tables import State

if TYPE_CHECKING:
    from routing.agents.agent import AgentView


class Real(NamedTuple):
    """An agent as the exchange and the registrar have him or her."""

    legs: int
    """Legs that are not over, whether they ring or talk."""
    up: int
    """Those of them that are answered."""
    has_phone: bool
    """Whether a phone is registered, and answers; true where the phone is at a fixed address."""


class Mismatch(Enum):
    """What differs."""

    CALL_OVER = "in a call without a leg"
    FREE = "busy elsewhere without a leg"
    BUSY = "idle with a leg that talks"
    PHONE_GONE = "reachable without a phone"
    PHONE_THERE = "unreachable with a phone"


def mismatch(view: AgentView, real: Real) -> Mismatch | None:
    """The first thing that differs; mended, the next look finds the next."""
    state = view.state
    if state in (State.TALKING, State.HOLD) and not real.up:
        return Mismatch.CALL_OVER
    if state is State.BUSY_ELSEWHERE and not real.legs:
        return Mismatch.FREE
    if state is State.IDLE and real.up:
        return Mismatch.BUSY
    if view.reachable and not real.has_phone:
        return Mismatch.PHONE_GONE
    if real.has_phone and not view.reachable and not view.rests:
        return Mismatch.PHONE_THERE
    return None
