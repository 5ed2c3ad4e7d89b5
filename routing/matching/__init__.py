"""The best assignment of many waiting entries to many idle agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from routing.demand import Demand


def assign(demands: Sequence[Demand]) -> list[tuple[str, str]]:
    """Pairs of entry and agent, who is due first served first."""
    taken: set[str] = set()
    pairs = []
    waiting = sorted(
        ((key, entry, demand) for demand in demands for entry, key in demand.waiting.items()),
        key=lambda each: each[:2],
    )
    for _, entry, demand in waiting:
        agent = next((each for each in demand.idle if each not in taken), None)
        if agent is not None:
            taken.add(agent)
            pairs.append((entry, agent))
    return pairs
