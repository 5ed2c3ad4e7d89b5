"""A queue at work: its line of entries, its agents counted by what they do, and the demands upon it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from routing.agents.agent import IDLE
from routing.agents.tables import State, Status
from routing.queues.demand import Demand
from routing.queues.ranking import Ranking
from routing.settings import LeaveReason, Presence
from routing.strategies import STRATEGIES
from routing.strategies.strategy import Rings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from routing.agents.agent import Agent
    from routing.queues.entry import Entry
    from routing.queues.estimates import EstimateView
    from routing.settings import QueueSettings
    from routing.skills import Requirements

_KEPT = 32
"""Demands kept in each queue although nobody waits for them, so that they need not be worked out again."""


@dataclass(frozen=True, slots=True)
class EntryView:
    """A waiting entry as others may see it."""

    entry: str
    contact: str
    queue: str
    priority: int
    position: int
    """From one."""
    waited: float
    """Seconds."""
    is_offered: bool
    """Whether an agent's phone rings for it."""
    estimate: float | None
    """Seconds that it will still wait; None where nobody can tell."""


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
    """How long the entry that has waited longest has."""
    estimates: EstimateView
    """How good the estimates of waits are."""

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

    __slots__ = ("_came", "agents", "by_label", "demands", "line", "settings", "strategy")

    def __init__(self, settings: QueueSettings, agents: list[Agent]) -> None:
        """Count the agents and set up the demand that most contacts make: the queue's own requirements."""
        self.settings = settings
        self.strategy = STRATEGIES[settings.strategy]
        self.agents = agents
        self.line = Ranking()
        self._came: deque[tuple[str, float]] = deque()
        """Entries with their arrival, the oldest first; who has left is taken out on coming to the head."""
        self.by_label: dict[str, dict[str, Agent]] = {}
        """Agents by what they do, in no order that matters."""
        for agent in agents:
            self.by_label.setdefault(agent.label, {})[agent.id] = agent
        self.demands: dict[Requirements, Demand] = {}
        self.demand(settings.requires)

    def demand(self, requirements: Requirements) -> Demand:
        """The demand of contacts that ask just this."""
        found = self.demands.get(requirements)
        if found is None:
            if len(self.demands) >= _KEPT:
                self._forget()
            found = Demand(self.settings, self.strategy, requirements, self.agents)
            self.demands[requirements] = found
        return found

    def exclusive(self, requirements: Requirements, agents: Iterable[Agent], why: str) -> Demand:
        """A demand for one entry, served by some of the agents only; it is dropped when the entry leaves it."""
        return Demand(self.settings, self.strategy, requirements, agents, exclusive=why)

    def _forget(self) -> None:
        for requirements, demand in list(self.demands.items()):
            if demand.is_empty and requirements != self.settings.requires:
                del self.demands[requirements]
                demand.drop()
                return

    def enter(self, entry: Entry) -> None:
        """Put an entry into its place in line."""
        self.line.add(entry.id, entry.key)
        self._came.append((entry.id, entry.arrived))
        self.oldest()

    def oldest(self) -> float | None:
        """When who has been here longest came; None when nobody waits."""
        while self._came and self._came[0][0] not in self.line:
            self._came.popleft()
        return self._came[0][1] if self._came else None

    def relabel(self, agent: Agent, old: str, new: str) -> None:
        """One agent does something else now."""
        self.by_label[old].pop(agent.id, None)
        self.by_label.setdefault(new, {})[agent.id] = agent

    @property
    def tally(self) -> dict[str, int]:
        """How many agents do what."""
        return {label: len(agents) for label, agents in self.by_label.items() if agents}

    def standing(self, entry: Entry) -> tuple[int, int, int]:
        """What a wait depends on: the place among those for whom no phone rings, agents who take calls, idle ones."""
        demand = entry.demand
        offered = (
            sum(each.offering for each in self.demands.values()) if self.strategy.rings is Rings.ONE else 0
        )
        position = max(1, self.line.position(entry.id) - offered)
        return position, demand.presences[Presence.AVAILABLE], len(demand.idle)

    def refusal(self, demand: Demand) -> LeaveReason | None:
        """Why a contact with this demand is not let in, or None."""
        if self.settings.capacity is not None and len(self.line) >= self.settings.capacity:
            return LeaveReason.FULL
        return None if demand.is_staffed(self.settings.join_empty) else LeaveReason.JOIN_EMPTY
