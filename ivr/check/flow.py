"""What is certain at each step: whatever way a caller comes to it, this has happened before (a forward analysis)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.branch import Branch
    from ivr.check.subject import Subject
    from ivr.steps.step import Location

Facts = frozenset[str]
NOTHING: Facts = frozenset()


def certain(
    subject: Subject,
    leave: Callable[[Facts, Subject, str, Location, Branch], Facts],
    *,
    at_start: Facts = NOTHING,
) -> dict[str, Facts]:
    """By reachable step, what holds at its beginning on every way to it.

    `leave` tells what holds behind a step's way out, of what held at the step's beginning.
    """
    start = subject.file.start
    if start not in subject.steps:
        return {}
    found = {start: at_start}
    waiting = [start]
    while waiting:
        name = waiting.pop()
        for at, branch in subject.ways(name):
            target = branch.goto
            if target is None or target not in subject.steps:
                continue
            brought = leave(found[name], subject, name, at, branch)
            held = found[target] & brought if target in found else brought
            if target not in found or held != found[target]:
                found[target] = held
                waiting.append(target)
    return found


def way_to(subject: Subject, target: str, without: Callable[[str, Location, Branch], bool]) -> list[str]:
    """The steps of a shortest way to a step along which no exit is one that `without` names; empty: there is none."""
    before: dict[str, str] = {}
    waiting = [subject.file.start]
    for name in waiting:
        if name == target:
            path = [name]
            while path[0] in before:
                path.insert(0, before[path[0]])
            return path
        for at, branch in subject.ways(name) if name in subject.steps else ():
            each = branch.goto
            is_new = each is not None and each not in before and each != subject.file.start
            if each is not None and is_new and not without(name, at, branch):
                before[each] = name
                waiting.append(each)
    return []
