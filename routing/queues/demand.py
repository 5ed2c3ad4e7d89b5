"""What is asked of one queue: entries with the same requirements, and the agents able to serve them.

Entries and idle agents meet here. The rule that keeps everybody served: once an event has been dealt with, no demand
has both an entry with room for one phone more and an idle agent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.queues.ranking import Ranking
from routing.settings import Presence
from routing.skills import lacking

if TYPE_CHECKING:
    from collections.abc import Iterable

    from routing.agents.agent import Agent
    from routing.queues.ranking import Key
    from routing.settings import QueueSettings
    from routing.skills import Requirements
    from routing.strategies.strategy import Strategy


class Demand:
    """One set of requirements in one queue."""

    __slots__ = (
        "_members",
        "_strategy",
        "able",
        "exclusive",
        "idle",
        "lacking",
        "offering",
        "prefers",
        "presences",
        "queue",
        "requirements",
        "waiting",
    )  # fmt: skip

    def __init__(
        self,
        queue: QueueSettings,
        strategy: Strategy,
        requirements: Requirements,
        agents: Iterable[Agent],
        *,
        exclusive: str | None = None,
    ) -> None:
        """Take in those of the agents who are able, the idle ones at once.

        `exclusive` says why this is the demand of one entry only, among fewer agents than could serve it.
        """
        self._strategy = strategy
        self.queue = queue.id
        self.requirements = requirements
        self.prefers = queue.prefers
        self.exclusive = exclusive
        self.able: set[str] = set()
        self._members: list[Agent] = []
        self.lacking: dict[str, dict[str, int | None]] = {}
        """Skill -> who serves the queue but has too little of it, and how much (None: it is not listed)."""
        self.presences = [0, 0, 0]
        """How many of the able are how far there, by Presence."""
        self.waiting = Ranking()
        """Entries with room for one phone more."""
        self.offering = 0
        """Reservations of its entries that stand: these may come back to `waiting`."""
        self.idle = Ranking()
        for agent in agents:
            skill = lacking(agent.settings.skills, requirements)
            if skill is not None:
                self.lacking.setdefault(skill, {})[agent.id] = agent.settings.skills.get(skill)
                continue
            self.able.add(agent.id)
            self._members.append(agent)
            self.presences[agent.presence] += 1
            agent.demands.append(self)
            if agent.indexed:
                self.idle.add(agent.id, self.rank(agent))

    def rank(self, agent: Agent) -> Key:
        """The agent's place among the idle: level, preferred skills, strategy, idle time, place in the file."""
        settings = agent.settings
        preferred = -sum(settings.skills.get(skill, 0) for skill in self.prefers) if self.prefers else 0
        level = settings.levels.get(self.queue, 1) if settings.levels else 1
        return (level, preferred, *self._strategy.rank(agent, self), agent.idle_since, agent.ordinal)

    @property
    def criteria(self) -> tuple[str, ...]:
        """What the parts of `rank` are."""
        return ("level", "preferred", *self._strategy.criteria, "idle_since", "place")

    def drop(self) -> None:
        """Nobody asks for it any more: the agents forget it."""
        for agent in self._members:
            agent.demands.remove(self)

    @property
    def is_empty(self) -> bool:
        """Whether nobody waits and nobody may come back."""
        return not self.waiting and not self.offering

    def is_staffed(self, least: Presence) -> bool:
        """Whether somebody able is there at least so far."""
        return least is Presence.AWAY or any(self.presences[least:])


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


def count(agent: Agent, presence: Presence) -> None:
    """The agent is there further, or less far, than before."""
    for demand in agent.demands:
        demand.presences[agent.presence] -= 1
        demand.presences[presence] += 1
    agent.presence = presence


def first_waiting(agent: Agent) -> str | None:
    """The entry that this agent should get: who is due first, over all queues served."""
    best: Demand | None = None
    best_key: Key | None = None
    for demand in agent.demands:
        key = demand.waiting.first_key()
        if key is not None and (best_key is None or key < best_key):
            best, best_key = demand, key
    return best.waiting.first() if best else None
