"""A menu set ready to run: an immutable graph with its content hash. Calls in progress keep the one they began with."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from ivr.branch import id_of
from ivr.manners import WORDINGS, Manners, manners_of
from ivr.steps.step import AskingStep
from media.catalogue import Slot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from calls.destination import Destination
    from ivr.branch import Branch
    from ivr.model import MenuFile
    from ivr.steps import AnyStep
    from media.catalogue import Catalogue, Segment


@dataclass(frozen=True, slots=True)
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

    def segments(self, language: str, prompt: str) -> tuple[Segment, ...]:
        """The pieces of a prompt in a language."""
        return self.wording.of(language, prompt)

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
    return CompiledMenus(
        name=file.menu_set,
        languages=file.languages,
        start=file.start,
        version=content_hash(file, wording),
        steps=MappingProxyType(dict(file.steps)),
        manners=MappingProxyType(dict(_manners(file))),
        on_max_timeouts=MappingProxyType({name: each for name, each in timeouts.items() if each is not None}),
        on_max_failures=MappingProxyType({name: each for name, each in failures.items() if each is not None}),
        wording=wording,
    )


def content_hash(file: MenuFile, wording: Catalogue) -> str:
    """The same rules and the same words give the same hash, whatever the layout or the order of keys."""
    spoken = sorted(_prompts(file))
    words = {
        language: {each: _words(wording, language, each) for each in spoken} for language in file.languages
    }
    content = json.dumps(
        {"menus": file.model_dump(mode="json"), "words": words}, sort_keys=True, ensure_ascii=False
    )
    return hashlib.sha256(content.encode()).hexdigest()


def _prompts(file: MenuFile) -> set[str]:
    """The prompts a file can speak."""
    branches = [file.defaults.on_max_timeouts, file.defaults.on_max_failures]
    branches += [branch for step in file.steps.values() for _, branch in step.exits()]
    named = {prompt for branch in branches if branch is not None for prompt in map(id_of, branch.say)}
    named.update(prompt for step in file.steps.values() for _, prompt in step.says())
    return named.union(id_of(each) for name in WORDINGS for each in getattr(file.defaults, name) or ())


def _words(wording: Catalogue, language: str, prompt: str) -> list[str]:
    """The pieces of a prompt as text."""
    return [
        str(each if isinstance(each, Slot) else wording.sound(language, each))
        for each in wording.of(language, prompt)
    ]


def _manners(file: MenuFile) -> Iterator[tuple[str, Manners]]:
    for name, step in file.steps.items():
        for suffix, layers in step.layers():
            yield name + suffix, manners_of(layers, file.defaults)
