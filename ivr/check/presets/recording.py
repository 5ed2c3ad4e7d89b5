"""Presets `recording-notice` and `recording-consent`: nobody is recorded who does not know it, or agree to it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ivr.branch import Guarded, id_of
from ivr.check.flow import NOTHING, Facts, certain
from ivr.steps import MenuStep, SayStep, SetStep
from ivr.steps.step import AskingStep, Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ivr.branch import Branch
    from ivr.check.graph import Graph
    from ivr.steps.step import Location

DONE = frozenset({"done"})


def notice(graph: Graph, notices: Collection[str]) -> Iterator[Finding]:
    """Before the first question, and before anybody speaks with them, callers have heard of the recording."""
    leave = partial(_noticed, frozenset(notices))
    heard = certain(graph, leave)
    mend = f"say {' or '.join(sorted(notices)) or 'the notice'} in a step before"
    for name, held in heard.items():
        step = graph.steps[name]
        if isinstance(step, AskingStep) and not held:
            yield Finding(("steps", name), f"{name} asks before the notice of the recording was heard", mend)
            continue
        for at, branch in graph.ways(name):
            leaves = branch.goto is None and not branch.hangup
            if leaves and not leave(held, graph, name, at, branch):
                what = "the caller is led on without having heard the notice of the recording"
                yield Finding(("steps", name, *at), what, mend)


def _noticed(
    notices: frozenset[str], held: Facts, graph: Graph, name: str, at: Location, branch: Branch
) -> Facts:
    """A notice counts that no key can cut."""
    del at
    step = graph.steps[name]
    own = step.prompt if isinstance(step, SayStep) else ()
    guarded = isinstance(step, SayStep) and not step.bargein
    heard = {id_of(each) for each in own if guarded or isinstance(each, Guarded)}
    heard.update(each.say for each in branch.say if isinstance(each, Guarded))
    return DONE if held or not notices.isdisjoint(heard) else NOTHING


def consent(graph: Graph, notices: Collection[str]) -> Iterator[Finding]:
    """Recording is switched on only behind a key that the caller pressed for it."""
    del notices
    chosen = certain(graph, _chosen)
    on = [name for name, step in graph.steps.items() if isinstance(step, SetStep) and step.recording == "on"]
    for name in on:
        if name in chosen and not chosen[name]:
            what = f"{name} switches the recording on where the caller has chosen nothing"
            yield Finding(("steps", name, "recording"), what, "lead to it by a key of a menu that asks")


def _chosen(held: Facts, graph: Graph, name: str, at: Location, branch: Branch) -> Facts:
    """A choice holds until the next question."""
    del branch
    step = graph.steps[name]
    if isinstance(step, MenuStep):
        return DONE if at[:1] == ("choices",) else NOTHING
    return NOTHING if isinstance(step, AskingStep) else held
