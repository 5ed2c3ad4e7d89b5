"""What the rules look at: one menu file with its modules, the words it may say, and what stands in other files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.check.graph import leads
from ivr.modules import BETWEEN
from ivr.phrases import LANGUAGES
from ivr.steps.step import AskingStep

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from base.document import Document, Fault
    from ivr.branch import Branch
    from ivr.compiled import CompiledMenus
    from ivr.model import MenuFile
    from ivr.steps.step import Exit, Location, StepPart
    from media.catalogue import Catalogue

LIMITS = ("on_max_timeouts", "on_max_failures")


@dataclass(frozen=True, slots=True)
class Known:
    """Names of what stands in other files; None where they are not known, and so not asked."""

    queues: Collection[str] | None = None
    menus: Collection[str] | None = None
    agents: Collection[str] | None = None
    hours: Collection[str] | None = None
    skills: Collection[str] | None = None
    entered: Collection[tuple[str, str]] = ()
    """(menu set, step) at which callers come in from elsewhere, besides the first."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A file under check, with what it may refer to."""

    file: MenuFile
    source: Document
    wording: Catalogue
    known: Known
    sources: Mapping[str, Document]
    """By including step: the file of the module whose steps stand behind it."""
    live: CompiledMenus | None = None
    """The version that callers get now, if there is one."""

    @property
    def start(self) -> str:
        """The first step."""
        return self.file.start

    @property
    def steps(self) -> Mapping[str, StepPart]:
        """All steps by name, those of modules among them."""
        return self.file.steps

    @property
    def languages(self) -> list[str]:
        """The declared languages that can be spoken at all."""
        return [each for each in self.file.languages if each in LANGUAGES]

    def fault(self, at: Location, what: str, mend: str = "") -> Fault:
        """An error at a place of this file, or of the module's that it stands in."""
        source, place = self._place(at)
        return source.fault(place, what, mend)

    def warning(self, at: Location, what: str, mend: str = "") -> Fault:
        """Advice at a place of this file, or of the module's that it stands in."""
        source, place = self._place(at)
        return source.warning(place, what, mend)

    def _place(self, at: Location) -> tuple[Document, Location]:
        scope, _, own = str(at[1]).rpartition(BETWEEN) if len(at) > 1 else ("", "", "")
        if scope in self.sources:
            return self.sources[scope], ("steps", own, *at[2:])
        return self.source, at

    def is_in_module(self, at: Location) -> bool:
        """Whether a place stands in a module."""
        return len(at) > 1 and BETWEEN in str(at[1])

    def branches(self) -> Iterator[tuple[Location, Branch]]:
        """Every branch that is written, once, with its place."""
        for limit in LIMITS:
            branch = getattr(self.file.defaults, limit)
            if branch is not None:
                yield ("defaults", limit), branch
        for name, step in self.steps.items():
            yield from ((("steps", name, *at), branch) for at, branch in step.exits())

    def ways(self, name: str) -> Iterator[Exit]:
        """Every way out of a step, those that `defaults` gives it among them."""
        step = self.steps[name]
        yield from step.exits()
        if isinstance(step, AskingStep):
            for limit in LIMITS:
                yield from self._default(step, limit)

    def silent_ways(self, name: str) -> Iterator[Branch]:
        """Where a step leads a caller who does nothing."""
        step = self.steps[name]
        yield from step.silent_exits()
        if isinstance(step, AskingStep):
            yield from (branch for _, branch in self._default(step, "on_max_timeouts"))

    def helpless_ways(self, name: str) -> Iterator[Branch]:
        """Where a step may lead a caller who does nothing or types nothing right."""
        step = self.steps[name]
        yield from step.helpless_exits()
        if isinstance(step, AskingStep):
            yield from (branch for limit in LIMITS for _, branch in self._default(step, limit))

    def _default(self, step: AskingStep, limit: str) -> Iterator[Exit]:
        branch = getattr(self.file.defaults, limit)
        if branch is not None and getattr(step, limit) is None:
            yield (limit,), branch

    def reached(self) -> list[str]:
        """The steps that can be reached from the first, or from outside, the nearest first."""
        seen = [self.file.start] if self.file.start in self.steps else []
        doors = (step for menu, step in sorted(self.known.entered) if menu == self.file.menu_set)
        seen += [step for step in doors if seen and step in self.steps and step not in seen]
        for name in seen:
            for each in leads(self, (branch for _, branch in self.ways(name))):
                if each not in seen:
                    seen.append(each)
        return seen
