"""What every step type offers: a model that the checker and the tools can ask; it makes the run that serves one call.

A step type is one file: its model derives from StepPart (or AskingStep, when it asks for keys) and overrides what
applies to it; its run derives from Run (or AskingRun, ivr/run.py). steps/__init__.py lists it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from base.document import Part
from ivr.branch import Branch, PromptIds, id_of
from ivr.manners import WORDINGS, Asking
from ivr.scene import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ivr.run import Run
    from ivr.scene import Scene

Location = tuple[str | int, ...]
Exit = tuple[Location, Branch]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of a step, at a place inside it."""

    at: Location
    what: str
    mend: str = ""


class StepPart(Part):
    """The keys of a step, and what may be asked of it."""

    def run(self, name: str, scene: Scene) -> Run:
        """Serve one call."""
        raise NotImplementedError

    def exits(self) -> Iterator[Exit]:
        """Every branch it can lead to, with its place."""
        return iter(())

    def silent_exits(self) -> Iterator[Branch]:
        """Where it leads a caller who does nothing."""
        return (branch for _, branch in self.exits())

    def helpless_exits(self) -> Iterator[Branch]:
        """Where it may lead a caller who does nothing or types nothing right."""
        return self.silent_exits()

    def says(self) -> Iterator[tuple[Location, str]]:
        """The prompts it speaks, but those of its branches."""
        return iter(())

    def layers(self) -> Iterator[tuple[str, tuple[Asking, ...]]]:
        """Each question it asks: a suffix to the step's name, and the layers of its manners, the inner later."""
        return iter(())

    def sets(self) -> Mapping[str, str]:
        """The attributes that it may make known, each with the kind of slot that speaks it (`text`: none does)."""
        return {}

    def sets_at(self, at: Location) -> Collection[str]:
        """The attributes that are surely known when it is left by the way that stands there."""
        return () if at[:1] in (("on_max_timeouts",), ("on_max_failures",), ("on_cancel",)) else self.sets()

    def reads(self) -> Iterator[tuple[Location, str]]:
        """The attributes that it compares or passes on."""
        return iter(())

    def faults(self) -> Iterator[Finding]:
        """What is wrong in it beyond its form, as far as the step alone can tell."""
        return iter(())


class AskingStep(StepPart, Asking):
    """A step that asks the caller for keys, and so has limits to their silence and their slips."""

    on_max_timeouts: Branch | None = None
    on_max_failures: Branch | None = None

    def exits(self) -> Iterator[Exit]:
        """The ways out at the limits."""
        for name in ("on_max_timeouts", "on_max_failures"):
            yield from optional(name, getattr(self, name))

    def silent_exits(self) -> Iterator[Branch]:
        """Silence leads to its limit."""
        if self.on_max_timeouts is not None:
            yield self.on_max_timeouts

    def helpless_exits(self) -> Iterator[Branch]:
        """Slips lead to theirs."""
        yield from self.silent_exits()
        if self.on_max_failures is not None:
            yield self.on_max_failures

    def says(self) -> Iterator[tuple[Location, str]]:
        """What is said after silence and slips."""
        for name in WORDINGS:
            yield from prompts_at(name, getattr(self, name))

    def layers(self) -> Iterator[tuple[str, tuple[Asking, ...]]]:
        """One question."""
        yield "", (self,)


def built_in(name: str, at: Location) -> Iterator[Finding]:
    """An attribute cannot have the name of one that every contact has."""
    if name in BUILT_IN:
        mend = "choose another name" + ("; a step set has language:" if name == "language" else "")
        yield Finding(at, f"{name} is known of every contact and cannot be set", mend)


def optional(name: str, branch: Branch | None) -> Iterator[Exit]:
    """An exit that may be left out."""
    if branch is not None:
        yield (name,), branch


def prompts_at(name: str, prompts: PromptIds | None) -> Iterator[tuple[Location, str]]:
    """The prompts of one key, for the checker."""
    for prompt in prompts or ():
        yield (name,), id_of(prompt)
