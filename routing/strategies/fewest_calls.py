"""Fewest calls: who has answered fewest callers of queues since the node started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.strategies.strategy import Strategy

if TYPE_CHECKING:
    from routing.agents.agent import Agent
    from routing.queues.demand import Demand
    from routing.queues.ranking import Key


def rank(agent: Agent, demand: Demand) -> Key:
    """By calls answered."""
    return (agent.calls,)


STRATEGY = Strategy(
    "fewest-calls",
    rank,
    ("calls",),
    aliases=(
        "agent-with-fewest-calls",  # FreeSWITCH
        "fewestcalls",  # Asterisk
        "fewest_calls",  # VICIdial
    ),
)
