"""Who gets whom when many entries wait and many agents are idle at once: after a reload, at opening time.

What is best, in this order:

1. Entries are served by due order as far as it goes: an entry is left out only if it cannot be served together with
   those of the served that are due earlier. So none is left out for a later one, and as many are served as can be.
2. Among these assignments the sum of the agents' places, each in the idle ranking of the demand that he or she
   serves, is least.

An entry for which several phones may ring at once counts as often as there is room for phones: the first in line has
all of them before the next has one, as when agents come free one after the other.

Within a demand the entry due first gets the agent ranked first. The same demands, in whatever order, give the same
assignment. `routing.matching.service` decides the first, `routing.matching.exchange` the second.

One pool of agents needs neither: entries in due order meet agents in rank order. Nobody else could serve more or
earlier entries, and the first so many places have the least sum. One entry is one pool; so is one agent.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol

from routing.matching.exchange import cheapest
from routing.matching.service import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from routing.queues.ranking import Key, Ranking


class Meeting(Protocol):
    """Where entries and idle agents meet: a demand."""

    @property
    def waiting(self) -> Ranking:
        """Entries, the one due first first; keys of several demands can be compared. Each is in one demand only."""

    @property
    def idle(self) -> Ranking:
        """Agents, the best first. One may be idle in several demands."""


class Pool(NamedTuple):
    """Demands whose idle rankings are the same: to an assignment they are one."""

    due: list[tuple[Key, str]]
    """Entries by due order, each as often as it has room, no more than there are agents."""
    agents: tuple[str, ...]


def assign(demands: Iterable[Meeting], room: Callable[[str], float] | None = None) -> list[tuple[str, str]]:
    """(entry, agent) pairs in due order: the best assignment. Changes nothing.

    `room` says for how many agents an entry has room, at least one; one unless given.
    """
    pools = _pools(demands, room)
    if len(pools) < 2:
        return [(entry, agent) for pool in pools for (_, entry), agent in zip(*pool, strict=False)]
    number = {
        agent: n for n, agent in enumerate(dict.fromkeys(chain.from_iterable(pool.agents for pool in pools)))
    }
    rankings = [[number[agent] for agent in pool.agents] for pool in pools]
    able: list[list[int]] = [[] for _ in number]
    for pool, ranking in enumerate(rankings):
        for agent in ranking:
            able[agent].append(pool)
    quotas = served([pool.due for pool in pools], Counter(map(tuple, able)))
    chosen = cheapest(rankings, quotas)
    names = list(number)
    pairs = [
        (row, agent)
        for pool, agents in zip(pools, chosen, strict=True)
        for row, agent in zip(pool.due, agents, strict=False)
    ]
    return [(entry, names[agent]) for (_, entry), agent in sorted(pairs, key=itemgetter(0))]


def _pools(demands: Iterable[Meeting], room: Callable[[str], float] | None) -> list[Pool]:
    """The demands that have both sides, in an order that does not depend on how they were given.

    Of each ranking only as many agents are looked at as all pools together may take: if a pool took one who comes
    after these, one of these would be free, and better.
    """
    sides = [(_due(demand, room), demand) for demand in demands if demand.waiting and demand.idle]
    most = sum([len(due) for due, _ in sides])
    found: dict[tuple[str, ...], list[tuple[Key, str]]] = {}
    for due, demand in sides:
        found.setdefault(tuple(demand.idle.head(most)), []).extend(due)
    return sorted(Pool(sorted(due)[: len(agents)], agents) for agents, due in found.items())


def _due(demand: Meeting, room: Callable[[str], float] | None) -> list[tuple[Key, str]]:
    """As many entries as there are agents, each as often as it has room."""
    most = len(demand.idle)
    rows = demand.waiting.rows(most)
    if room is None:
        return rows
    return [row for row in rows for _ in range(int(min(room(row[1]), most)))][:most]
