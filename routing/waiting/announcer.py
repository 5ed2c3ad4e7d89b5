"""When which announcement is made to one waiting caller: time in, sayings out; plays nothing and knows no queue.

Each kind is timed from the end of its own last one, never two at once and never without music between them. The
settings may change at any time: what was said and when is kept.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from routing.waiting.sayings import Saying, of_position, of_wait, rounded
from routing.waiting.settings import When

if TYPE_CHECKING:
    from collections.abc import Callable

    from routing.waiting.settings import Announcements


class Where(NamedTuple):
    """Where a caller stands at this moment."""

    position: int | None
    """From one."""
    wait: float | None
    """Seconds still to be expected; None when nobody can tell."""


class _Kind(Enum):
    GREETING = auto()
    STANDING = auto()
    COMFORT = auto()


class Announcer:
    """The announcements of one stay."""

    __slots__ = (
        "_began",
        "_comforts",
        "_free_from",
        "_last",
        "_minutes",
        "_position",
        "_speaking",
        "settings",
    )

    def __init__(self, settings: Announcements, *, now: float) -> None:
        """The caller begins to wait."""
        self.settings = settings
        """Those in force; they may be replaced at any time."""
        self._began = now
        self._free_from = now
        self._speaking: _Kind | None = None
        self._last: dict[_Kind, float] = {} if settings.greeting else {_Kind.GREETING: now}
        """When each kind was over last; who is waiting already is not greeted by new settings."""
        self._comforts = 0
        self._position: int | None = None
        self._minutes: int | None = None
        """What was told last."""

    @property
    def is_speaking(self) -> bool:
        """Whether an announcement is under way."""
        return self._speaking is not None

    def next_due(self) -> float | None:
        """When `speak` is to be called next; None while something is said or nothing ever will be."""
        kind = self._next()
        return None if kind is None else max(self._due(kind), self._free_from)

    def speak(self, where: Callable[[], Where], *, now: float) -> tuple[Saying, ...]:
        """What is to be said now, one after the other; `ended` must follow unless it is nothing."""
        kind = self._next()
        if kind is None or now < max(self._due(kind), self._free_from):
            return ()
        sayings = self._sayings(kind, where)
        if sayings:
            self._speaking = kind
        else:
            self._last[kind] = now
        return sayings

    def ended(self, *, now: float) -> None:
        """What `speak` gave has been said, or was cut."""
        if self._speaking is not None:
            self._last[self._speaking] = now
            self._free_from = now + self.settings.pause
            self._speaking = None

    def _next(self) -> _Kind | None:
        """The kind whose turn is the first; None while one is being said."""
        if self._speaking is not None:
            return None
        return min((kind for kind in _Kind if self._is_wanted(kind)), key=self._due, default=None)

    def _is_wanted(self, kind: _Kind) -> bool:
        match kind:
            case _Kind.GREETING:
                return bool(self.settings.greeting) and kind not in self._last
            case _Kind.STANDING:
                return self.settings.standing.position or self.settings.standing.wait
            case _Kind.COMFORT:
                return bool(self.settings.comfort.prompts)

    def _due(self, kind: _Kind) -> float:
        if kind is _Kind.GREETING:
            return self._began
        rhythm = self.settings.standing if kind is _Kind.STANDING else self.settings.comfort
        last = self._last.get(kind)
        return self._began + rhythm.first if last is None else last + rhythm.every

    def _sayings(self, kind: _Kind, where: Callable[[], Where]) -> tuple[Saying, ...]:
        match kind:
            case _Kind.GREETING:
                return tuple(map(Saying, self.settings.greeting))
            case _Kind.STANDING:
                return self._standing(where())
            case _Kind.COMFORT:
                prompts = self.settings.comfort.prompts
                self._comforts += 1
                return (Saying(prompts[(self._comforts - 1) % len(prompts)]),)

    def _standing(self, where: Where) -> tuple[Saying, ...]:
        standing, said = self.settings.standing, []
        position, minutes = where.position, rounded(where.wait)
        is_near = standing.position and position is not None and position <= standing.limit
        if position is not None and is_near and self._is_news(position, self._position):
            said.append(of_position(position))
            self._position = position
        if standing.wait and minutes is not None and self._is_news(minutes, self._minutes):
            said.append(of_wait(minutes))
            self._minutes = minutes
        return tuple(said)

    def _is_news(self, value: int, told: int | None) -> bool:
        if told is None:
            return True
        match self.settings.standing.when:
            case When.ALWAYS:
                return True
            case When.CHANGED:
                return value != told
            case When.IMPROVED:
                return value < told
