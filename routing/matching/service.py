"""How many entries of each pool are served, when entries are taken by due order and none is given up for a later one.

The sets of entries that can be served together are the independent sets of a transversal matroid, so taking each
entry in due order if it can be served together with those taken before gives the lexicographically first set, which
is also a largest one (Edmonds and Fulkerson 1965; Gale 1968). Whether it can be is asked of classes of agents, those
who can serve the same pools: they are few, and to this question all agents of a class are alike.

If no class with an agent left can be reached from a pool by exchanges, then the pools reached hold all agents able to
serve any of them and hold them for good (Hall's condition is tight): none of these pools is looked at again.
"""

from __future__ import annotations

from collections import Counter
from heapq import heapify, heappop, heapreplace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from routing.queues.ranking import Key


def served(due: Sequence[Sequence[tuple[Key, str]]], classes: Mapping[tuple[int, ...], int]) -> list[int]:
    """How many of each pool's entries, which stand in due order; `classes`: how many agents can serve these pools."""
    return _Service(len(due), classes).take(due)


class _Service:
    """Which class gives how many agents to which pool."""

    __slots__ = ("_full", "_given", "_open", "_room", "_serving", "_taken")

    def __init__(self, pools: int, classes: Mapping[tuple[int, ...], int]) -> None:
        self._room = list(classes.values())
        """Agents left in each class."""
        self._given: list[Counter[int]] = [Counter() for _ in classes]
        """Agents that each class gives, by pool."""
        self._serving: list[list[int]] = [[] for _ in range(pools)]
        """The classes that can serve each pool."""
        for number, able in enumerate(classes):
            for pool in able:
                self._serving[pool].append(number)
        self._open = [each[::-1] for each in self._serving]
        """The same, less those seen to have nobody left."""
        self._taken = [0] * pools
        self._full = [False] * pools

    def take(self, due: Sequence[Sequence[tuple[Key, str]]]) -> list[int]:
        """Go through all entries in due order."""
        heads = [(entries[0], pool, 0) for pool, entries in enumerate(due) if entries]
        heapify(heads)
        left = sum(self._room)
        while heads and left:
            _, pool, place = heads[0]
            if self._full[pool] or not self._serve(pool):
                heappop(heads)
                continue
            left -= 1
            place += 1
            if place < len(due[pool]):
                heapreplace(heads, (due[pool][place], pool, place))
            else:
                heappop(heads)
        return self._taken

    def _serve(self, pool: int) -> bool:
        """One entry more for the pool, by an agent who is left or by exchanges. False when that cannot be."""
        if self._class_with_room(pool) is not None:
            self._pass_on(pool, {pool: None})
            return True
        before: dict[int, tuple[int, int] | None] = {pool: None}
        reached = [pool]
        for asking in reached:
            for group in self._serving[asking]:
                for giving in self._given[group]:
                    if giving not in before:
                        before[giving] = (asking, group)
                        if self._class_with_room(giving) is not None:
                            self._pass_on(giving, before)
                            return True
                        reached.append(giving)
        for each in reached:
            self._full[each] = True
        return False

    def _pass_on(self, pool: int, before: Mapping[int, tuple[int, int] | None]) -> None:
        """The pool has an agent who was left and gives one to the pool that asked, and so on back to the first."""
        group = self._open[pool][-1]
        self._room[group] -= 1
        while (step := before[pool]) is not None:
            self._given[group][pool] += 1
            asking, group = step
            given = self._given[group]
            given[pool] -= 1
            if not given[pool]:
                del given[pool]
            pool = asking
        self._given[group][pool] += 1
        self._taken[pool] += 1

    def _class_with_room(self, pool: int) -> int | None:
        """A class that can serve the pool and has an agent left: the last one of the open classes."""
        groups = self._open[pool]
        while groups and not self._room[groups[-1]]:
            groups.pop()
        return groups[-1] if groups else None
