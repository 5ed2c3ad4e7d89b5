"""Advice on languages: each can be chosen, and what is said in one is said in all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.check.prompts import spoken
from ivr.steps import LanguageStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from base.document import Fault
    from ivr.check.subject import Subject


def unoffered(subject: Subject) -> Iterator[Fault]:
    """Where callers choose their language, every declared one has a key."""
    for name, step in subject.steps.items():
        if isinstance(step, LanguageStep):
            for each in subject.languages:
                if each not in step.choices.values():
                    what = f"nobody can choose {each}, which is among languages"
                    yield subject.warning(("steps", name, "choices"), what, "give it a key, or take it out")


def unequal(subject: Subject) -> Iterator[Fault]:
    """A prompt speaks the same values in every language."""
    told: set[str] = set()
    for at, prompt in spoken(subject):
        if prompt in told:
            continue
        told.add(prompt)
        names = {
            each: {slot.name for slot in subject.wording.slots(each, prompt)}
            for each in subject.languages
            if subject.wording.of(each, prompt)
        }
        every = set().union(*names.values())
        for language, found in names.items():
            for name in sorted(every - found):
                what = f"prompt {prompt} does not speak {name} in {language}, as it does in other languages"
                yield subject.warning(at, what, f"add it in prompts/{language}.yaml")
