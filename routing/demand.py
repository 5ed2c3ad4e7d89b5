"""What is asked of one queue: entries with the same requirements, and the agents able to serve them.

Entries and idle agents meet here. The rule that keeps everybody served: a demand never has both an entry
waiting and an idle agent. Each event brings one entry or one agent, so restoring the rule takes a look at one
end of a ranking and never a walk over all agents and entries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.ranking import Ranking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from routing.ranking import Key
    from routing.roster import Agent
    from routing.skills import Requirements


class Demand:
    """One set of requirements in one queue."""

    __slots__ = ("able", "idle", "offering", "queue", "rank", "requirements", "waiting")

    def __init__(
        self, queue: str, requirements: Requirements, able: Iterable[Agent], rank: Callable[[Agent], Key]
    ) -> None:
        """Take in the able agents, those idle now at once."""
        self.queue = queue
        self.requirements = requirements
        self.rank = rank
        self.able = {agent.id for agent in able}
        self.waiting = Ranking()
        self.offering = 0
        """Entries whose reservation is still open: they may come back to `waiting`."""
        self.idle = Ranking()
        for agent in able:
            agent.demands.append(self)
            if agent.indexed:
                self.idle.add(agent.id, rank(agent))

    @property
    def is_empty(self) -> bool:
        """Whether nobody waits and nobody may come back."""
        return not self.waiting and not self.offering


def index(agent: Agent) -> None:
    """Bring an agent into or out of the idle rankings after a change."""
    if agent.routable == agent.indexed:
        return
    agent.indexed = agent.routable
    for demand in agent.demands:
        if agent.indexed:
            demand.idle.add(agent.id, demand.rank(agent))
        else:
            demand.idle.discard(agent.id)


def first_waiting(agent: Agent) -> str | None:
    """The entry that this agent should get: by priority, then by arrival, over all queues served."""
    best: Demand | None = None
    best_key: Key | None = None
    for demand in agent.demands:
        key = demand.waiting.first_key()
        if key is not None and (best_key is None or key < best_key):
            best, best_key = demand, key
    return best.waiting.first() if best else None
