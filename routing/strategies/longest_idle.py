"""Longest idle: whose last call (or coming available) is longest ago."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.strategies.strategy import Strategy

if TYPE_CHECKING:
    from routing.agents.agent import Agent
    from routing.queues.demand import Demand
    from routing.queues.ranking import Key


def rank(agent: Agent, demand: Demand) -> Key:
    """By idle time alone."""
    return (agent.idle_since,)


STRATEGY = Strategy(
    "longest-idle",
    rank,
    ("idle_since",),
    aliases=(
        "longest-idle-agent",  # FreeSWITCH
        "leastrecent",  # Asterisk
        "longest_wait_time",  # VICIdial
    ),
)
