"""Collect: digits of one entry, with barge-in, first-digit and inter-digit timeouts, terminator and cancel key.

A state machine over virtual time; what is said and how often is asked is ivr/question.py's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from base.machine import Letter, Machine, Table
from base.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.keys import KeyBuffer


class CollectState(Letter):
    """Where an entry stands."""

    PROMPTING = auto()
    GUARDED = auto()  # a prompt that may not be cut
    WAITING = auto()
    TYPING = auto()
    DONE = auto()


class CollectInput(Letter):
    """What can happen to it."""

    GUARD = auto()
    KEY = auto()
    FINISHED = auto()
    EMPTY = auto()  # the terminator with nothing typed
    ERASED = auto()
    CANCELLED = auto()
    PROMPT_ENDED = auto()
    TIMEOUT = auto()


class CollectEffect(Letter):
    """What follows."""

    CUT_PROMPT = auto()
    ARM_FIRST_DIGIT = auto()
    ARM_INTER_DIGIT = auto()
    DISARM = auto()
    TELL_ENTERED = auto()
    TELL_ERASED = auto()
    TELL_CANCELLED = auto()
    TELL_NO_INPUT = auto()


class Heard(Enum):
    """How an entry ended."""

    ENTERED = auto()
    ERASED = auto()
    """The cancel key after something typed: the caller begins the entry again."""
    CANCELLED = auto()
    """The cancel key with nothing typed."""
    NO_INPUT = auto()
    """Silence, or the terminator with nothing typed: to the caller both are `nothing`, and no guess was made."""


S, On, Do = CollectState, CollectInput, CollectEffect

_KEYS = (On.KEY, On.FINISHED, On.EMPTY, On.ERASED, On.CANCELLED)

COLLECT = Table(
    "collect",
    S.PROMPTING,
    {
        (S.PROMPTING, On.GUARD): (S.GUARDED, ()),
        (S.PROMPTING, On.KEY): (S.TYPING, (Do.CUT_PROMPT, Do.ARM_INTER_DIGIT)),
        (S.PROMPTING, On.FINISHED): (S.DONE, (Do.CUT_PROMPT, Do.DISARM, Do.TELL_ENTERED)),
        (S.PROMPTING, On.EMPTY): (S.DONE, (Do.CUT_PROMPT, Do.DISARM, Do.TELL_NO_INPUT)),
        (S.PROMPTING, On.CANCELLED): (S.DONE, (Do.CUT_PROMPT, Do.DISARM, Do.TELL_CANCELLED)),
        (S.PROMPTING, On.PROMPT_ENDED): (S.WAITING, (Do.ARM_FIRST_DIGIT,)),
        (S.GUARDED, On.PROMPT_ENDED): (S.WAITING, (Do.ARM_FIRST_DIGIT,)),
        (S.WAITING, On.KEY): (S.TYPING, (Do.ARM_INTER_DIGIT,)),
        (S.WAITING, On.FINISHED): (S.DONE, (Do.DISARM, Do.TELL_ENTERED)),
        (S.WAITING, On.EMPTY): (S.DONE, (Do.DISARM, Do.TELL_NO_INPUT)),
        (S.WAITING, On.CANCELLED): (S.DONE, (Do.DISARM, Do.TELL_CANCELLED)),
        (S.WAITING, On.TIMEOUT): (S.DONE, (Do.DISARM, Do.TELL_NO_INPUT)),
        (S.TYPING, On.KEY): (S.TYPING, (Do.ARM_INTER_DIGIT,)),
        (S.TYPING, On.FINISHED): (S.DONE, (Do.DISARM, Do.TELL_ENTERED)),
        (S.TYPING, On.ERASED): (S.DONE, (Do.DISARM, Do.TELL_ERASED)),
        (S.TYPING, On.CANCELLED): (S.DONE, (Do.DISARM, Do.TELL_CANCELLED)),
        (S.TYPING, On.TIMEOUT): (S.DONE, (Do.DISARM, Do.TELL_ENTERED)),
    },
    absorbed={
        (S.TYPING, On.PROMPT_ENDED),  # the end of the prompt that the first key cut
        (S.WAITING, On.PROMPT_ENDED),
        (S.PROMPTING, On.TIMEOUT),
        (S.GUARDED, On.TIMEOUT),
        *((S.DONE, each) for each in On),
        *((each, On.GUARD) for each in S if each not in (S.PROMPTING, S.DONE)),
        *((S.GUARDED, each) for each in _KEYS),  # they stay in the buffer
        (S.TYPING, On.EMPTY),  # only where something was typed,
        *((each, On.ERASED) for each in (S.PROMPTING, S.WAITING)),  # and only where nothing was
    },
)

_TOLD = {
    Do.TELL_ENTERED: Heard.ENTERED,
    Do.TELL_ERASED: Heard.ERASED,
    Do.TELL_CANCELLED: Heard.CANCELLED,
    Do.TELL_NO_INPUT: Heard.NO_INPUT,
}


@dataclass(frozen=True, slots=True)
class Grammar:
    """What counts as an entry."""

    maximum: int
    terminator: str = ""
    cancel: str = ""
    """The key that erases and cancels; or two, where the key alone means something else (an amount's mark)."""
    accepts: str = "0123456789"
    """Any other key is passed over."""
    full: Callable[[Secret], bool] | None = None
    """Tells that an entry shorter than `maximum` is already whole (a menu's key, a card's length)."""
    options: str = ""
    """Keys that mean something here even right after an entry that needed no terminator."""
    habit: str = ""
    """The terminator that callers may press after an entry whole by its length."""
    timeout: float = 6.0
    inter_digit_timeout: float = 3.0


class Collector:
    """One entry being typed."""

    __slots__ = ("_grammar", "_keys", "_machine", "cut", "deadline", "typed")

    def __init__(self, grammar: Grammar, keys: KeyBuffer) -> None:
        """Nothing is heard before `begin`."""
        self._grammar = grammar
        self._keys = keys
        self._machine = Machine(COLLECT)
        self.typed = Secret()
        self.deadline: float | None = None
        self.cut = False
        """A key came while the prompt was playing: it must stop."""

    def begin(self, *, playing: bool, bargein: bool, now: float) -> Heard | None:
        """Start, with a prompt playing or without; keys typed ahead are taken at once where that is allowed."""
        if playing and not bargein:
            self._machine.fire(On.GUARD)
            return None
        if not playing:
            self._fire(On.PROMPT_ENDED, now)
        return self.take(now=now)

    def take(self, *, now: float) -> Heard | None:
        """Take keys from the buffer until the entry is whole or the buffer is empty."""
        if self._machine.state in (S.GUARDED, S.DONE):
            return None
        while (key := self._keys.pull(options=self._grammar.options)) is not None:
            event = self._input(key, now)
            heard = self._fire(event, now) if event is not None else None
            if heard is not None:
                return heard
        return None

    def prompt_ended(self, *, now: float) -> Heard | None:
        """The prompt is over: the first-digit time begins."""
        self._fire(On.PROMPT_ENDED, now)
        return self.take(now=now)

    def handle_timeout(self, *, now: float) -> Heard | None:
        """The deadline may have passed."""
        if self.deadline is None or now < self.deadline:
            return None
        return self._fire(On.TIMEOUT, now)

    def _input(self, key: str, now: float) -> CollectInput | None:
        grammar, typed = self._grammar, self.typed
        if key == grammar.terminator:
            return On.FINISHED if typed else On.EMPTY
        if grammar.cancel and typed.last(len(grammar.cancel) - 1) + key == grammar.cancel:
            return On.ERASED if len(typed) >= len(grammar.cancel) else On.CANCELLED
        if key not in grammar.accepts:
            return None
        typed.append(key)
        if len(typed) >= grammar.maximum or (grammar.full is not None and grammar.full(typed)):
            self._keys.ended_by_length(grammar.habit, until=now + grammar.inter_digit_timeout)
            return On.FINISHED
        return On.KEY

    def _fire(self, event: CollectInput, now: float) -> Heard | None:
        heard = None
        for effect in self._machine.fire(event):
            match effect:
                case Do.CUT_PROMPT:
                    self.cut = True
                case Do.ARM_FIRST_DIGIT:
                    self.deadline = now + self._grammar.timeout
                case Do.ARM_INTER_DIGIT:
                    self.deadline = now + self._grammar.inter_digit_timeout
                case Do.DISARM:
                    self.deadline = None
                case _:
                    heard = _TOLD[effect]
        return heard
