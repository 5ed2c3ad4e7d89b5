"""How long a caller of one queue will wait, and how wrong that was so far.

The place in line, the agents who are there now and their recent handle times give a first figure, less those ahead who
hang up. What that leaves out (agents who serve other queues besides, callers who come in front, phones that ring) shows
in how fast the line really moves beside it, which corrects it. Every figure is held against what came; one that is
seldom right is not told to callers. Each event costs the same few steps, however long the line is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log1p

_FEWEST_HANDLED = 10
_FEWEST_JUDGED = 30
_LEAST_HIT = 0.5
"""The share of figures that must have been right for the next one to be told."""
_NEAR_SHARE, _NEAR = 0.3, 60.0
"""A figure is right that is so near to the real wait: by its share, or by seconds."""
_MEMORY = 200
"""Callers after which an old one weighs a third."""
_MEMORY_OF_HANDLE = 50
_CORRECTION = (0.2, 10.0)


@dataclass(frozen=True, slots=True)
class Guess:
    """What was thought of one caller's wait when he or she joined; kept with the entry until it leaves."""

    seconds: float
    model: float
    """The same before correction."""


@dataclass(frozen=True, slots=True)
class EstimateView:
    """How good the estimates of a queue are; recent callers weigh most. Times in seconds."""

    is_told: bool
    """Whether callers are told."""
    handle: float | None
    """Mean handle time, wrap-up with it; None before the first call is over."""
    judged: int
    """Callers who waited and whose wait is known."""
    bias: float
    """Mean of estimated less real."""
    error: float
    """Mean absolute difference."""
    hits: float
    """Share that was within 30 per cent or 60 s."""
    waited: float
    """Mean real wait."""


class _Mean:
    """A mean in which old values fade."""

    __slots__ = ("_memory", "count", "value")

    def __init__(self, memory: int = _MEMORY) -> None:
        self.count = 0
        self.value = 0.0
        self._memory = memory

    def add(self, value: float) -> None:
        """Take in one value."""
        self.count += 1
        self.value += (value - self.value) / min(self.count, self._memory)


class Estimates:
    """The waits of one queue."""

    __slots__ = ("_bias", "_error", "_handle", "_hits", "_left", "_model", "_moved", "_waited", "_waits")

    def __init__(self) -> None:
        """Nothing is known, so nothing is told."""
        self._handle = _Mean(_MEMORY_OF_HANDLE)
        self._left, self._waits = _Mean(), _Mean()
        """Whether a caller hung up; how long a caller waited until then or until answered."""
        self._moved, self._model = _Mean(), _Mean()
        """How long callers took through the line, and how long the model thought that stretch would take."""
        self._bias, self._error, self._hits, self._waited = _Mean(), _Mean(), _Mean(), _Mean()

    # What happens

    def handled(self, seconds: float) -> None:
        """An agent of the queue is free again after a caller of it: ringing, talk, hold and wrap-up together."""
        self._handle.add(seconds)

    def joined(self, position: int, staff: int, idle: int = 0) -> Guess | None:
        """A caller has come into line; keep the guess until the end of the wait. None: nobody can tell.

        `position`, from one, among those for whom no phone rings yet; `staff`: agents who can serve this caller and
        take calls now, whatever they do at present; `idle`: those of them who are free.
        """
        model = self._modelled(position, staff, idle)
        return None if model is None else Guess(model * self._correction, model)

    def answered(self, guess: Guess | None, waited: float) -> None:
        """An agent has the caller. Whoever has no guess was never in line, or came when nothing was known."""
        if guess is None:
            return
        self._left.add(0.0)
        self._waits.add(waited)
        if guess.model <= 0.0:
            return
        self._moved.add(waited)
        self._model.add(guess.model)
        difference = guess.seconds - waited
        self._bias.add(difference)
        self._error.add(abs(difference))
        self._waited.add(waited)
        self._hits.add(abs(difference) <= max(_NEAR, _NEAR_SHARE * waited))

    def left(self, guess: Guess | None, waited: float, position: int, staff: int) -> None:
        """The caller hung up, or was led elsewhere, at this position.

        The real wait will never be known, but the stretch of line behind the caller is.
        """
        if guess is None:
            return
        self._left.add(1.0)
        self._waits.add(waited)
        if guess.model <= 0.0:
            return
        rest = self._modelled(position, staff, 0)
        if rest is not None and rest < guess.model:
            self._moved.add(waited)
            self._model.add(guess.model - rest)
        if waited > guess.seconds + max(_NEAR, _NEAR_SHARE * waited):
            self._hits.add(0.0)

    # What is told

    def estimate(self, position: int, staff: int, idle: int = 0) -> float | None:
        """Seconds that a caller at this place will still wait; None where the figure would be a guess."""
        if not self.is_told:
            return None
        model = self._modelled(position, staff, idle)
        return None if model is None else model * self._correction

    @property
    def is_told(self) -> bool:
        """Whether enough is known, and what was estimated so far was right often enough."""
        if self._handle.count < _FEWEST_HANDLED:
            return False
        return self._hits.count < _FEWEST_JUDGED or self._hits.value >= _LEAST_HIT

    def view(self) -> EstimateView:
        """For people who look at the queue."""
        return EstimateView(
            self.is_told,
            self._handle.value if self._handle.count else None,
            self._error.count,
            self._bias.value,
            self._error.value,
            self._hits.value,
            self._waited.value,
        )

    # The model

    def _modelled(self, position: int, staff: int, idle: int) -> float | None:
        """The head of the line waits for one agent of all to come free, the next for one more, and so on.

        Each step is shorter than the last by those ahead who hang up meanwhile: the sum of
        1 / (rate + ahead * leaving), the first term as it is, the others by their integral.
        """
        ahead = position - idle
        if ahead <= 0:
            return 0.0
        if staff <= 0 or self._handle.count < _FEWEST_HANDLED or self._handle.value <= 0.0:
            return None
        rate = staff / self._handle.value
        leaving = self._left.value / self._waits.value if self._waits.value > 0.0 else 0.0
        further = ahead - 1
        if leaving * further <= 1e-9 * rate:
            return ahead / rate
        return 1.0 / rate + log1p(further * leaving / (rate + leaving / 2.0)) / leaving

    @property
    def _correction(self) -> float:
        """How much slower the line moves than the model thinks; 1 until enough callers have gone through it."""
        if self._model.count < _FEWEST_JUDGED or self._model.value <= 0.0:
            return 1.0
        low, high = _CORRECTION
        return min(high, max(low, self._moved.value / self._model.value))
