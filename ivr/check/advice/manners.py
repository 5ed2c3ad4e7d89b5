"""Advice on questions: time to find the keys, and other words after each silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.branch import id_of
from ivr.check.forms import form_of
from ivr.manners import Asking, manners_of
from ivr.steps.step import AskingStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from base.document import Fault
    from ivr.check.subject import Subject
    from ivr.steps.step import Location

SHORTEST_TIMEOUT = 4.0
VARIED = 2
"""So many different wordings are enough."""


def hurried(subject: Subject) -> Iterator[Fault]:
    """Four seconds at least to press the first key."""
    for at, part in _parts(subject):
        if part.timeout is not None and part.timeout < SHORTEST_TIMEOUT:
            what = f"{part.timeout:g} s are too short for many people to press a key"
            yield subject.warning((*at, "timeout"), what, f"give them {SHORTEST_TIMEOUT:g} s or more")


def monotonous(subject: Subject) -> Iterator[Fault]:
    """After each silence something else is said, and something at all."""
    defaults = subject.file.defaults
    told: set[Location] = set()
    for name, step in subject.steps.items():
        for suffix, layers in step.layers():
            manners = manners_of(layers, defaults)
            wanted = min(manners.max_timeouts - 1, VARIED)
            if len(set(map(id_of, (*manners.noinput, *manners.last_try)))) >= wanted:
                continue
            owns = any(layer.noinput is not None for layer in layers)
            at: Location = ("steps", name, "noinput") if owns else ("defaults", "noinput")
            if at not in told:
                told.add(at)
                again = "nothing" if not manners.noinput else "the same words"
                what = f"{name}{suffix} says {again} after each of {manners.max_timeouts - 1} silences"
                yield subject.warning(at, what, "give noinput: a list, such as [no_input, still_there]")


def _parts(subject: Subject) -> Iterator[tuple[Location, Asking]]:
    yield ("defaults",), subject.file.defaults
    for name, step in subject.steps.items():
        if isinstance(step, AskingStep):
            yield ("steps", name), step
        form = form_of(step)
        for at, field in enumerate(form.fields if form is not None else ()):
            yield ("steps", name, "fields", at), field
