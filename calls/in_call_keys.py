"""What an agent keys in a conversation: codes that begin with `*`, told from keys that are meant for the far end.

Pure: keys and times go in, decisions come out. Which codes there are, and what they do, is known elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

GAP = 4.0
"""Seconds between two keys of a code; a longer pause ends it."""
LONGEST_TARGET = 32
_BEGIN, _END = "*", "#"


@dataclass(frozen=True, slots=True)
class Begun:
    """A code may have begun: from now on the far end is to hear nothing."""


@dataclass(frozen=True, slots=True)
class Complete:
    """A whole code, with the number keyed behind it where it takes one."""

    code: str
    target: str = field(default="", repr=False)
    """Hidden from printing: keys are."""


@dataclass(frozen=True, slots=True)
class Loose:
    """It was no code: these keys behind the `*` were meant for the far end."""

    keys: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Broken:
    """A code was begun and not ended: nothing happens."""


Decision = Begun | Complete | Loose | Broken


class InCallKeys:
    """The keys of one agent in one conversation."""

    __slots__ = ("_due", "_plain", "_targeted", "_typed")

    def __init__(self, plain: Collection[str], targeted: Collection[str]) -> None:
        """`plain` codes are whole by themselves; after `targeted` ones a number is keyed, which `#` ends.

        No code may begin another. Raises ValueError.
        """
        codes = (*plain, *targeted)
        if any(one != other and other.startswith(one) for one in codes for other in codes):
            raise ValueError(f"one code begins another: {sorted(codes)}")
        self._plain = frozenset(plain)
        self._targeted = frozenset(targeted)
        self._typed = ""
        self._due: float | None = None

    @property
    def is_typing(self) -> bool:
        """Whether a code has begun."""
        return bool(self._typed)

    def next_timeout(self) -> float | None:
        """When `handle_timeout` is due."""
        return self._due

    def press(self, key: str, *, now: float) -> Decision | None:
        """A key was pressed. None: it goes on to the far end, or belongs to a code that goes on."""
        if key == _BEGIN:
            is_new = not self._typed
            self._typed, self._due = _BEGIN, now + GAP
            return Begun() if is_new else None
        if not self._typed:
            return None
        code = self._code
        if code is not None:
            return self._target(code, key, now)
        if key == _END:
            return self._loose(key)
        self._typed += key
        self._due = now + GAP
        if self._typed in self._plain:
            found = Complete(self._typed)
            self._reset()
            return found
        if not any(each.startswith(self._typed) for each in (*self._plain, *self._targeted)):
            return self._loose()
        return None

    def handle_timeout(self, *, now: float) -> Decision | None:
        """The pause may have been too long."""
        if self._due is None or now < self._due:
            return None
        if self._code is None:
            return self._loose()
        self._reset()
        return Broken()

    @property
    def _code(self) -> str | None:
        return next((each for each in self._targeted if self._typed.startswith(each)), None)

    def _target(self, code: str, key: str, now: float) -> Decision | None:
        target = self._typed[len(code) :]
        if key == _END:
            self._reset()
            return Complete(code, target) if target else Broken()
        if len(target) >= LONGEST_TARGET:
            self._reset()
            return Broken()
        self._typed += key
        self._due = now + GAP
        return None

    def _loose(self, key: str = "") -> Loose:
        keys = self._typed[1:] + key
        self._reset()
        return Loose(keys)

    def _reset(self) -> None:
        self._typed, self._due = "", None
