"""Keys of menus: no option hides another, 0 leads to a person, one key does one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.manners import manners_of
from ivr.steps import MenuStep
from ivr.steps.step import AskingStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from base.document import Fault
    from ivr.branch import Branch
    from ivr.check.graph import Graph
    from ivr.check.subject import Subject

PERSON, AGAIN = "0", "9"
"""The keys that mean the same in every menu."""


def keys(subject: Subject) -> Iterator[Fault]:
    """No option begins another."""
    for name, step in subject.steps.items():
        choices = step.choices if isinstance(step, MenuStep) else {}
        for key in choices:
            longer = next((each for each in choices if each != key and each.startswith(key)), None)
            if longer is not None:
                yield subject.fault(
                    ("steps", name, "choices", longer),
                    f'key "{key}" begins key "{longer}"',
                    "choose keys none of which begins another",
                )


def ending(subject: Subject) -> Iterator[Fault]:
    """The key that ends an entry is not the one that erases it."""
    for name, step in subject.steps.items():
        for suffix, layers in step.layers():
            manners = manners_of(layers, subject.file.defaults)
            if manners.terminator and manners.terminator == manners.cancel_key:
                yield subject.fault(
                    ("steps", name),
                    f'"{manners.terminator}" both ends an entry of {name}{suffix} and erases it',
                    "set terminator: or cancel_key: to the other key, or to none",
                )


def person(subject: Subject) -> Iterator[Fault]:
    """From every menu 0 leads to a person."""
    if subject.file.person != "required":
        return
    for name, step in subject.steps.items():
        if isinstance(step, MenuStep) and not offers_person(subject, step, PERSON):
            yield subject.fault(
                ("steps", name, "choices"),
                f"menu {name} has no 0 that leads to a person",
                'add "0": {queue: ...}',
            )


def offers_person(graph: Graph, menu: MenuStep, key: str) -> bool:
    """Whether a key leads to a person by steps that ask nothing; at closed hours it may lead elsewhere."""
    seen: set[str] = set()
    branches: list[Branch] = [menu.choices[key]] if key in menu.choices else []
    while branches:
        branch = branches.pop()
        if is_person(branch):
            return True
        name = branch.goto or ""
        step = graph.steps.get(name)
        if step is not None and name not in seen and not isinstance(step, AskingStep):
            seen.add(name)
            branches.extend(step.silent_exits())
    return False


def is_person(branch: Branch) -> bool:
    """Whether somebody takes the call there."""
    return any((branch.queue, branch.extension, branch.agent, branch.dial, branch.uri))
