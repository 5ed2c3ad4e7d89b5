"""Longest idle: the agent whose last call (or coming available) is longest ago; equal ones in file order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.ranking import Key
    from routing.roster import Agent


def rank(agent: Agent) -> Key:
    """Smaller is rung first."""
    return (agent.idle_since, agent.ordinal)
