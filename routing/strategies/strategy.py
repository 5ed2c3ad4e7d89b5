"""What a strategy is: an order among idle agents, and how many phones ring at once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from routing.agents.agent import Agent
    from routing.queues.demand import Demand
    from routing.queues.ranking import Key


class Rings(Enum):
    """How many phones ring for one caller."""

    ONE = auto()
    ALL = auto()
    """All that are idle, and those that become idle meanwhile."""
    MORE = auto()
    """One, then one more each time a delay has passed; those that ring go on ringing."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """One strategy. The key is computed when an agent becomes idle and holds until he or she is so no more."""

    name: str
    rank: Callable[[Agent, Demand], Key]
    """Smaller is rung first; equal ones by how long they have been idle, then in file order."""
    criteria: tuple[str, ...] = ()
    """What the parts of that key are, for explanations."""
    rings: Rings = Rings.ONE
    aliases: tuple[str, ...] = ()
    """What other systems call it."""
