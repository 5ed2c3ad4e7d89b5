"""Round robin: in file order, going on after the agent who was rung last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.strategies.strategy import Strategy

if TYPE_CHECKING:
    from routing.agents.agent import Agent
    from routing.queues.demand import Demand
    from routing.queues.ranking import Key


def rank(agent: Agent, demand: Demand) -> Key:
    """Whose last ringing is longest ago; who has not rung yet in file order before them."""
    return (agent.last_rung, agent.ordinal)


STRATEGY = Strategy(
    "round-robin",
    rank,
    (
        "last_rung",
        "place",
    ),
    aliases=("rrmemory", "roundrobin", "rrordered"),  # Asterisk; FreeSWITCH calls it as we do
)
