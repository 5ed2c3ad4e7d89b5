"""Forms: card data only behind a closed door, fields that can be told apart, reasons that can occur."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import suggest
from ivr.steps import FormStep, LookupStep, PaymentStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from base.document import Fault
    from ivr.check.subject import Subject
    from ivr.inquiry import Submit
    from ivr.steps.step import Location, StepPart


def forms(subject: Subject) -> Iterator[Fault]:
    """Sensitive types stand in secure forms; each field has its name, and words for reasons that exist."""
    for name, step in subject.steps.items():
        form = form_of(step)
        if form is not None:
            yield from _fields(subject, name, form)


def form_of(step: StepPart) -> FormStep | None:
    """The form that a step is, or that a payment is at bottom."""
    if isinstance(step, PaymentStep):
        return step.form
    return step if isinstance(step, FormStep) else None


def submit_of(step: StepPart) -> Submit | None:
    """The question that a step puts to the client company's system."""
    if isinstance(step, LookupStep):
        return step.submit
    form = form_of(step)
    return form.submit if form is not None else None


def _fields(subject: Subject, name: str, form: FormStep) -> Iterator[Fault]:
    seen: set[str] = set()
    for at, field in enumerate(form.fields):
        place: Location = ("steps", name, "fields", at)
        if field.is_sensitive and not form.secure:
            yield subject.fault(
                (*place, "type"),
                f"field {field.name} ({field.type}) is sensitive and {name} is not secure",
                "add secure: true to the form",
            )
        if field.name in seen:
            yield subject.fault(
                (*place, "name"), f"two fields are named {field.name}", "give each its own name"
            )
        seen.add(field.name)
        for reason in field.invalid:
            if reason not in field.reasons:
                yield subject.fault(
                    (*place, "invalid", reason),
                    f"a {field.type} is never refused for {reason}",
                    suggest(reason, field.reasons),
                )
    if sum(field.type == "card_number" for field in form.fields) > 1:
        yield subject.fault(
            ("steps", name, "fields"), f"{name} asks two card numbers", "one form asks one card"
        )
