"""Transactions: what is asked of a client company's system exists, is told what it needs, and each answer has a way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import suggest
from ivr.actions import ACTIONS, CARD_OR_ENDING, IDENTIFYING, SUCCESSES
from ivr.check.flow import NOTHING, Facts, certain, way_to
from ivr.check.forms import form_of, submit_of
from ivr.steps import LookupStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from base.document import Fault
    from ivr.actions import Action
    from ivr.branch import Branch, Result
    from ivr.check.subject import Subject
    from ivr.inquiry import Submit
    from ivr.steps import FormStep
    from ivr.steps.step import Location

PROVEN = frozenset({"identified"})


def transactions(subject: Subject) -> Iterator[Fault]:
    """Forms, payments and lookups ask what exists, tell what is needed, and have a way for each answer."""
    for name, step in subject.steps.items():
        form = form_of(step)
        if form is not None and form.submit is not None:
            asked = {field.name: field.type for field in form.fields}
            yield from _asked(subject, name, form.submit, form.results, asked)
            yield from _confirmed(subject, name, form, form.submit)
        elif isinstance(step, LookupStep):
            yield from _asked(subject, name, step.submit, step.results, {})
            yield from _lookup(subject, name, step)


def _asked(
    subject: Subject, name: str, submit: Submit, results: Mapping[str, Result], asked: Mapping[str, str]
) -> Iterator[Fault]:
    place: Location = ("steps", name)
    action = ACTIONS.get(submit.action)
    if action is None:
        what = f"there is no action {submit.action}"
        yield subject.fault((*place, "submit", "action"), what, suggest(submit.action, ACTIONS))
        return
    yield from _needs(subject, place, submit, action, asked)
    for result in action.results:
        if result not in results:
            yield subject.fault(
                (*place, "results"), f"{name} has no way for the result {result}", f"add {result}: to results"
            )
    for result, branch in results.items():
        at = (*place, "results", result)
        if result not in action.results:
            what = f"{submit.action} never gives {result}"
            yield subject.fault(at, what, suggest(result, action.results))
        elif branch.retry and not action.may_retry(result):
            yield subject.fault(at, f"{result} cannot be tried again", "lead it to a queue")


def _needs(
    subject: Subject, place: Location, submit: Submit, action: Action, asked: Mapping[str, str]
) -> Iterator[Fault]:
    told = {*submit.using, *submit.given}
    for group in action.needs:
        if any(asked.get(needed) == kind for needed, kind in group.items()):
            continue
        if told.intersection(group) - CARD_OR_ENDING.keys() and group is not CARD_OR_ENDING:
            continue
        *others, last = [f"{needed} ({kind})" for needed, kind in group.items()]
        words = " or ".join(filter(None, (", ".join(others), last)))
        needed, kind = next(iter(group.items()))
        mend = f"add {{name: {needed}, type: {kind}, prompt: ...}}"
        yield subject.fault((*place, "fields"), f"{submit.action} needs a field {words}", mend)


def _confirmed(subject: Subject, name: str, form: FormStep, submit: Submit) -> Iterator[Fault]:
    action = ACTIONS.get(submit.action)
    if action is None or not action.needs_confirm:
        return
    mend = "add confirm: with a prompt that speaks the amount"
    if form.confirm is None:
        yield subject.fault(("steps", name), f"{name} moves money without reading back", mend)
        return
    read_back = (form.confirm, *(field.confirm for field in form.fields if field.confirm is not None))
    mute = [
        language
        for language in subject.languages
        if subject.wording.has(language, form.confirm)
        and "money" not in {slot.kind for each in read_back for slot in subject.wording.slots(language, each)}
    ]
    if mute:
        what = f"{name} moves money, and {form.confirm} does not speak the amount in {', '.join(mute)}"
        yield subject.fault(("steps", name, "confirm"), what, "put {money:amount} into it")


def _lookup(subject: Subject, name: str, step: LookupStep) -> Iterator[Fault]:
    for result, branch in step.results.items():
        if branch.retry:
            what = f"{name} asks the caller nothing that could be typed again"
            yield subject.fault(("steps", name, "results", result), what, "lead it on by goto: or queue:")


def identified(subject: Subject) -> Iterator[Fault]:
    """What only the right caller may hear is asked where every way has proven who they are."""
    proven = certain(subject, _behind)
    for name, held in proven.items():
        submit = submit_of(subject.steps[name])
        action = ACTIONS.get(submit.action) if submit is not None else None
        if submit is not None and action is not None and action.identified and not held:
            way = " -> ".join(way_to(subject, name, lambda each, at, _: _proves(subject, each, at)))
            what = f"{submit.action} is for identified callers only; nothing proves who comes by {way}"
            mend = f"lead here behind the ok of {', '.join(IDENTIFYING)}"
            yield subject.fault(("steps", name), what, mend)


def _behind(held: Facts, subject: Subject, name: str, at: Location, branch: Branch) -> Facts:
    del branch
    return PROVEN if held or _proves(subject, name, at) else NOTHING


def _proves(subject: Subject, name: str, at: Location) -> bool:
    """Whether leaving a step there means that the caller has proven who they are."""
    submit = submit_of(subject.steps[name])
    if submit is None or submit.action not in IDENTIFYING:
        return False
    return at[:1] == ("results",) and str(at[1]) in SUCCESSES
