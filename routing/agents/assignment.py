"""Queues and skills that supervisors give agents while the node runs, over those of agents.yaml.

What names a queue or a skill that a reload took away is passed over, not forgotten: the file may bring it back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from routing.settings import AgentSettings, RoutingConfig


@dataclass(frozen=True, slots=True)
class Assignment:
    """What one agent has instead of what the file says; None leaves that as it is there."""

    queues: tuple[str, ...] | None = None
    skills: Mapping[str, int] | None = None

    def __bool__(self) -> bool:
        """Whether it changes anything."""
        return self.queues is not None or self.skills is not None


def assigned(routing: RoutingConfig, changes: Mapping[str, Assignment]) -> RoutingConfig:
    """The configuration with these changes."""
    agents = dict(routing.agents)
    for name, change in changes.items():
        if name in agents and change:
            agents[name] = _changed(agents[name], change, routing)
    return replace(routing, agents=agents)


def _changed(agent: AgentSettings, change: Assignment, routing: RoutingConfig) -> AgentSettings:
    queues, skills = agent.queues, agent.skills
    if change.queues is not None:
        queues = tuple(each for each in change.queues if each in routing.queues)
    if change.skills is not None:
        skills = {name: level for name, level in change.skills.items() if name in routing.skills}
    return replace(agent, queues=queues, skills=skills)
