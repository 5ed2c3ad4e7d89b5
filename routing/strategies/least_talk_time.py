"""Least talk time: who has talked least with callers of queues since the node started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.strategies.strategy import Strategy

if TYPE_CHECKING:
    from routing.agents.agent import Agent
    from routing.queues.demand import Demand
    from routing.queues.ranking import Key


def rank(agent: Agent, demand: Demand) -> Key:
    """By seconds talked."""
    return (agent.talked,)


STRATEGY = Strategy(
    "least-talk-time", rank, ("talked",), aliases=("agent-with-least-talk-time",)
)  # FreeSWITCH
