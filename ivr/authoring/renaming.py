"""Steps that only got another name: known by what they are, wherever they lead."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ivr.authoring.words import is_branch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def renamings(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """Old name -> new name of steps that are gone under the one and there under the other, with the same content."""
    gone = {name: before[name] for name in before if name not in after}
    came = {name: after[name] for name in after if name not in before}
    found: dict[str, str] = {}
    # Where a step leads may have been renamed, too: first by all but that, then by all, until nothing more is found.
    for shape in (_shape, None):
        old, new = _by(gone, found, shape), _by(came, {}, shape)
        for content, names in old.items():
            others = new.get(content, [])
            if len(names) == len(others) == 1 and names[0] not in found and others[0] not in found.values():
                found[names[0]] = others[0]
    return found


def renamed(menus: Any, names: Mapping[str, str]) -> Any:
    """The rules of a menu set with steps under their new names, wherever they are named."""
    if not names:
        return menus
    changed = _led(menus, lambda goto: names.get(goto, goto))
    changed["steps"] = {names.get(name, name): step for name, step in changed["steps"].items()}
    changed["start"] = names.get(changed["start"], changed["start"])
    return changed


def _by(steps: Mapping[str, Any], names: Mapping[str, str], shape: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, step in steps.items():
        same = shape(step) if shape is not None else _led(step, lambda goto: names.get(goto, goto))
        found[json.dumps(same, sort_keys=True)].append(name)
    return found


def _shape(step: Any) -> Any:
    return _led(step, lambda goto: "")


def _led(value: Any, lead: Callable[[str], str]) -> Any:
    """A value with all its branches to steps, and its way into a module, leading elsewhere."""
    if isinstance(value, list):
        return [_led(each, lead) for each in value]
    if not isinstance(value, dict):
        return value
    inside = {key: _led(each, lead) for key, each in value.items()}
    if is_branch(value) and value.get("goto"):
        inside["goto"] = lead(value["goto"])
    if value.get("type") == "include" and isinstance(value.get("begin"), str):
        inside["begin"] = lead(value["begin"])
    return inside
