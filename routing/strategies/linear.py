"""Linear: the first free agent in file order, always beginning at the top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.strategies.strategy import Strategy

if TYPE_CHECKING:
    from routing.agents.agent import Agent
    from routing.queues.demand import Demand
    from routing.queues.ranking import Key


def rank(agent: Agent, demand: Demand) -> Key:
    """By place in the file."""
    return (agent.ordinal,)


STRATEGY = Strategy(
    "linear",
    rank,
    ("place",),
    aliases=("top-down", "sequentially-by-agent-order"),  # FreeSWITCH; Asterisk calls it as we do
)
