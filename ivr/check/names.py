"""Names: of the file, its first step, its languages, and of all that branches and steps refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import suggest
from ivr.phrases import LANGUAGES
from ivr.steps import BranchStep, CallbackStep, LanguageStep, SetStep

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from base.document import Fault
    from ivr.check.subject import Subject
    from ivr.steps.step import Location


def names(subject: Subject) -> Iterator[Fault]:
    """The file is named for its set, begins somewhere, and speaks languages that have prompts."""
    file = subject.file
    if subject.source.path.stem != file.menu_set:
        yield subject.fault(
            ("menu_set",),
            f"menu_set {file.menu_set} in {subject.source.path.name}",
            f"name the file {file.menu_set}.yaml",
        )
    if file.start not in file.steps:
        yield subject.fault(
            ("start",), f"there is no step {file.start} to begin with", suggest(file.start, file.steps)
        )
    for at, language in enumerate(file.languages):
        if language not in LANGUAGES:
            yield subject.fault(
                ("languages", at), f"language {language} is not known", suggest(language, LANGUAGES)
            )
    for place, language in _chosen(subject):
        if language not in file.languages:
            yield subject.fault(
                place, f"language {language} is not among languages", suggest(language, file.languages)
            )


def _chosen(subject: Subject) -> Iterator[tuple[Location, str]]:
    for name, step in subject.steps.items():
        if isinstance(step, LanguageStep):
            yield from ((("steps", name, "choices", key), each) for key, each in step.choices.items())
        elif isinstance(step, SetStep) and step.language is not None:
            yield ("steps", name, "language"), step.language


def targets(subject: Subject) -> Iterator[Fault]:
    """Each branch leads somewhere that exists, and asks for skills that exist."""
    known = subject.known
    for at, branch in subject.branches():
        for key, names_, kind in (
            ("goto", subject.file.steps, "step"),
            ("queue", known.queues, "queue"),
            ("menu", known.menus, "menu set"),
            ("agent", known.agents, "agent"),
        ):
            target = getattr(branch, key)
            if target is not None:
                yield from _missing(subject, (*at, key), kind, target, names_)
        for skill in branch.requires:
            yield from _missing(subject, (*at, "requires", skill), "skill", skill, known.skills)
        if branch.exit is not None and subject.is_in_module(at):
            what = f"{branch.exit} is no end that the module declares"
            yield subject.fault((*at, "exit"), what, "add it to exits: of the module")
        elif branch.exit is not None:
            yield subject.fault((*at, "exit"), "exit: ends a module, and this is none", "write goto:")


def referred(subject: Subject) -> Iterator[Fault]:
    """Hours, queues and skills that steps look at exist."""
    known = subject.known
    for name, step in subject.steps.items():
        place = ("steps", name)
        if isinstance(step, BranchStep):
            hours = step.hours
            if hours is not None and known.hours is not None and hours not in known.hours:
                mend = suggest(hours, known.hours) or "write them in hours.yaml"
                yield subject.fault((*place, "hours"), f"no hours are called {hours}", mend)
        queue = getattr(step, "queue", None)
        if isinstance(step, BranchStep | CallbackStep) and queue is not None:
            yield from _missing(subject, (*place, "queue"), "queue", queue, known.queues)
        if isinstance(step, SetStep):
            for skill in step.requires:
                yield from _missing(subject, (*place, "requires", skill), "skill", skill, known.skills)


def _missing(
    subject: Subject, at: Location, kind: str, name: str, known: Collection[str] | None
) -> Iterator[Fault]:
    if known is not None and name not in known:
        yield subject.fault(at, f"there is no {kind} {name}", suggest(name, known))
