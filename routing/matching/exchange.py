"""Fills every pool with its quota of agents so that the sum of their places in the pools' rankings is least.

This is the transportation problem. It is solved by the Hungarian method with pools in the place of rows (Kuhn 1955;
Munkres 1957), since pools are few: prices of pools and of agents are kept so that at any time

    place(pool, agent) >= price(pool) + price(agent)   for each agent whom a pool could have,
    place(pool, agent) == price(pool) + price(agent)   for each agent whom it has.

When every agent is had by one pool and every quota is met, the sum of all places is the sum of all prices, each pool's
as often as its quota says; by the first line no other filling can have less. Agents whom nobody needs are had by one
pool more, the rest, in which all places are the same, so that it favours nobody.

An agent is never taken from a pool that gets nobody else: a search finds the chain of exchanges, from a pool that is
short of an agent to an agent who is free, that raises the sum least (Dijkstra on the differences above, which are not
negative), and raises the prices by as much as the chain costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NEVER = 1 << 40
"""More than any chain of exchanges costs."""
_FAR = 2 * _NEVER
"""The place of an agent whom a pool cannot have: an exchange for him or her is never worth it."""
_NOBODY = -1


def cheapest(rankings: Sequence[Sequence[int]], quotas: Sequence[int]) -> list[list[int]]:
    """The agents of each pool in the order of its ranking. Agents are numbers from zero; the quotas can be met.

    If the first of all rankings are different agents, each pool's sum is the least that it could be, and so is
    the sum of all.
    """
    first = [list(ranking[:quota]) for ranking, quota in zip(rankings, quotas, strict=True)]
    if len(set().union(*first)) == sum(quotas):
        return first
    needy = [ranking if quota else () for ranking, quota in zip(rankings, quotas, strict=True)]
    had = _Exchange(needy, quotas).fill()
    return [
        [agent for agent in ranking if agent in agents]
        for ranking, agents in zip(rankings, map(set, had), strict=False)
    ]


class _Exchange:
    """Who has whom, and at what prices."""

    __slots__ = (
        "_able", "_by", "_extra", "_free", "_had", "_holder", "_nearest", "_places", "_price", "_rankings", "_short",
        "_tried", "_worn",
    )  # fmt: skip

    def __init__(self, rankings: list[Sequence[int]], quotas: Sequence[int]) -> None:
        known = 1 + max(max(ranking, default=-1) for ranking in rankings)
        self._rankings = rankings
        self._places: list[list[int]] = []
        """[pool][agent]; _FAR for agents whom the pool cannot have."""
        self._able: list[list[int]] = [[] for _ in range(known)]
        """[agent]: the pools that can have him or her."""
        for pool, ranking in enumerate(rankings):
            places = [_FAR] * known
            for place, agent in enumerate(ranking):
                places[agent] = place
                self._able[agent].append(pool)
            self._places.append(places)
        self._short = list(quotas)
        """How many agents each pool still needs."""
        best = self._add_the_rest(
            [
                min([self._places[pool][agent] for pool in able], default=_FAR)
                for agent, able in enumerate(self._able)
            ]
        )
        count = len(self._places)
        self._had: list[list[int]] = [[] for _ in range(count)]
        self._holder = [_NOBODY] * known
        self._price = [0] * count
        self._free: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        """(place - price(agent), agent) of those whom nobody has yet, in order."""
        self._tried = [0] * count
        """How many of `_free` are no longer free, from the first one."""
        self._nearest = [_NEVER] * count
        """The difference of the first one who is free."""
        self._extra: list[dict[int, int]] = [{} for _ in range(count)]
        """[pool][holder]: how much farther down its ranking the pool takes an agent than the holder had, at least.

        Worked out when a chain first comes by the pool, and kept from then on."""
        self._by: list[dict[int, int]] = [{} for _ in range(count)]
        """[pool][holder]: the agent by whom that would be done."""
        self._worn: list[set[int]] = [set() for _ in range(count)]
        """[pool]: holders who no longer have that agent."""
        self._begin(best)

    def _add_the_rest(self, best: list[int]) -> list[int]:
        """A pool for the agents whom nobody needs, at a place that about as many beat as are needed.

        Takes and returns each agent's best place.
        """
        wanted = [agent for agent, able in enumerate(self._able) if able]
        size = len(wanted) - sum(self._short)
        if not size:
            return best
        place = sorted([best[agent] for agent in wanted])[-size]
        for agent in wanted:
            self._able[agent].append(len(self._rankings))
        self._rankings.append(wanted)
        self._places.append([place] * len(best))
        self._short.append(size)
        return [min(place, each) for each in best]

    def _begin(self, best: list[int]) -> None:
        """Prices of 0 for pools and of the best place for agents; who fits in at that price is had at once."""
        short, places = self._short, self._places
        for agent, able in enumerate(self._able):
            price = best[agent]
            for pool in able:
                if short[pool] and places[pool][agent] == price:
                    short[pool] -= 1
                    self._holder[agent] = pool
                    self._had[pool].append(agent)
                    break
            else:
                for pool in able:
                    self._free[pool].append((places[pool][agent] - price, agent))
        for pool, free in enumerate(self._free):
            if free:
                free.sort()
                self._nearest[pool] = free[0][0]

    def fill(self) -> list[list[int]]:
        """Bring every pool to its quota. Returns the agents of each, and of the rest."""
        for pool, count in enumerate(self._short):
            for _ in range(count):
                for taker, agent in self._chain(pool):
                    self._move(agent, taker)
        return self._had

    def _chain(self, short: int) -> list[tuple[int, int]]:
        """The cheapest exchanges that give this pool one agent more, as (who takes, whom); raises the prices."""
        price, nearest = self._price, self._nearest
        best, last = nearest[short] - price[short], short
        before: dict[int, int] = {}
        reached: dict[int, int] = {}
        ahead = {short: 0}
        while ahead:
            pool = min(ahead, key=ahead.__getitem__)
            cost = ahead.pop(pool)
            if cost >= best:
                break
            reached[pool] = cost
            cost -= price[pool]
            for holder, extra in self._exchanges(pool).items():
                by_way = cost + extra
                there = by_way + price[holder]
                if there < best and holder not in reached and there < ahead.get(holder, _NEVER):
                    ahead[holder] = there
                    before[holder] = pool
                    if by_way + nearest[holder] < best:
                        best, last = by_way + nearest[holder], holder
        for pool, cost in reached.items():
            price[pool] += best - cost
        chain = [(last, self._free[last][self._tried[last]][1])]
        while last != short:
            taker = before[last]
            chain.append((taker, self._by[taker][last]))
            last = taker
        return chain

    def _exchanges(self, pool: int) -> dict[int, int]:
        """What it costs the pool to take an agent, by the pool that has the agent."""
        extra, worn = self._extra[pool], self._worn[pool]
        if not extra:
            self._look(pool, self._rankings[pool])
        for holder in worn:
            del extra[holder]
            self._look(pool, self._had[holder])
        worn.clear()
        return extra

    def _look(self, pool: int, agents: Iterable[int]) -> None:
        """Take in what it would cost the pool to take one of these agents."""
        extra, by, places, holders = self._extra[pool], self._by[pool], self._places, self._holder
        wanted = places[pool]
        for agent in agents:
            holder = holders[agent]
            if holder not in (pool, _NOBODY):
                more = wanted[agent] - places[holder][agent]
                if more < extra.get(holder, _NEVER):
                    extra[holder] = more
                    by[holder] = agent

    def _move(self, agent: int, taker: int) -> None:
        """The agent leaves whoever has him or her, or is free no longer, and belongs to the taker."""
        giver = self._holder[agent]
        self._holder[agent] = taker
        self._had[taker].append(agent)
        if giver == _NOBODY:
            self._no_longer_free(agent)
        else:
            self._had[giver].remove(agent)
        taken_at = self._places[taker][agent]
        for pool in self._able[agent]:
            extra, by = self._extra[pool], self._by[pool]
            if not extra:
                continue
            if by.get(giver) == agent and giver in extra:
                self._worn[pool].add(giver)
            more = self._places[pool][agent] - taken_at
            if pool != taker and more < extra.get(taker, _NEVER):
                extra[taker] = more
                by[taker] = agent

    def _no_longer_free(self, agent: int) -> None:
        for pool in self._able[agent]:
            free, tried = self._free[pool], self._tried[pool]
            if free[tried][1] != agent:
                continue
            while tried < len(free) and self._holder[free[tried][1]] != _NOBODY:
                tried += 1
            if tried < len(free):
                self._tried[pool], self._nearest[pool] = tried, free[tried][0]
            else:
                self._nearest[pool] = _NEVER
