"""What happened in a call through menus, entry by entry, for people and for programs to read.

Keys typed in secure forms are dots; a back end's question shows the names of its fields only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

DOT = "●"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing at a time of the call."""

    at: float
    """Seconds since the call came to the menus."""


@dataclass(frozen=True, slots=True)
class StepEntered(Entry):
    """The caller came to a step."""

    step: str


@dataclass(frozen=True, slots=True)
class Said(Entry):
    """The caller was told something."""

    prompts: tuple[str, ...]
    text: str
    language: str
    segments: tuple[str, ...]
    seconds: float
    """How long it lasts when nothing cuts it."""
    loop: bool = False


@dataclass(frozen=True, slots=True)
class Hushed(Entry):
    """What was being said was cut."""


@dataclass(frozen=True, slots=True)
class Pressed(Entry):
    """The caller pressed keys."""

    keys: str


@dataclass(frozen=True, slots=True)
class Silent(Entry):
    """The caller said nothing when asked."""

    count: int


@dataclass(frozen=True, slots=True)
class Refused(Entry):
    """What the caller typed was none of what could be."""

    count: int


@dataclass(frozen=True, slots=True)
class Chosen(Entry):
    """A key was understood."""

    meaning: str


@dataclass(frozen=True, slots=True)
class FieldTyped(Entry):
    """A field of a form was typed."""

    field: str
    length: int
    reason: str = ""
    """Why it was refused; empty when it was taken."""


@dataclass(frozen=True, slots=True)
class WayTaken(Entry):
    """A step chose a way without asking."""

    way: str
    why: str


@dataclass(frozen=True, slots=True)
class BackEndAsked(Entry):
    """The client company's system was asked."""

    action: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BackEndAnswered(Entry):
    """Its answer, or what its silence means."""

    action: str
    result: str


@dataclass(frozen=True, slots=True)
class LanguageSet(Entry):
    """The language from here on."""

    language: str


@dataclass(frozen=True, slots=True)
class AttributeSet(Entry):
    """Something is known of the contact from here on."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SecureBegan(Entry):
    """Card data follows: nothing is recorded, nobody listens."""


@dataclass(frozen=True, slots=True)
class SecureEnded(Entry):
    """Card data is over."""


@dataclass(frozen=True, slots=True)
class Noted(Entry):
    """Anything else that changes the call."""

    what: str


@dataclass(frozen=True, slots=True)
class Left(Entry):
    """The menus are done."""

    outcome: str


def told(entry: Entry) -> str:
    """An entry in words."""
    match entry:
        case StepEntered(step=step):
            return f"step {step}"
        case Said(text=text, loop=loop):
            return f'says "{text}"' + (", over and over" if loop else "")
        case Hushed():
            return "falls silent"
        case Pressed(keys=keys):
            return f"keys {keys}"
        case Silent(count=count):
            return f"no answer ({count})"
        case Refused(count=count):
            return f"not understood ({count})"
        case Chosen(meaning=meaning):
            return f"chosen: {meaning}" if meaning else "chosen"
        case FieldTyped(field=field, length=length, reason=reason):
            return f"field {field}, {length} keys: " + (f"refused ({reason})" if reason else "taken")
        case WayTaken(way=way, why=why):
            return f"goes to {way} ({why})"
        case BackEndAsked(action=action, fields=names):
            return f"asks {action} ({', '.join(names)})" if names else f"asks {action}"
        case BackEndAnswered(action=action, result=result):
            return f"{action}: {result}"
        case LanguageSet(language=language):
            return f"language {language}"
        case AttributeSet(name=name, value=value):
            return f"{name} = {value}"
        case SecureBegan():
            return "secure entry begins: not recorded, nobody listens"
        case SecureEnded():
            return "secure entry ends"
        case Noted(what=words) | Left(outcome=words):
            return words
        case _:
            return ""


def clock(seconds: float) -> str:
    """A time of the call: 0:07.5."""
    minutes, rest = divmod(round(seconds * 10), 600)
    return f"{minutes}:{rest / 10:04.1f}"


def lines(entries: Iterable[Entry]) -> list[str]:
    """A transcript as plain lines; keys pressed one after the other stand together."""
    return [f"{clock(each.at):>7}  {told(each)}" for each in merged(entries)]


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """Keys that nothing came between as one entry."""
    found: list[Entry] = []
    for each in entries:
        last = found[-1] if found else None
        if isinstance(each, Pressed) and isinstance(last, Pressed):
            found[-1] = Pressed(last.at, last.keys + each.keys)
        else:
            found.append(each)
    return found


def as_json(entry: Entry) -> dict[str, Any]:
    """An entry for programs: its kind, its time, and its values."""
    kind = re.sub(r"(?<!^)(?=[A-Z])", "_", type(entry).__name__).lower()
    values = {each.name: getattr(entry, each.name) for each in fields(entry) if each.name != "segments"}
    return {"kind": kind, **values, "at": round(entry.at, 3)}
