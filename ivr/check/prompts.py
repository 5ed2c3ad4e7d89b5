"""Prompts: there in every declared language, and speaking only what may be spoken, in the way it is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import suggest
from ivr.branch import id_of
from ivr.manners import WORDINGS
from ivr.scene import BUILT_IN
from ivr.steps.step import prompts_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from base.document import Fault
    from ivr.check.subject import Subject
    from ivr.steps.step import Location
    from media.catalogue import Slot

_FIGURES = ("digits", "number", "ordinal", "people", "minutes", "duration", "card", "letters", "phone")
SPOKEN_BY: Mapping[str, tuple[str, ...]] = {
    "digits": _FIGURES,
    "card": ("card", "digits"),
    "number": _FIGURES,
    "ordinal": ("ordinal", "number", "digits"),
    "people": ("people", "number", "digits"),
    "minutes": ("minutes", "number", "digits"),
    "duration": ("duration",),
    "letters": ("letters",),
    "phone": ("phone", "digits"),
    "money": ("money",),
    "date": ("date",),
    "time": ("time",),
    "text": (),
}
"""The kinds of slot that can speak an attribute of a kind."""


def prompts(subject: Subject) -> Iterator[Fault]:
    """Every prompt exists in every declared language, and speaks only what may be spoken."""
    wording, languages = subject.wording, subject.languages
    known = kinds(subject)
    for at, prompt in spoken(subject):
        absent = [each for each in languages if not wording.has(each, prompt)]
        if absent and not wording.unread:  # what stands in a file with faults of its own is not known
            near = suggest(prompt, wording.ids(languages[0]))
            if len(absent) < len(languages) or not near.startswith("did you mean"):
                near = "write it in " + ", ".join(f"prompts/{each}.yaml" for each in absent)
            yield subject.fault(at, f"prompt {prompt} has no words in {', '.join(absent)}", near)
        slots = sorted(
            {slot for each in languages for slot in wording.slots(each, prompt)},
            key=lambda slot: (slot.name, slot.kind),
        )
        for slot in slots:
            yield from _misspoken(subject, at, prompt, slot, known)


def _misspoken(
    subject: Subject, at: Location, prompt: str, slot: Slot, known: Mapping[str, set[str]]
) -> Iterator[Fault]:
    able = [kind for kind in known.get(slot.name, ()) if SPOKEN_BY.get(kind, (slot.kind,))]
    if not able:
        speakable = sorted(name for name, each in known.items() if each != {"text"})
        mend = "may be spoken here: " + (", ".join(speakable) or "nothing")
        yield subject.fault(at, f"prompt {prompt} speaks {slot.name}, which is secret or not known", mend)
    for kind in able:
        if slot.kind not in SPOKEN_BY.get(kind, (slot.kind,)):
            what = f"prompt {prompt} speaks {slot.name} as {slot.kind}, and it is {kind}"
            yield subject.fault(at, what, f"write {{{kind}:{slot.name}}}")


def spoken(subject: Subject) -> Iterator[tuple[Location, str]]:
    """Every prompt that may be said, with its place."""
    for name in WORDINGS:
        for at, prompt in prompts_at(name, getattr(subject.file.defaults, name)):
            yield ("defaults", *at), prompt
    for at, branch in subject.branches():
        yield from (((*at, "say"), id_of(prompt)) for prompt in branch.say)
    for name, step in subject.steps.items():
        yield from ((("steps", name, *at), prompt) for at, prompt in step.says())


def kinds(subject: Subject) -> dict[str, set[str]]:
    """All that may be known of a contact in these menus, with the kinds of slot that speak each."""
    found = {name: {kind} for name, kind in BUILT_IN.items()}
    for step in subject.steps.values():
        for name, kind in step.sets().items():
            found.setdefault(name, set()).add(kind)
    return found
