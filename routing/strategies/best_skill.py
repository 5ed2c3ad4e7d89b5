"""Best skill: who has most of what is required and preferred, by the sum of proficiencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.strategies.strategy import Strategy

if TYPE_CHECKING:
    from routing.agents.agent import Agent
    from routing.queues.demand import Demand
    from routing.queues.ranking import Key


def rank(agent: Agent, demand: Demand) -> Key:
    """The most proficient first."""
    skills = agent.settings.skills
    required = sum(skills.get(skill, 0) for skill, _ in demand.requirements)
    return (-required - sum(skills.get(skill, 0) for skill in demand.prefers),)


STRATEGY = Strategy("best-skill", rank, ("skill",), aliases=("best-available-skills",))  # Genesys
