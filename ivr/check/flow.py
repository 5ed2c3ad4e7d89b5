"""What is certain at each step: whatever way a caller comes to it, this has happened before (a forward analysis)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ivr.check.graph import Graph

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.branch import Branch
    from ivr.steps.step import Location

Facts = frozenset[str]
G = TypeVar("G", bound=Graph)
NOTHING: Facts = frozenset()


def certain(
    graph: G,
    leave: Callable[[Facts, G, str, Location, Branch], Facts],
    *,
    at_start: Facts = NOTHING,
) -> dict[str, Facts]:
    """By reachable step, what holds at its beginning on every way to it.

    `leave` tells what holds behind a step's way out, of what held at the step's beginning.
    """
    start = graph.start
    if start not in graph.steps:
        return {}
    found = {start: at_start}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        for at, branch in graph.ways(name):
            target = branch.goto
            if target is None or target not in graph.steps:
                continue
            brought = leave(found[name], graph, name, at, branch)
            held = found[target] & brought if target in found else brought
            if target not in found or held != found[target]:
                found[target] = held
                waiting.append(target)
    return found


def way_to(graph: Graph, target: str, without: Callable[[str, Location, Branch], bool]) -> list[str]:
    """The steps of a shortest way to a step along which no exit is one that `without` names; empty: there is none."""
    before: dict[str, str] = {}
    waiting = [graph.start]
    for name in waiting:
        if name == target:
            path = [name]
            while path[0] in before:
                path.insert(0, before[path[0]])
            return path
        for at, branch in graph.ways(name) if name in graph.steps else ():
            each = branch.goto
            is_new = each is not None and each not in before and each != graph.start
            if each is not None and is_new and not without(name, at, branch):
                before[each] = name
                waiting.append(each)
    return []
