"""Erlang B and C: the share of callers who find all agents busy, when those are lost and when they wait for ever.

Erlang 1917; the recursion is Jagerman's (1974). It only ever holds probabilities, so nothing overflows, whatever the
number of agents.
"""

from __future__ import annotations


def erlang_b(agents: int, load: float) -> float:
    """The share of callers lost when nobody can wait. `load` in erlangs: calls in a second by seconds for each."""
    if agents < 0 or load < 0:
        raise ValueError("agents and load cannot be negative")
    blocked = 1.0
    for each in range(1, agents + 1):
        offered = load * blocked
        blocked = offered / (each + offered)
    return blocked


def erlang_c(agents: int, load: float) -> float:
    """The share of callers who have to wait when everybody waits; 1 where the agents cannot keep up."""
    if load >= agents:
        return 1.0
    blocked = erlang_b(agents, load)
    return agents * blocked / (agents - load * (1.0 - blocked))
