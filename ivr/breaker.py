"""The circuit breaker of a back end: after some failures in a row it is left alone, then tried by one question.

Pure: told what came of each question, and when.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import auto

from base.machine import Letter, Machine, Table


class BreakerState(Letter):
    """Whether questions go through."""

    CLOSED = auto()
    OPEN = auto()
    HALF_OPEN = auto()  # one question is on its way, all others are turned away


class BreakerInput(Letter):
    """What came of a question, or that one is wanted after the pause."""

    ANSWERED = auto()
    FAILED = auto()
    FAILED_ONCE_TOO_OFTEN = auto()
    GAVE_UP = auto()  # we broke it off ourselves: it says nothing of the back end
    WANTED_AFTER_PAUSE = auto()


class BreakerEffect(Letter):
    """What the breaker must do then."""

    FORGET_FAILURES = auto()
    COUNT_FAILURE = auto()
    BEGIN_PAUSE = auto()
    LENGTHEN_PAUSE = auto()


S, On, Do = BreakerState, BreakerInput, BreakerEffect

BREAKER = Table(
    "breaker",
    S.CLOSED,
    {
        (S.CLOSED, On.ANSWERED): (S.CLOSED, (Do.FORGET_FAILURES,)),
        (S.CLOSED, On.FAILED): (S.CLOSED, (Do.COUNT_FAILURE,)),
        (S.CLOSED, On.FAILED_ONCE_TOO_OFTEN): (S.OPEN, (Do.BEGIN_PAUSE,)),
        (S.OPEN, On.WANTED_AFTER_PAUSE): (S.HALF_OPEN, ()),
        # Asked before it opened and answered after all: it is there.
        (S.OPEN, On.ANSWERED): (S.CLOSED, (Do.FORGET_FAILURES,)),
        (S.HALF_OPEN, On.ANSWERED): (S.CLOSED, (Do.FORGET_FAILURES,)),
        (S.HALF_OPEN, On.FAILED): (S.OPEN, (Do.LENGTHEN_PAUSE,)),
        (S.HALF_OPEN, On.FAILED_ONCE_TOO_OFTEN): (S.OPEN, (Do.LENGTHEN_PAUSE,)),
        (S.HALF_OPEN, On.GAVE_UP): (S.OPEN, ()),  # the pause is over already: the next one is let through
    },
    absorbed={
        (S.CLOSED, On.GAVE_UP),
        (S.CLOSED, On.WANTED_AFTER_PAUSE),
        (S.OPEN, On.FAILED),
        (S.OPEN, On.FAILED_ONCE_TOO_OFTEN),
        (S.OPEN, On.GAVE_UP),
        (S.HALF_OPEN, On.WANTED_AFTER_PAUSE),
    },
)


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """When it opens, and for how long."""

    failures: int = 5
    """In a row."""
    pause: float = 10.0
    """Seconds; twice as many after each question that failed as well."""
    longest_pause: float = 120.0


class Breaker:
    """One back end's."""

    __slots__ = ("_failures", "_machine", "_pause", "_settings", "_until")

    def __init__(self, settings: BreakerSettings | None = None) -> None:
        """Begin closed."""
        self._settings = settings or BreakerSettings()
        self._machine = Machine(BREAKER)
        self._failures = 0
        self._pause = self._settings.pause
        self._until = 0.0

    @property
    def state(self) -> BreakerState:
        """Whether questions go through."""
        return self._machine.state

    def lets_through(self, *, now: float) -> bool:
        """Whether a question may go. In the half-open state it was the only one: tell what came of it."""
        if self.state is S.CLOSED:
            return True
        if self.state is S.HALF_OPEN or now < self._until:
            return False
        self._fire(On.WANTED_AFTER_PAUSE, now)
        return True

    def answered(self, *, now: float) -> None:
        """The back end is there."""
        self._fire(On.ANSWERED, now)

    def failed(self, *, now: float) -> None:
        """It could not be reached, did not answer in time, or answered what nobody understands."""
        last = self._failures + 1 >= self._settings.failures
        self._fire(On.FAILED_ONCE_TOO_OFTEN if last else On.FAILED, now)

    def gave_up(self, *, now: float) -> None:
        """The question was broken off from our side."""
        self._fire(On.GAVE_UP, now)

    def _fire(self, event: BreakerInput, now: float) -> None:
        for effect in self._machine.fire(event):
            match effect:
                case Do.FORGET_FAILURES:
                    self._failures, self._pause = 0, self._settings.pause
                case Do.COUNT_FAILURE:
                    self._failures += 1
                case Do.BEGIN_PAUSE:
                    self._until = now + self._pause
                case Do.LENGTHEN_PAUSE:
                    self._pause = min(2 * self._pause, self._settings.longest_pause)
                    self._until = now + self._pause
