"""Ways: every step can be reached, silence and slips lead somewhere, nobody goes in a circle or is cut off mutely.

A caller who does nothing or types nothing right is moved on by silence, by too many slips, and by steps that ask
nothing: `branch` counts with every way, `lookup` with every answer. These moves alone must come to an end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.check.flow import NOTHING, certain
from ivr.check.graph import leads
from ivr.check.subject import LIMITS
from ivr.steps import SayStep
from ivr.steps.step import AskingStep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from base.document import Fault
    from ivr.branch import Branch
    from ivr.check.flow import Facts
    from ivr.check.subject import Subject
    from ivr.steps.step import Location

WORDS = frozenset({"words"})


def limits(subject: Subject) -> Iterator[Fault]:
    """Silence and wrong keys lead somewhere: no implicit hang-up."""
    for name, step in subject.steps.items():
        if not isinstance(step, AskingStep):
            continue
        for limit in LIMITS:
            if getattr(step, limit) is None and getattr(subject.file.defaults, limit) is None:
                yield subject.fault(
                    ("steps", name), f"{name} has no {limit}", f"add {limit}: here or in defaults"
                )


def reachable(subject: Subject) -> Iterator[Fault]:
    """Every step can be reached from the first."""
    seen = subject.reached()
    for name in subject.steps:
        if seen and name not in seen:
            yield subject.fault(
                ("steps", name), f"step {name} cannot be reached", "lead a branch to it or remove it"
            )


def cycles(subject: Subject) -> Iterator[Fault]:
    """A caller who does nothing, or types nothing right, is never led in a circle."""
    silent = list(_circles(subject, subject.silent_ways))
    for path in silent:
        yield _circle(subject, path, "a silent caller goes in a circle")
    if not silent:
        for path in _circles(subject, subject.helpless_ways):
            yield _circle(subject, path, "a caller who types nothing right goes in a circle")


def _circle(subject: Subject, path: list[str], what: str) -> Fault:
    mend = "let one of them lead to a queue or a hangup"
    return subject.fault(("steps", path[0]), f"{what}: {' -> '.join(path)}", mend)


def _circles(subject: Subject, ways: Callable[[str], Iterator[Branch]]) -> Iterator[list[str]]:
    done: set[str] = set()
    for name in subject.steps:
        path = _walk(subject, name, done, ways)
        if path:
            yield path


def _walk(subject: Subject, start: str, done: set[str], ways: Callable[[str], Iterator[Branch]]) -> list[str]:
    path: list[str] = []
    walks = [iter([start])]
    while walks:
        name = next(walks[-1], None)
        if name is None:
            walks.pop()
            if path:
                done.add(path.pop())
        elif name in path:
            done.update(path)
            return [*path[path.index(name) :], name]
        elif name not in done:
            path.append(name)
            walks.append(leads(subject, ways(name)))
    return []


def endless(subject: Subject) -> Iterator[Fault]:
    """Nobody who has no keys listens for ever."""
    if subject.file.person != "required":
        return
    for name, step in subject.steps.items():
        if isinstance(step, SayStep) and step.loop and step.longest is None:
            what = f"a silent caller hears {name} for ever"
            yield subject.fault(("steps", name, "loop"), what, "add longest: 2m or another time")


def cut_off(subject: Subject) -> Iterator[Fault]:
    """Nobody is hung up on without a word since their last key."""
    if subject.file.person != "required":
        return
    spoken = certain(subject, _behind)
    for name, held in spoken.items():
        for at, branch in subject.ways(name):
            if branch.hangup and not _behind_step(subject, held, name, branch):
                what = "the caller is hung up on without a word"
                yield subject.fault(("steps", name, *at), what, "add say: with words of leave")


def _behind(held: Facts, subject: Subject, name: str, at: Location, branch: Branch) -> Facts:
    del at
    return WORDS if _behind_step(subject, held, name, branch) else NOTHING


def _behind_step(subject: Subject, held: Facts, name: str, branch: Branch) -> bool:
    """Whether something was said to the caller since the last key, when a step is left by a branch."""
    step = subject.steps[name]
    if branch.say:
        return True
    if isinstance(step, SayStep):
        return not step.loop and bool(step.prompt or held)
    return bool(held) and not isinstance(step, AskingStep)


def endings(subject: Subject) -> Iterator[Fault]:
    """At least one step ends the call or hands it on."""
    if not any(branch.goto is None for _, branch in subject.branches()):
        yield subject.fault(("steps",), "nothing ever ends these menus", "add a queue or a hangup")
