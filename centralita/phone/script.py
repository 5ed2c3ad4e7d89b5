"""What a phone is told to do: steps separated by semicolons or lines, e.g. `until answered; wait 2s; keys 1; hang up`.

Reading only; softphone carries the steps out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from base.durations import seconds
from base.errors import CentralitaError
from base.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

MOMENTS = ("answered", "ringing", "held", "resumed", "ended")
_KEYS = re.compile(r"[0-9*#A-D]+")
_STATUS = re.compile(r"[456][0-9][0-9]")


class BadScript(CentralitaError):
    """A step that is not known; the text names it and says what is."""

    code = "bad_script"


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing for a while."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Until:
    """Go on when this has happened."""

    moment: str


@dataclass(frozen=True, slots=True)
class Keys:
    """Press keys (RFC 4733); hidden from printing, since a card number may be among them."""

    keys: Secret = field(repr=False)


@dataclass(frozen=True, slots=True)
class Play:
    """Speak a WAV file into the call."""

    path: Path


@dataclass(frozen=True, slots=True)
class Record:
    """Keep what is heard from here on in a WAV file; None ends it."""

    path: Path | None


@dataclass(frozen=True, slots=True)
class Refuse:
    """Turn the caller away with this status."""

    status: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Pick up."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Put the other party on hold, or take it back."""

    on: bool


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


Step = Wait | Until | Keys | Play | Record | Refuse | Answer | Hold | HangUp


def read_script(text: str) -> list[Step]:
    """The steps of a script. Raises BadScript."""
    return [
        _read(line.strip())
        for line in re.split(r"[;\n]", text)
        if line.strip() and not line.strip().startswith("#!")
    ]


def _read(line: str) -> Step:
    verb, _, rest = line.partition(" ")
    rest = rest.strip()
    if line in _WORDS:
        return _WORDS[line]
    reader = _READERS.get(verb)
    if reader is None:
        raise BadScript(f"no step is called {_quoted(verb)}; there are: {', '.join((*_READERS, *_WORDS))}")
    if not rest:
        raise BadScript(f"{verb}: nothing follows")
    return reader(rest)


def _quoted(text: str) -> str:
    """The text, unless digits are in it: they may be those of a card, put where they do not belong."""
    return f'"{text}"' if not any(letter.isdigit() for letter in text) else "what is written there"


def _wait(rest: str) -> Step:
    try:
        return Wait(seconds(rest))
    except ValueError:
        raise BadScript("wait: write a time such as 2s or 500ms") from None


def _until(rest: str) -> Step:
    if rest not in MOMENTS:
        raise BadScript(f"until: {_quoted(rest)} is not known; there are: {', '.join(MOMENTS)}")
    return Until(rest)


def _keys(rest: str) -> Step:
    if not _KEYS.fullmatch(rest):
        raise BadScript("keys: only 0-9 * # A B C D")  # the text is not repeated: it may be a card number
    return Keys(Secret(rest))


def _refuse(rest: str) -> Step:
    if not _STATUS.fullmatch(rest):
        raise BadScript("refuse: write a status from 400 to 699")
    return Refuse(int(rest))


_WORDS: dict[str, Step] = {
    "answer": Answer(),
    "hold": Hold(on=True),
    "resume": Hold(on=False),
    "hang up": HangUp(),
    "record off": Record(None),
}
_READERS: dict[str, Callable[[str], Step]] = {
    "wait": _wait,
    "until": _until,
    "keys": _keys,
    "play": lambda rest: Play(Path(rest)),
    "record": lambda rest: Record(Path(rest)),
    "refuse": _refuse,
}
