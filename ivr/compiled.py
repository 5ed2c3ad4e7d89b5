"""A menu set ready to run: an immutable graph with its content hash. Calls in progress keep the one they began with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.content import content_of, name_of, restored
from ivr.manners import Manners, manners_of, raised
from ivr.steps.step import AskingStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from calls.destination import Destination
    from ivr.branch import Branch
    from ivr.manners import Floor
    from ivr.model import MenuFile
    from ivr.steps import AnyStep
    from media.catalogue import Catalogue, Segment


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class CompiledMenus:
    """One menu set at one version."""

    name: str
    languages: tuple[str, ...]
    start: str
    version: str
    """SHA-256 of the rules and the wording, in hexadecimal."""
    steps: Mapping[str, AnyStep]
    manners: Mapping[str, Manners]
    """By step, and by step.field for the fields of a form."""
    on_max_timeouts: Mapping[str, Branch]
    on_max_failures: Mapping[str, Branch]
    wording: Catalogue
    file: MenuFile = field(repr=False)
    """The rules, as checked."""
    content: str = field(repr=False)
    """Rules and words as one text: see ivr/content.py."""

    def segments(self, language: str, prompt: str) -> tuple[Segment, ...]:
        """The pieces of a prompt in a language."""
        return self.wording.of(language, prompt)

    def raised(self, floor: Floor) -> CompiledMenus:
        """The same menus for callers who must not get less than this."""
        manners = {name: raised(each, floor) for name, each in self.manners.items()}
        return replace(self, manners=MappingProxyType(manners))

    def destinations(self) -> Iterator[Destination]:
        """Where callers can leave these menus to."""
        branches = [branch for step in self.steps.values() for _, branch in step.exits()]
        for branch in (*branches, *self.on_max_timeouts.values(), *self.on_max_failures.values()):
            destination = branch.destination()
            if destination is not None:
                yield destination


def compile_menus(file: MenuFile, wording: Catalogue) -> CompiledMenus:
    """Freeze a checked file; call only with one that `check` found no fault in."""
    asking = {name: each for name, each in file.steps.items() if isinstance(each, AskingStep)}
    defaults = file.defaults
    timeouts = {name: each.on_max_timeouts or defaults.on_max_timeouts for name, each in asking.items()}
    failures = {name: each.on_max_failures or defaults.on_max_failures for name, each in asking.items()}
    content = content_of(file, wording)
    return CompiledMenus(
        name=file.menu_set,
        languages=file.languages,
        start=file.start,
        version=name_of(content),
        steps=MappingProxyType(dict(file.steps)),
        manners=MappingProxyType(dict(_manners(file))),
        on_max_timeouts=MappingProxyType({name: each for name, each in timeouts.items() if each is not None}),
        on_max_failures=MappingProxyType({name: each for name, each in failures.items() if each is not None}),
        wording=wording,
        file=file,
        content=content,
    )


def compiled_again(content: str) -> CompiledMenus:
    """The menu set of a stored content. Raises ValueError for one that this program cannot read."""
    return compile_menus(*restored(content))


def _manners(file: MenuFile) -> Iterator[tuple[str, Manners]]:
    for name, step in file.steps.items():
        for suffix, layers in step.layers():
            yield name + suffix, manners_of(layers, file.defaults)
