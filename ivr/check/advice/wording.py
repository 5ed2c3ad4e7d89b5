"""Advice on words: the meaning before the key, the keys that there are, and not too many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.branch import id_of
from ivr.check.advice.options import main_menus
from ivr.check.advice.spoken import MANNERS, keys_told, tells_number_first
from ivr.check.prompts import spoken
from ivr.steps import LanguageStep, MenuStep
from media.catalogue import Slot
from media.voice import estimated_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from base.document import Fault
    from ivr.branch import PromptIds
    from ivr.check.graph import Graph
    from ivr.check.subject import Subject
    from ivr.steps.step import Location

LONGEST_MENU = 30.0
SLOT_SECONDS = 2.0


def number_first(subject: Subject) -> Iterator[Fault]:
    """`To pay, press one`, not `Press one to pay`."""
    for at, prompt in spoken(subject):
        for language in subject.languages:
            text = text_of(subject, language, prompt)
            if text is not None and tells_number_first(text, language):
                what = f"prompt {prompt} tells the key before what it is for, in {language}"
                yield subject.warning(at, what, "say what it is for, then the key")


def mismatched(subject: Subject) -> Iterator[Fault]:
    """A menu tells all its keys and no others."""
    for name, step in subject.steps.items():
        place = ("steps", name)
        if isinstance(step, MenuStep):
            for language in subject.languages:
                told = told_keys(subject, language, step.prompt)
                if told is not None:
                    yield from _compared(subject, place, "prompt", language, told, set(step.choices))
                retold = told_keys(subject, language, step.reprompt or ())
                if retold is not None:
                    yield from _compared(
                        subject, place, "reprompt", language, retold, set(step.choices), untold=False
                    )
        elif isinstance(step, LanguageStep):
            for language in subject.languages:
                own = {key for key, each in step.choices.items() if each == language}
                told = told_keys(subject, language, step.prompt)
                if told is not None and own:
                    yield from _compared(subject, place, "prompt", language, told, own)


def _compared(
    subject: Subject,
    place: Location,
    key: str,
    language: str,
    told: set[str],
    choices: set[str],
    *,
    untold: bool = True,
) -> Iterator[Fault]:
    at = (*place, key)
    for each in sorted(told - choices):
        yield subject.warning(at, f"{each} is told in {language} and is no choice", "mend one of them")
    if untold and not told:
        yield subject.warning(at, f"no key is told in {language}", "tell callers which key does what")
        return
    for each in sorted(choices - told) if untold else ():
        yield subject.warning(
            (*place, "choices", each), f"{each} is never told in {language}", "tell it in the prompt"
        )


def told_keys(graph: Graph, language: str, prompts: PromptIds) -> set[str] | None:
    """The keys that prompts tell; None where sounds or a language that is not known here say nothing of them."""
    if language not in MANNERS:
        return None
    texts = [text_of(graph, language, id_of(prompt)) for prompt in prompts]
    return None if None in texts else {key for text in texts for key in keys_told(text or "", language)}


def long_winded(subject: Subject) -> Iterator[Fault]:
    """The first menu is over in half a minute."""
    for name in main_menus(subject):
        step = subject.steps[name]
        if not isinstance(step, MenuStep):
            continue
        for language in subject.languages:
            seconds = sum(_seconds(subject, language, id_of(prompt)) for prompt in step.prompt)
            if seconds > LONGEST_MENU:
                what = f"{name} takes about {seconds:.0f} s to say in {language}"
                mend = f"say it in {LONGEST_MENU:.0f} s: fewer options, or fewer words"
                yield subject.warning(("steps", name, "prompt"), what, mend)


def _seconds(subject: Subject, language: str, prompt: str) -> float:
    """About how long a prompt is."""
    slots = sum(isinstance(part, Slot) for part in subject.wording.of(language, prompt))
    texts = filter(None, _texts(subject, language, prompt))
    return sum(estimated_seconds(text, language) for text in texts) + SLOT_SECONDS * slots


def text_of(graph: Graph, language: str, prompt: str) -> str | None:
    """The text of a prompt, its slots left out; None where it has none, or a piece of it is a sound."""
    texts = list(_texts(graph, language, prompt))
    return None if None in texts or not texts else " ".join(filter(None, texts))


def _texts(graph: Graph, language: str, prompt: str) -> Iterator[str | None]:
    for part in graph.wording.of(language, prompt):
        if not isinstance(part, Slot):
            sound = graph.wording.sound(language, part)
            yield sound if isinstance(sound, str) else None
