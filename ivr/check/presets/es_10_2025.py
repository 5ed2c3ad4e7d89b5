"""Preset `es-10-2025` (Spain, Ley 10/2025): a person from every main menu, a spoken tracking number.

A main menu is one that callers come to before any other menu of its set. The tracking number is told on every way to a
person and before every goodbye; queues that cut a call and languages that are not kept are found where queues and
numbers are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.branch import id_of
from ivr.check.advice.options import main_menus
from ivr.check.advice.wording import told_keys
from ivr.check.flow import NOTHING, Facts, certain
from ivr.check.keys import PERSON, is_person, offers_person
from ivr.steps import MenuStep, SayStep
from ivr.steps.step import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ivr.branch import Branch, PromptIds
    from ivr.check.graph import Graph
    from ivr.steps.step import Location

TRACKING = "tracking"
TOLD = frozenset({TRACKING})


def es_10_2025(graph: Graph, notices: Collection[str]) -> Iterator[Finding]:
    """All that this preset asks of a menu set."""
    del notices
    yield from _person(graph)
    yield from _tracking(graph)


def _person(graph: Graph) -> Iterator[Finding]:
    for name in main_menus(graph):
        step = graph.steps[name]
        if not isinstance(step, MenuStep):
            continue
        keys = {key for key in step.choices if offers_person(graph, step, key)}
        keys &= (
            {PERSON} if PERSON in keys else keys
        )  # whoever answers another key may be there for one thing only
        if not keys:
            what = f"the main menu {name} offers no person"
            yield Finding(("steps", name, "choices"), what, 'add "0": {queue: ...}')
            continue
        for language in graph.languages:
            told = told_keys(graph, language, step.prompt)
            if told is not None and keys.isdisjoint(told):
                what = f"the main menu {name} does not tell in {language} how to reach a person"
                yield Finding(
                    ("steps", name, "prompt"), what, f"tell the key {sorted(keys)[0]} in the prompt"
                )


def _tracking(graph: Graph) -> Iterator[Finding]:
    told = certain(graph, _behind)
    for name, held in told.items():
        for at, branch in graph.ways(name):
            if (is_person(branch) or branch.hangup) and not _behind(held, graph, name, at, branch):
                whom = "a goodbye" if branch.hangup else "a person"
                what = f"the caller comes to {whom} without having heard the tracking number"
                yield Finding(("steps", name, *at), what, "say a prompt with {digits:tracking} before")


def _behind(held: Facts, graph: Graph, name: str, at: Location, branch: Branch) -> Facts:
    del at
    step = graph.steps[name]
    said = (*step.prompt, *branch.say) if isinstance(step, SayStep) else branch.say
    return TOLD if held or _tells(graph, said) else NOTHING


def _tells(graph: Graph, prompts: PromptIds) -> bool:
    """Whether the tracking number is among what is said, in each language."""
    return all(
        any(
            slot.name == TRACKING
            for prompt in prompts
            for slot in graph.wording.slots(language, id_of(prompt))
        )
        for language in graph.languages
    )
