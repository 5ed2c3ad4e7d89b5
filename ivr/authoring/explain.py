"""`explain`: every value in force in a menu set, step by step, with where each comes from."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ivr.authoring.words import led, plain, spoken
from ivr.branch import Branch, Guarded, id_of
from ivr.manners import WORDINGS, Asking, Manners
from ivr.steps.step import AskingStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from base.document import Part
    from ivr.compiled import CompiledMenus
    from ivr.steps import AnyStep
    from ivr.steps.step import Location

OWN, OUTER, DEFAULTS, BUILT_IN = "own", "step", "defaults", "built-in"
"""Written at this place; at the step around it; in `defaults:`; nowhere, so the language's own value counts."""
_SETTINGS = tuple(each.name for each in dataclasses.fields(Manners))
_LIMITS = ("on_max_timeouts", "on_max_failures")


@dataclass(frozen=True, slots=True)
class Row:
    """One value in force."""

    step: str
    part: str
    """`timeout`, or `fields.card.timeout` inside a form."""
    value: str
    source: str
    words: str = ""
    """Where the value names prompts: what they say in the language asked for."""


def explain(menus: CompiledMenus, language: str, *, step: str | None = None) -> list[Row]:
    """Every value of every step, or of one, in the order of the file. Raises KeyError for an unknown step."""
    chosen = list(menus.steps) if step is None else [step]
    content = json.loads(menus.content)
    rows: list[Row] = []
    for name in chosen:
        for row in _step(menus, name, menus.steps[name]):
            prompts, found = row[3], ""
            if prompts:
                words = [spoken(content, language, each) or "" for each in prompts]
                found = " / ".join(filter(None, words))
            rows.append(Row(name, row[0], row[1], row[2], found))
    return rows


_Found = tuple[str, str, str, tuple[str, ...]]
"""Place, value, source, prompts."""


def _step(menus: CompiledMenus, name: str, step: AnyStep) -> Iterator[_Found]:
    says = {at for at, _ in step.says()} | {(*at, "say") for at, _ in step.exits()}
    yield "type", step.type, OWN, ()
    yield from _part(step, (), says)
    for suffix, layers in step.layers():
        inside = _inside(step, suffix)
        yield from _manners(menus, name + suffix, inside, layers)
    if isinstance(step, AskingStep):
        for limit in _LIMITS:
            branch = getattr(menus, limit).get(name)
            if branch is not None:
                source = OWN if getattr(step, limit) is not None else DEFAULTS
                yield limit, led(branch.model_dump()), source, tuple(map(id_of, branch.say))


def _inside(step: AnyStep, suffix: str) -> str:
    """The place of a question: `fields.order.` in a form, `card.` where a step has the field by itself."""
    field = suffix.removeprefix(".")
    if not field:
        return ""
    return f"{field}." if field in type(step).model_fields else f"fields.{field}."


def _manners(menus: CompiledMenus, question: str, inside: str, layers: Sequence[Asking]) -> Iterator[_Found]:
    manners, defaults = menus.manners[question], menus.file.defaults
    for key in _SETTINGS:
        value = getattr(manners, key)
        if getattr(layers[-1], key) is not None:
            source = OWN
        elif any(getattr(layer, key) is not None for layer in layers[:-1]):
            source = OUTER
        else:
            source = DEFAULTS if getattr(defaults, key) is not None else BUILT_IN
        prompts = tuple(map(id_of, value)) if key in WORDINGS else ()
        shown = plain(key, _dumped(value)) if value != "" else "none"
        yield inside + key, shown, source, prompts


def _part(part: Part, at: Location, says: set[Location], inside: str = "") -> Iterator[_Found]:
    """The values of a part that are not manners, which come from several places."""
    for name, field in type(part).model_fields.items():
        if (
            (name == "type" and not inside)
            or name in _LIMITS
            or (isinstance(part, Asking) and name in _SETTINGS)
        ):
            continue
        key = field.alias or name
        source = OWN if name in part.model_fields_set else BUILT_IN
        yield from _value(getattr(part, name), (*at, key), says, inside + key, source)


def _value(value: Any, at: Location, says: set[Location], place: str, source: str) -> Iterator[_Found]:
    if isinstance(value, Branch):
        yield place, led(value.model_dump()), source, tuple(map(id_of, value.say))
    elif hasattr(value, "model_fields_set"):
        yield from _part(value, at, says, f"{place}.")
    elif isinstance(value, tuple) and any(_has_parts(each) for each in value):
        for number, each in enumerate(value):
            named = getattr(each, "name", str(number + 1))
            yield from _value(each, (*at, number), says, f"{place}.{named}", source)
    elif hasattr(value, "items") and value:
        for key, each in value.items():
            yield from _value(each, (*at, key), says, f"{place}.{key}", source)
    elif value is not None or source == OWN:
        named = () if at not in says else (value,) if isinstance(value, str) else value
        yield place, plain(place.rpartition(".")[2], _dumped(value)), source, tuple(map(id_of, named))


def _has_parts(value: object) -> bool:
    return hasattr(value, "model_fields_set") and not isinstance(value, Guarded)


def _dumped(value: Any) -> Any:
    """Prompts that are heard whole as their file writes them."""
    if isinstance(value, tuple):
        return [_dumped(each) for each in value]
    return value.model_dump() if isinstance(value, Guarded) else value
