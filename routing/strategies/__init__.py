"""Which of the idle, able agents is rung first: one file for each strategy, and their names elsewhere."""

from __future__ import annotations

from routing.strategies import (
    at_random,
    best_skill,
    fewest_calls,
    least_talk_time,
    linear,
    longest_idle,
    ring_all,
    ring_progressively,
    round_robin,
)

STRATEGIES = {
    each.STRATEGY.name: each.STRATEGY
    for each in (
        longest_idle,
        best_skill,
        least_talk_time,
        fewest_calls,
        round_robin,
        linear,
        at_random,
        ring_all,
        ring_progressively,
    )
}

ALIASES = {alias: each.name for each in STRATEGIES.values() for alias in each.aliases}


def canonical(name: str) -> str | None:
    """Our name of a strategy, or None when there is none of that name."""
    name = ALIASES.get(name, name)
    return name if name in STRATEGIES else None
