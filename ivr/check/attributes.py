"""Attributes: what is compared, sent or spoken has been set before, and is no secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stdnum import luhn

from base.document import suggest
from ivr.branch import id_of
from ivr.check.flow import NOTHING, Facts, certain
from ivr.check.forms import form_of, submit_of
from ivr.check.prompts import kinds
from ivr.scene import BUILT_IN
from ivr.steps import BranchStep, PaymentStep, SetStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from base.document import Fault
    from ivr.branch import Branch
    from ivr.check.subject import Subject
    from ivr.steps.step import Location, StepPart


def own(subject: Subject) -> Iterator[Fault]:
    """What each step finds wrong in itself."""
    for name, step in subject.steps.items():
        for each in step.faults():
            yield subject.fault(("steps", name, *each.at), each.what, each.mend)


def attributes(subject: Subject) -> Iterator[Fault]:
    """Attributes that are read are set somewhere, and none of them is a secret."""
    known, secret = kinds(subject), set(_secrets(subject))
    for name, step in subject.steps.items():
        for at, attribute in step.reads():
            place = ("steps", name, *at)
            if attribute in known:
                continue
            if attribute in secret:
                what = f"{attribute} is secret: it is wiped with its form and no attribute"
                yield subject.fault(place, what, "submit it in the form that asks it")
            else:
                what = f"nothing sets the attribute {attribute}"
                yield subject.fault(place, what, suggest(attribute, known))


def card_numbers(subject: Subject) -> Iterator[Fault]:
    """No value that a menu sets or sends is a card number."""
    for name, step in subject.steps.items():
        for at, value in _given(step):
            if is_card_number(value):
                yield subject.fault(("steps", name, *at), "this looks like a card number", "ask it in a form")


def _given(step: StepPart) -> Iterator[tuple[Location, str]]:
    """The texts that a step sets, or sends with every call."""
    if isinstance(step, SetStep):
        yield from ((("attributes", key), value) for key, value in step.attributes.items())
    submit = submit_of(step)
    if submit is not None:
        yield from ((("submit", "with", key), value) for key, value in submit.given.items())


def is_card_number(text: str) -> bool:
    """Whether a text holds 13 to 19 figures with a valid check digit (ISO/IEC 7812)."""
    runs = re.findall(r"(?:\d[ -]?){12,18}\d", text)
    return any(luhn.is_valid(re.sub(r"\D", "", each)) for each in runs)


def _secrets(subject: Subject) -> Iterator[str]:
    for step in subject.steps.values():
        form = form_of(step)
        for field in form.fields if form is not None else ():
            if field.is_sensitive:
                yield field.name


def unsure(subject: Subject) -> Iterator[Fault]:
    """Advice: what is sent or spoken is known on every way to it."""
    known = certain(subject, _behind)
    for name, held in known.items():
        step = subject.steps[name]
        here = held.union(BUILT_IN, step.sets())
        if isinstance(step, PaymentStep):  # it offers what is due only where that is known
            here = here.union(attribute for _, attribute in step.reads())
        for at, attribute in step.reads():
            # A branch has a way for what is not known, and a payment asks the amount then.
            if not isinstance(step, BranchStep | PaymentStep) and attribute not in held.union(BUILT_IN):
                yield _unsure(subject, ("steps", name, *at), attribute, "is sent empty")
        for at, prompt in step.says():
            yield from _half_said(subject, ("steps", name, *at), prompt, here)
        for at, branch in step.exits():
            behind = _behind(held, subject, name, at, branch).union(BUILT_IN)
            for said in branch.say:
                yield from _half_said(subject, ("steps", name, *at, "say"), id_of(said), behind)


def _behind(held: Facts, subject: Subject, name: str, at: Location, branch: Branch) -> Facts:
    del branch
    return held.union(subject.steps[name].sets_at(at)) or NOTHING


def _half_said(subject: Subject, at: Location, prompt: str, held: Facts) -> Iterator[Fault]:
    slots = {slot.name for each in subject.languages for slot in subject.wording.slots(each, prompt)}
    for name in sorted(slots - held):
        if name in kinds(subject):
            yield _unsure(subject, at, name, f"prompt {prompt} is passed over then")


def _unsure(subject: Subject, at: Location, attribute: str, then: str) -> Fault:
    what = f"{attribute} may not be known here: {then}"
    return subject.warning(at, what, "set it on every way to here, or lead the others elsewhere")
