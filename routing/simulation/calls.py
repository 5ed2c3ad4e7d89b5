"""One call as the simulator plays it."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

from routing.skills import NONE

if TYPE_CHECKING:
    from routing.skills import Requirements


class Call(NamedTuple):
    """One call: a tuple, since a year has a million of them."""

    at: float
    """When it comes; seconds since midnight."""
    queue: str
    handle: float
    """How long an agent will have it: talk, hold and wrap-up."""
    patience: float = inf
    """How long the caller waits before hanging up."""
    group: str = ""
    """What figures are told apart by besides the queue: a client company, a half-hour."""
    priority: int = 0
    requires: Requirements = NONE
    """What the agent must have, the language among it."""
