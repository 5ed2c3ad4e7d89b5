"""Modules: pieces of menu that several menu sets include. Loading puts their steps into the set that includes them.

A module's step `ask` included by the step `identify` becomes `identify/ask`; its `{exit: done}` becomes the way that
`identify` gives for `done`. So everything after loading sees plain steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field

from base import document
from base.document import Part, suggest
from ivr.branch import Branch
from ivr.steps import AnyStep, IncludeStep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from base.document import Document, Fault
    from ivr.steps.step import Location

_FLATTEN = "let modules lead on by exits instead of including each other"
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
BETWEEN = "/"
"""Stands between an including step's name and a module's step's."""
MOST_STEPS = 20_000
"""Steps that a menu set may have with those of its modules: modules that include others twice double each time."""
DEEPEST = 8
"""How many modules may stand within each other."""


class ModuleFile(Part):
    """A file of config/menus/modules/."""

    schema_: Literal["module/1"] = Field(alias="schema")
    module: Name
    exits: tuple[Name, ...] = ()
    """Its ends: whoever includes it says where each leads."""
    start: str = "start"
    steps: dict[Name, AnyStep] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Module:
    """A module with the file that it stands in."""

    file: ModuleFile
    source: Document


@dataclass(frozen=True, slots=True)
class Expanded:
    """The steps of a menu set with those of its modules among them."""

    steps: Mapping[str, AnyStep]
    sources: Mapping[str, Document]
    """By the name of the including step: where the steps behind it are written."""


def load_modules(
    folder: Path, faults: list[Fault], check: Callable[[Document], list[Fault]]
) -> dict[str, Module]:
    """All modules of a folder; `check` finds what can be said before the models are tried."""
    modules = {}
    for path in sorted(folder.glob("*.yaml")):
        source = document.read(path)
        found = check(source)
        file = document.parse(ModuleFile, source, found) if not found else None
        faults.extend(found or source.faults)
        if file is None:
            continue
        if file.module != path.stem:
            what, mend = f"module {file.module} in {path.name}", f"name the file {file.module}.yaml"
            faults.append(source.fault(("module",), what, mend))
        elif file.start not in file.steps:
            what = f"there is no step {file.start} to begin with"
            faults.append(source.fault(("start",), what, suggest(file.start, file.steps)))
        else:
            modules[path.stem] = Module(file, source)
    return modules


def expand(
    steps: Mapping[str, AnyStep], source: Document, modules: Mapping[str, Module], faults: list[Fault]
) -> Expanded:
    """Put the modules' steps among the others; faults of the inclusion are appended."""
    put: dict[str, AnyStep] = {}
    sources: dict[str, Document] = {}
    _put(put, sources, steps, "", source, modules, faults, within=())
    return Expanded(put, sources)


def _put(
    put: dict[str, AnyStep],
    sources: dict[str, Document],
    steps: Mapping[str, AnyStep],
    prefix: str,
    source: Document,
    modules: Mapping[str, Module],
    faults: list[Fault],
    *,
    within: tuple[str, ...],
) -> None:
    for name, step in steps.items():
        whole = prefix + name
        put[whole] = step
        if not isinstance(step, IncludeStep):
            continue
        inner = prefix + name + BETWEEN
        found = list(_faults(name, step, modules, within)) or list(_too_much(put, step, modules, within))
        faults.extend(source.fault(("steps", name, *at), what, mend) for at, what, mend in found)
        module = modules.get(step.module)
        if found or module is None:
            continue
        put[whole] = step.model_copy(update={"begin": inner + module.file.start})
        sources[whole] = module.source
        placed = {each: _placed(it, _leading(inner, step.exits_)) for each, it in module.file.steps.items()}
        _put(put, sources, placed, inner, module.source, modules, faults, within=(*within, step.module))


def _faults(
    name: str, step: IncludeStep, modules: Mapping[str, Module], within: tuple[str, ...]
) -> Iterator[tuple[Location, str, str]]:
    module = modules.get(step.module)
    if module is None:
        yield ("module",), f"there is no module {step.module}", suggest(step.module, modules)
        return
    if step.module in within:
        around = " -> ".join((*within, step.module))
        yield ("module",), f"modules include each other in a circle: {around}", "let one of them lead on"
    for end in module.file.exits:
        if end not in step.exits_:
            yield ("module",), f"{name} has no way for the end {end} of {step.module}", f"add {end}: to exits"
    for end in step.exits_:
        if end not in module.file.exits:
            yield ("exits", end), f"{step.module} never ends by {end}", suggest(end, module.file.exits)


def _too_much(
    put: Mapping[str, AnyStep], step: IncludeStep, modules: Mapping[str, Module], within: tuple[str, ...]
) -> Iterator[tuple[Location, str, str]]:
    """Said once, where it becomes too much: what is included there stays out."""
    if len(within) >= DEEPEST:
        around = " -> ".join((*within, step.module))
        yield ("module",), f"more than {DEEPEST} modules stand within each other: {around}", _FLATTEN
    elif len(put) + len(modules[step.module].file.steps) > MOST_STEPS:
        yield ("module",), f"with its modules this menu set has more than {MOST_STEPS} steps", _FLATTEN


def _leading(inner: str, exits: Mapping[str, Branch]) -> Callable[[Branch], Branch]:
    """How a module's branch reads in the set that includes it."""

    def lead(branch: Branch) -> Branch:
        if branch.goto is not None:
            return branch.model_copy(update={"goto": inner + branch.goto})
        out = exits.get(branch.exit) if branch.exit is not None else None
        # An end that the module does not declare stays, and is found by the rules.
        return out.model_copy(update={"say": (*branch.say, *out.say)}) if out is not None else branch

    return lead


def _placed(step: AnyStep, lead: Callable[[Branch], Branch]) -> AnyStep:
    """A step with all its branches leading from its new place."""
    placed: AnyStep = _mapped(step, lead)
    return placed


def _mapped(value: Any, lead: Callable[[Branch], Branch]) -> Any:
    if isinstance(value, Branch):
        led = lead(value)
        # What else a choice or a result says (retry, repeat) stays.
        kept = {name: getattr(value, name) for name in value.model_fields_set - Branch.model_fields.keys()}
        return type(value).model_construct(**dict(led), **kept) if type(led) is not type(value) else led
    if isinstance(value, BaseModel):
        fields = {name: getattr(value, name) for name in value.model_fields_set}
        return value.model_copy(update={name: _mapped(each, lead) for name, each in fields.items()})
    if isinstance(value, dict):
        return {key: _mapped(each, lead) for key, each in value.items()}
    if isinstance(value, tuple):
        return tuple(_mapped(each, lead) for each in value)
    return value
