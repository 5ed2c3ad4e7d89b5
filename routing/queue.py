"""A queue at work: its line of entries, its agents counted by what they do, and the demands upon it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from routing.agents import State, Status
from routing.demand import Demand
from routing.ranking import Ranking
from routing.roster import IDLE
from routing.settings import JoinEmpty, LeaveReason
from routing.skills import NONE, combine, lacking
from routing.strategies import STRATEGIES

if TYPE_CHECKING:
    from routing.roster import Agent
    from routing.settings import QueueSettings
    from routing.skills import Requirements

_KEPT = 32
"""Demands kept in each queue although nobody waits for them, so that they need not be worked out again."""


@dataclass(frozen=True, slots=True)
class QueueView:
    """A queue as others may see it."""

    id: str
    name: str
    waiting: int
    """Entries in line, those being offered to an agent included."""
    agents: dict[str, int]
    """How many agents by status or state."""
    longest_wait: float
    """How long the entry at the head has waited."""

    @property
    def ready(self) -> int:
        """Agents who would be given a caller now."""
        return self.agents.get(IDLE, 0)

    @property
    def logged_in(self) -> int:
        """Agents who are there, whatever they do; not those whose phone is away while they should take calls."""
        away = (Status.LOGGED_OUT.value, State.DEVICE_OFFLINE.value)
        return sum(count for label, count in self.agents.items() if label not in away)


class WaitingQueue:
    """One queue."""

    __slots__ = ("agents", "demands", "line", "settings", "tally")

    def __init__(self, settings: QueueSettings, agents: list[Agent]) -> None:
        """Count the agents and set up the demand that most contacts make: the queue's own requirements."""
        self.settings = settings
        self.agents = agents
        self.line = Ranking()
        self.tally: Counter[str] = Counter(agent.label for agent in agents)
        self.demands: dict[Requirements, Demand] = {}
        self.demand(NONE)

    def demand(self, requires: Requirements) -> Demand:
        """The demand of contacts asking for this beyond the queue's own requirements."""
        requirements = combine(self.settings.requires, requires)
        found = self.demands.get(requirements)
        if found is None:
            if len(self.demands) >= _KEPT:
                self._forget()
            able = [agent for agent in self.agents if lacking(agent.settings.skills, requirements) is None]
            found = Demand(self.settings.id, requirements, able, STRATEGIES[self.settings.strategy])
            self.demands[requirements] = found
        return found

    def _forget(self) -> None:
        for requirements, demand in list(self.demands.items()):
            if demand.is_empty:
                del self.demands[requirements]
                for agent in self.agents:
                    if agent.id in demand.able:
                        agent.demands.remove(demand)
                return

    def relabel(self, old: str, new: str) -> None:
        """One agent does something else now."""
        self.tally[old] -= 1
        self.tally[new] += 1

    def refusal(self, demand: Demand) -> LeaveReason | None:
        """Why a contact with this demand is not let in, or None."""
        if self.settings.capacity is not None and len(self.line) >= self.settings.capacity:
            return LeaveReason.FULL
        return None if self._is_staffed(demand) else LeaveReason.JOIN_EMPTY

    def _is_staffed(self, demand: Demand) -> bool:
        """Whether somebody who could serve the demand is there, if the queue asks for that."""
        match self.settings.join_empty:
            case JoinEmpty.ALWAYS:
                return True
            case JoinEmpty.LOGGED_IN:
                return any(agent.id in demand.able and _is_there(agent) for agent in self.agents)
            case JoinEmpty.READY:
                return any(
                    agent.id in demand.able and _is_there(agent) and agent.status is Status.AVAILABLE
                    for agent in self.agents
                )


def _is_there(agent: Agent) -> bool:
    return agent.status is not Status.LOGGED_OUT and agent.state is not State.DEVICE_OFFLINE
