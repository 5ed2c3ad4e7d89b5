"""Which of the idle, able agents is rung first: one file for each strategy, and their names elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.strategies import longest_idle

if TYPE_CHECKING:
    from collections.abc import Callable

    from routing.ranking import Key
    from routing.roster import Agent

STRATEGIES: dict[str, Callable[[Agent], Key]] = {
    "longest-idle": longest_idle.rank,
}

ALIASES = {
    "longest-idle-agent": "longest-idle",  # FreeSWITCH
    "leastrecent": "longest-idle",  # Asterisk
    "longest_wait_time": "longest-idle",  # VICIdial
}

LATER = frozenset(
    {
        "ring-all", "ring-progressively", "round-robin", "top-down", "agent-with-least-talk-time",
        "agent-with-fewest-calls", "sequentially-by-agent-order", "random", "ringall", "fewestcalls",
        "rrmemory", "roundrobin", "rrordered", "linear", "wrandom", "least-talk-time", "fewest-calls",
        "best-skill",
    }
)  # fmt: skip
"""Strategies of other systems that are not built yet: refused by name, never taken for another one."""


def canonical(name: str) -> str | None:
    """Our name of a strategy, or None when there is none of that name."""
    name = ALIASES.get(name, name)
    return name if name in STRATEGIES else None
