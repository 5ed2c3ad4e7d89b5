"""Explores the reservation protocol: every state that a small centre can come to, by every order of events.

The states are those of the real distributor over a real store. From each state all events that can happen are tried:
callers come and leave, phones ring, are answered, refuse and vanish, agents change their minds, calls end, a supervisor
picks, the next deadline passes. After each the rules are held against what the engine holds, what the store holds and
what the edge was told. Two states are one when everything that can happen from them is the same: times count as the
time left until each deadline, and as the order of those who wait and who are idle.

An explorer of our own, since what is checked is the code itself: a model for a checker such as spin would be a second
program, right or wrong for itself.
"""

from __future__ import annotations

import copyreg
import io
import pickle
import sys
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from base.machine import Table
from routing.reservations.memory_store import MemoryStore
from routing.settings import AgentSettings, Delays, QueueSettings, RoutingConfig
from routing.strategies.strategy import Strategy
from tests.routing.small_world import EVERYTHING, Scenario, World

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from routing.reservations.store import Store
    from tests.routing.small_world import Event

# --- states kept as bytes ---

_SHARED: dict[int, object] = {}
"""What never changes and belongs to all worlds."""


def _shared(number: int) -> object:
    return _SHARED[number]


def _by_reference(each: object) -> tuple[Callable[[int], object], tuple[int]]:
    _SHARED[id(each)] = each
    return _shared, (id(each),)


_KEPT_WHOLE = dict.fromkeys(
    (Table, Strategy, RoutingConfig, QueueSettings, AgentSettings, Scenario), _by_reference
)


def freeze(world: World) -> bytes:
    """A world as bytes, as fast as may be: there are many."""
    out = io.BytesIO()
    pickler = pickle.Pickler(out, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = {**copyreg.dispatch_table, **_KEPT_WHOLE}
    pickler.dump(world)
    return out.getvalue()


def thaw(frozen: bytes) -> World:
    """The world again."""
    world: World = pickle.loads(frozen)
    return world


# --- the search ---


@dataclass(frozen=True)
class Explored:
    """How much was looked at."""

    states: int
    steps: int
    stuck: int
    """States from which no order of events leads to the end."""


class Broken(AssertionError):
    """A rule does not hold; says by which events one comes there."""


def explore(
    scenario: Scenario, make: Callable[[], Store] = MemoryStore, *, most: int = 1_000_000
) -> Explored:
    """Every state of the scenario. Raises Broken at the first one in which a rule does not hold.

    Breadth first, so that the events told are as few as can be.
    """
    first = World(scenario, make)
    numbers: dict[Hashable, int] = {first.state(): 0}
    came: list[tuple[int, Event] | None] = [None]
    before: list[list[int]] = [[]]
    ends = [0] if first.is_over else []
    todo = deque([(0, freeze(first))])
    steps = 0
    while todo:
        number, frozen = todo.popleft()
        for event in list(thaw(frozen).events()):
            world = thaw(frozen)
            try:
                world.happen(event)
            except Exception as error:
                raise Broken(f"{error!r} after {_told(came, number, event)}") from error
            steps += 1
            state = world.state()
            found = numbers.setdefault(state, len(numbers))
            if found == len(came):
                came.append((number, event))
                before.append([])
                todo.append((found, freeze(world)))
                if world.is_over:
                    ends.append(found)
                if found >= most:
                    raise RuntimeError(f"more than {most} states")
            before[found].append(number)
    return Explored(len(came), steps, len(came) - _reaching(ends, before))


def _reaching(ends: list[int], before: list[list[int]]) -> int:
    """How many states lead to one of these."""
    known = set(ends)
    todo = list(ends)
    while todo:
        for each in before[todo.pop()]:
            if each not in known:
                known.add(each)
                todo.append(each)
    return len(known)


CORE = frozenset({"join", "leave", "ring", "answer", "refuse", "end call"})
_TEN = {"ring_timeout": 10.0, "delays": Delays(10.0, 10.0, 10.0, 10.0, 10.0)}
"""All of one length, so that there are fewer states; `deadlines apart` has others."""


def scenario(agents: int, callers: int, *more: str, may: frozenset[str] = CORE, **queue: Any) -> Scenario:
    """So many agents and callers, and what may happen besides calls themselves."""
    names = ("ana", "ben", "cyd")[:agents], ("e1", "e2", "e3")[:callers]
    return Scenario(*names, may | frozenset(more), _TEN | queue)


QUICK = {
    "one agent, two callers, everything": scenario(1, 2, may=EVERYTHING),
    "two agents, two callers": scenario(2, 2),
    "two phones ring at once": scenario(2, 2, "unreachable", "reload", strategy="ring-all"),
    "one phone more after a while": scenario(2, 2, strategy="ring-progressively", progressive_delay=5.0),
    "a supervisor picks": scenario(2, 2, "pick"),
    "a longest wait, and work after calls": scenario(2, 2, max_wait=15.0, wrap_up=5.0),
}
"""Seconds each: every run of the tests."""

WHOLE = {
    **QUICK,
    "deadlines apart": Scenario(("ana", "ben"), ("e1", "e2"), CORE | {"unreachable"}),
    **{
        f"two agents, two callers, {strategy}, {more}": scenario(2, 2, more, strategy=strategy)
        for strategy in ("longest-idle", "ring-all")
        for more in ("status", "phone", "elsewhere")
    },
    "three phones ring at once": scenario(3, 2, strategy="ring-all"),
    "three agents, three callers": scenario(3, 3),
}
"""Minutes: `python -m tests.routing.protocol`."""


def _told(came: list[tuple[int, Event] | None], number: int, event: Event) -> str:
    events = [event]
    while (step := came[number]) is not None:
        number = step[0]
        events.append(step[1])
    return ", ".join(" ".join(each) for each in reversed(events))


def main() -> None:
    """Explore the large scenarios and print how much there was."""
    for name, each in WHOLE.items():
        found = explore(each)
        sys.stdout.write(f"{name}: {found.states} states, {found.steps} steps, {found.stuck} stuck\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
