"""Random: each agent draws a lot on becoming idle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.strategies.strategy import Strategy

if TYPE_CHECKING:
    from routing.agents.agent import Agent
    from routing.queues.demand import Demand
    from routing.queues.ranking import Key


def rank(agent: Agent, demand: Demand) -> Key:
    """By lot."""
    return (agent.lot,)


STRATEGY = Strategy(
    "random",
    rank,
    ("lot",),
    # Asterisk's; its weights by penalty are our levels, which order before the lot.
    aliases=("wrandom",),
)
