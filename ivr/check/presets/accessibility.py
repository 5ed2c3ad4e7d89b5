"""Preset `accessibility`: each menu can be heard again and offers a person. ivr/manners.py gives longer times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.check.keys import offers_person
from ivr.steps import MenuStep
from ivr.steps.step import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ivr.check.graph import Graph


def accessibility(graph: Graph, notices: Collection[str]) -> Iterator[Finding]:
    """A key to repeat and a key to a person in every menu."""
    del notices
    for name, step in graph.steps.items():
        if not isinstance(step, MenuStep):
            continue
        if not any(choice.repeat for choice in step.choices.values()):
            what = f"the menu {name} cannot be heard again"
            yield Finding(("steps", name, "choices"), what, 'add "9": {repeat: true}')
        if not any(offers_person(graph, step, key) for key in step.choices):
            what = f"the menu {name} offers no person"
            yield Finding(("steps", name, "choices"), what, 'add "0": {queue: ...}')
