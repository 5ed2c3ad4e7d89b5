"""Load config/menus/*.yaml: read, check against the models and the rules, compile."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from base import document
from base.document import Document, Fault, errors, suggest
from ivr.check import Known, check
from ivr.compiled import CompiledMenus, compile_menus
from ivr.fields import FIELD_TYPES
from ivr.model import MenuFile
from ivr.modules import BETWEEN, Module, expand, load_modules
from ivr.steps import STEP_TYPES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from media.catalogue import Catalogue


def load_menus(
    folder: Path,
    wording: Catalogue,
    faults: list[Fault],
    *,
    queues: Collection[str] | None,
    others: Known = Known(),  # noqa: B008 - frozen
    live: Mapping[str, CompiledMenus] = MappingProxyType({}),
) -> dict[str, CompiledMenus]:
    """Every menu set of a folder by name; a file with errors is left out. Errors and warnings are appended.

    `others` names what else menus refer to; `live` has the versions that callers get now.
    """
    paths = sorted(folder.glob("*.yaml"))
    menus = {path.stem for path in paths}
    modules = load_modules(folder / "modules", faults, lambda source: list(_types(source)))
    loaded = [
        load_menu(
            path,
            wording,
            faults,
            queues=queues,
            menus=menus,
            others=others,
            modules=modules,
            live=live.get(path.stem),
        )
        for path in paths
    ]
    return {each.name: each for each in loaded if each is not None}


def load_menu(
    path: Path,
    wording: Catalogue,
    faults: list[Fault],
    *,
    queues: Collection[str] | None,
    menus: Collection[str] = (),
    others: Known = Known(),  # noqa: B008 - frozen
    modules: Mapping[str, Module] = MappingProxyType({}),
    live: CompiledMenus | None = None,
) -> CompiledMenus | None:
    """One menu set, or None where there are errors; these and warnings are appended."""
    known = replace(others, queues=queues, menus=menus)
    found: list[Fault] = []
    source = document.read(path)
    found.extend(_types(source))
    file = document.parse(MenuFile, source, found) if not found else None
    if file is not None:
        found.extend(_slashes(file, source))
        expanded = expand(file.steps, source, modules, found)
        if not found:
            file = file.model_copy(update={"steps": expanded.steps})
            found.extend(check(file, source, wording, known, sources=expanded.sources, live=live))
    faults.extend(found or source.faults)
    return compile_menus(file, wording) if file is not None and not errors(found) else None


def _slashes(file: MenuFile, source: Document) -> Iterator[Fault]:
    for name in file.steps:
        if BETWEEN in name:
            what = f"{name} has a {BETWEEN}, which stands for steps of modules"
            yield source.fault(("steps", name), what, "name it with letters, digits and _")


def _types(source: Document) -> Iterator[Fault]:
    """Unknown step and field types, said before pydantic would list all that is missing of each."""
    for name, step in _mapping(_mapping(source.data).get("steps")).items():
        kind = _mapping(step).get("type")
        if kind not in STEP_TYPES:
            yield _unknown(source, ("steps", name, "type"), f"step {name}", kind, STEP_TYPES)
        fields = _mapping(step).get("fields")
        for at, field in enumerate(fields if isinstance(fields, list) else ()):
            kind = _mapping(field).get("type")
            if kind not in FIELD_TYPES:
                yield _unknown(
                    source, ("steps", name, "fields", at, "type"), f"a field of {name}", kind, FIELD_TYPES
                )


def _unknown(
    source: Document, at: tuple[str | int, ...], owner: str, kind: object, known: tuple[str, ...]
) -> Fault:
    if kind is None:
        return source.fault(at, f"{owner} has no type", "known: " + ", ".join(known))
    return source.fault(at, f"{owner}: type {kind} is not known", suggest(str(kind), known))


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
