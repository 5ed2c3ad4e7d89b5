"""`diff`: what changed from one version of a menu set to another, in words for people who are no programmers.

Every value that differs is told: what has no sentence of its own is told as `step: value: old -> new`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ivr.authoring.renaming import renamed, renamings
from ivr.authoring.words import is_branch, led, plain, spoken, way
from ivr.content import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Content = dict[str, Any]
_HEADINGS = {
    "start": "the first step",
    "person": "a person by 0",
    "languages": "the languages",
    "schema_": "the schema",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different."""

    where: str
    """`step main`, `prompt banco_main`, `defaults`, `menu set`."""
    what: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.where}: {self.what}"


def diff(before: str, after: str) -> list[Change]:
    """What changed from one content to another; nothing for the same content."""
    old, new = json.loads(before), json.loads(after)
    names = renamings(old["menus"]["steps"], new["menus"]["steps"])
    old["menus"] = renamed(old["menus"], names)
    return [*_rules(old["menus"], new["menus"], names), *_words(old, new)]


def _rules(old: Content, new: Content, names: Mapping[str, str]) -> Iterator[Change]:
    for key in sorted((old.keys() | new.keys()) - {"steps", "defaults"}):
        if old.get(key) != new.get(key):
            heading = _HEADINGS.get(key, key)
            yield Change("menu set", f"{heading}: {_was_is(key, old.get(key), new.get(key))}")
    yield from _values("defaults", (), old["defaults"], new["defaults"])
    before, after = old["steps"], new["steps"]
    for old_name, new_name in names.items():
        yield Change(f"step {new_name}", f"was called {old_name}")
    for name in sorted(before.keys() - after.keys()):
        yield Change(f"step {name}", f"is gone (a {before[name]['type']})")
    for name, step in after.items():
        if name not in before:
            yield Change(f"step {name}", f"is new: {_new_step(step)}")
        elif before[name]["type"] != step["type"]:
            was = before[name]["type"]
            yield Change(f"step {name}", f"is now a {step['type']} (was: a {was}): {_new_step(step)}")
        else:
            yield from _values(f"step {name}", (), before[name], step)


def _new_step(step: Content) -> str:
    told = [
        f"{_named(path)} {plain(path[-1], value)}" for path, value in _leaves(step, ()) if path != ("type",)
    ]
    return "; ".join([f"a {step['type']}", *told])


_Path = tuple[str, ...]


def _leaves(value: Any, path: _Path) -> Iterator[tuple[_Path, Any]]:
    """What can be told in one breath: branches whole, lists of plain values whole."""
    if isinstance(value, dict) and value and not is_branch(value) and not _is_guarded(value):
        for key, each in value.items():
            yield from _leaves(each, (*path, key))
    elif isinstance(value, list) and any(_has_parts(each) for each in value):
        for key, each in _keyed(value).items():
            yield from _leaves(each, (*path, key))
    elif value not in ([], {}, False):
        yield path, value


def _is_guarded(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"say", "bargein"}


def _has_parts(value: Any) -> bool:
    return isinstance(value, dict) and not _is_guarded(value)


def _keyed(parts: list[Any]) -> dict[str, Any]:
    """A list as keys with values: by the names of its parts where they have some, else by their places."""
    names = [each.get("name") if isinstance(each, dict) else None for each in parts]
    if None in names or len(set(names)) < len(names):
        return {str(at): each for at, each in enumerate(parts, start=1)}
    return {str(name): each for name, each in zip(names, parts, strict=True)}


def _values(where: str, path: _Path, old: Any, new: Any) -> Iterator[Change]:
    """What differs between two values at one place."""
    if old == new:
        return
    if _is_whole(old) or _is_whole(new):
        yield Change(where, _told(path, old, new))
    elif isinstance(old, list):
        before, after = _keyed(old), _keyed(new)
        yield from _values(where, path, before, after)
        if [each for each in before if each in after] != [each for each in after if each in before]:
            yield Change(
                where, f"{_named(path)} in another order: {', '.join(after)} (was: {', '.join(before)})"
            )
    else:
        for key in [*old, *(each for each in new if each not in old)]:
            yield from _values(where, (*path, key), old.get(key), new.get(key))


def _is_whole(value: Any) -> bool:
    """Whether a value is told as one thing."""
    if isinstance(value, list):
        return not any(_has_parts(each) for each in value)
    return not isinstance(value, dict) or is_branch(value) or _is_guarded(value)


def _told(path: _Path, old: Any, new: Any) -> str:
    key = path[-1]
    subject = _subject(path)
    if is_branch(new) and is_branch(old) and way(old) != way(new):
        return f"{subject} now leads to {led(new)} (was: {led(old)})"
    if is_branch(new) and is_branch(old):
        return f"{subject} leads to {led(new)} (was: {led(old)})"
    if is_branch(new):
        return f"{subject} is new and leads to {led(new)}" + (
            "" if old is None else f" (was: {_part(key, old)})"
        )
    if is_branch(old) and new is None:
        return f"{subject} is gone (led to {led(old)})"
    return f"{subject}: {_was_is(key, old, new)}"


def _was_is(key: str, old: Any, new: Any) -> str:
    return f"{_part(key, old)} -> {_part(key, new)}"


def _part(key: str, value: Any) -> str:
    if isinstance(value, (dict, list)) and value and not _is_whole(value):
        return "; ".join(f"{_named(path)} {plain(path[-1], each)}" for path, each in _leaves(value, (key,)))
    return plain(key, value)


def _subject(path: _Path) -> str:
    """`key 3`, `the result declined`, `timeout of the field card`."""
    match path:
        case ("choices", key):
            return f"key {key}"
        case ("results", result):
            return f"the result {result}"
        case ("fields", field):
            return f"the field {field}"
        case ("fields", field, *inner):
            return f"{_named(tuple(inner))} of the field {field}"
        case _:
            return _named(path)


def _named(path: _Path) -> str:
    return " ".join(each.rstrip("_") for each in path)


def _words(old: Content, new: Content) -> Iterator[Change]:
    """Prompts: which are new, which are no longer said, whose words or recordings changed."""
    languages = list(dict.fromkeys([*old["words"], *new["words"]]))
    named = {
        each: None
        for language in languages
        for side in (old, new)
        for each in side["words"].get(language, ())
    }
    for prompt in named:
        before = {each for each in languages if prompt in old["words"].get(each, ())}
        after = {each for each in languages if prompt in new["words"].get(each, ())}
        if not before or not after:
            side, told = (new, "is said now") if after else (old, "is not said any more")
            texts = [f'{each} "{spoken(side, each, prompt)}"' for each in languages if each in before | after]
            yield Change(f"prompt {prompt}", f"{told}: {', '.join(texts)}")
            continue
        for language in languages:
            yield from _wording(
                f"prompt {prompt} ({language})",
                old["words"].get(language, {}).get(prompt),
                new["words"].get(language, {}).get(prompt),
            )


def _wording(where: str, old: list[Content] | None, new: list[Content] | None) -> Iterator[Change]:
    if old == new:
        return
    if old is None or new is None:
        yield Change(where, f'is said now: "{text_of(new)}"' if new is not None else "is not said any more")
        return
    if text_of(old) != text_of(new):
        yield Change(where, f'words changed: "{text_of(old)}" -> "{text_of(new)}"')
    had, has = _recordings(old), _recordings(new)
    if had != has:
        told = (
            "spoken by the voice again"
            if not any(has)
            else "recorded anew"
            if any(had)
            else "now a recording"
        )
        marks = f"{', '.join(filter(None, had)) or 'none'} -> {', '.join(filter(None, has)) or 'none'}"
        yield Change(where, f"{told} (recording {marks})")
    if text_of(old) == text_of(new) and had == has:
        yield Change(where, f"sounds changed: {_bare(old)} -> {_bare(new)}")


def _recordings(pieces: list[Content]) -> list[str]:
    return [str(each.get("recording", ""))[:12] for each in pieces]


def _bare(pieces: list[Content]) -> str:
    return json.dumps(pieces, ensure_ascii=False, sort_keys=True)
