"""Advice on options: few of them, few menus deep, 0 and 9 as everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.check.graph import leads
from ivr.check.keys import AGAIN, PERSON, offers_person
from ivr.steps import MenuStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from base.document import Fault
    from ivr.check.graph import Graph
    from ivr.check.subject import Subject

MOST_OPTIONS = 5
MOST_DEPTH = 3


def crowded(subject: Subject) -> Iterator[Fault]:
    """Nobody remembers more than five options; 0 and 9, the same everywhere, are not counted."""
    for name, step in subject.steps.items():
        if isinstance(step, MenuStep):
            count = len(step.choices.keys() - {PERSON, AGAIN})
            if count > MOST_OPTIONS:
                what = f"{name} has {count} options; more than {MOST_OPTIONS} are hard to remember"
                yield subject.warning(("steps", name, "choices"), what, "put some into a menu of their own")


def deep(subject: Subject) -> Iterator[Fault]:
    """No menu lies behind more than two others."""
    for name, depth in depths(subject).items():
        if depth > MOST_DEPTH:
            what = f"{name} is menu number {depth} on the shortest way to it"
            yield subject.warning(
                ("steps", name), what, f"at most {MOST_DEPTH} menus should follow each other"
            )


def unusual(subject: Subject) -> Iterator[Fault]:
    """0 is a person and 9 says it again."""
    for name, step in subject.steps.items():
        if not isinstance(step, MenuStep):
            continue
        place = ("steps", name, "choices")
        if PERSON in step.choices and not offers_person(subject, step, PERSON):
            yield subject.warning((*place, PERSON), "0 leads to no person here", "choose another key")
        if AGAIN in step.choices and not step.choices[AGAIN].repeat:
            yield subject.warning((*place, AGAIN), "9 does not say the menu again here", "choose another key")


def depths(graph: Graph) -> dict[str, int]:
    """By menu: how many menus are on the shortest way to it, itself among them."""
    found: dict[str, int] = {}
    seen: set[str] = set()
    level = [graph.start]
    depth = 1
    while level:
        beyond: list[str] = []
        for name in level:
            if name in seen or name not in graph.steps:
                continue
            seen.add(name)
            is_menu = isinstance(graph.steps[name], MenuStep)
            if is_menu:
                found[name] = depth
            following = leads(graph, [branch for _, branch in graph.ways(name)])
            (beyond if is_menu else level).extend(following)
        level, depth = beyond, depth + 1
    return found


def main_menus(graph: Graph) -> list[str]:
    """The menus that callers come to before any other."""
    return [name for name, depth in depths(graph).items() if depth == 1]
