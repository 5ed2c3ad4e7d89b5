"""Estimates of waits: what they are made of, when they are silent, and how far they are off in simulated queues."""

from __future__ import annotations

import random
from heapq import heappop, heappush
from math import inf, sin
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.queues.estimates import Estimates

if TYPE_CHECKING:
    from collections.abc import Callable

    from routing.queues.estimates import Guess


def known(handle: float = 200.0, calls: int = 20) -> Estimates:
    """A queue whose handle time is known and whose callers never hang up."""
    estimates = Estimates()
    for _ in range(calls):
        estimates.handled(handle)
    return estimates


def test_nothing_is_told_before_a_few_calls_are_over() -> None:
    assert Estimates().estimate(3, 5) is None
    assert known(calls=9).estimate(3, 5) is None
    assert known(calls=10).estimate(3, 5) is not None
    assert Estimates().view().handle is None


def test_the_third_in_line_waits_until_three_of_ten_agents_are_free() -> None:
    assert known(200.0).estimate(3, 10) == pytest.approx(60.0)


def test_who_finds_an_agent_free_does_not_wait() -> None:
    assert known().estimate(2, 10, idle=2) == 0.0
    assert known().estimate(3, 10, idle=2) == pytest.approx(20.0)


def test_nothing_is_told_when_nobody_is_there() -> None:
    assert known().estimate(1, 0) is None
    assert known().joined(1, 0) is None


def test_recent_handle_times_weigh_most() -> None:
    estimates = known(100.0, calls=1000)
    for _ in range(50):
        estimates.handled(300.0)
    handle = estimates.view().handle
    assert handle is not None
    assert 200.0 < handle < 250.0


def test_those_ahead_who_hang_up_shorten_the_wait() -> None:
    estimates = known(200.0)
    for _ in range(50):  # one in 200 s hangs up
        estimates.answered(estimates.joined(1, 10, idle=1), 100.0)
        estimates.left(estimates.joined(1, 10, idle=1), 100.0, 1, 10)
    exact = sum(1 / (10 / 200 + ahead / 200) for ahead in range(20))
    assert estimates.estimate(20, 10) == pytest.approx(exact, rel=0.01)


def test_who_was_turned_away_at_the_door_tells_nothing_of_patience() -> None:
    estimates = known(200.0)
    for _ in range(50):
        estimates.answered(estimates.joined(1, 10, idle=1), 0.0)
        estimates.left(None, 0.0, 1, 10)
    assert estimates.estimate(20, 10) == pytest.approx(400.0)


def test_a_line_that_moves_at_half_the_speed_is_seen_to() -> None:
    estimates = known(200.0)
    for _ in range(100):
        estimates.answered(estimates.joined(5, 10), 200.0)
    assert estimates.estimate(5, 10) == pytest.approx(200.0)


def test_what_those_learn_who_hang_up_corrects_too() -> None:
    estimates = known(200.0)
    for _ in range(100):  # it took them 100 s to come from the fifth place to the third
        estimates.left(estimates.joined(5, 10), 100.0, 3, 10)
    guess = estimates.joined(1, 10)
    assert guess is not None
    assert guess.seconds > 2 * guess.model


def test_estimates_that_are_seldom_right_are_silent_and_come_back_when_they_are_right() -> None:
    estimates, chance = known(300.0), random.Random(1)
    for _ in range(100):
        estimates.answered(estimates.joined(2, 1), chance.choice((10.0, 3000.0)))
    view = estimates.view()
    assert not view.is_told
    assert view.hits < 0.5
    assert view.error > 400.0
    assert estimates.estimate(2, 1) is None
    for _ in range(1000):
        estimates.answered(estimates.joined(2, 1), 600.0)
    assert estimates.view().is_told
    assert estimates.estimate(2, 1) == pytest.approx(600.0, rel=0.1)


def test_who_left_long_after_the_estimate_counts_as_a_miss() -> None:
    estimates = known(200.0)
    for _ in range(30):
        estimates.answered(estimates.joined(1, 10), 20.0)
    for _ in range(29):
        estimates.left(estimates.joined(1, 10), 500.0, 1, 10)
    assert estimates.view().judged == 30
    assert estimates.view().hits == pytest.approx(30 / 59)
    estimates.left(estimates.joined(1, 10), 500.0, 1, 10)
    estimates.left(estimates.joined(1, 10), 5.0, 1, 10)  # the real wait would have been longer: nobody knows
    assert estimates.view().hits == pytest.approx(30 / 60)


@given(st.integers(1, 300), st.integers(1, 100), st.floats(1, 3600), st.integers(0, 50), st.floats(1, 5000))
def test_further_back_is_longer_and_more_agents_are_sooner(
    position: int, staff: int, handle: float, gone: int, waited: float
) -> None:
    estimates = known(handle)
    for _ in range(gone):
        estimates.left(estimates.joined(1, staff, idle=1), waited, 1, staff)
    here, behind, helped = (
        estimates.estimate(*each)
        for each in ((position, staff), (position + 1, staff), (position, staff + 1))
    )
    assert here is not None
    assert behind is not None
    assert helped is not None
    assert 0 <= helped < here < behind < inf


class Line:
    """A queue of callers who are served in turn, some agents' other work besides, and the estimates of it."""

    def __init__(
        self,
        agents: int,
        handle: float,
        patience: float,
        calls: Callable[[float], float],
        others: float = 0.0,
        seed: int = 1,
    ) -> None:
        self.estimates = Estimates()
        self.pairs: list[tuple[Guess, float]] = []
        self._agents, self._free = agents, agents
        self._handle, self._patience = handle, patience
        self._calls, self._others = calls, others
        self._chance = random.Random(seed)
        self._agenda: list[tuple[float, int, str, int]] = []
        self._waiting: dict[int, tuple[float, Guess | None]] = {}
        self._turn = 0
        self._later(0.0, "call")
        if others:
            self._later(0.0, "other")

    def _later(self, at: float, kind: str, name: int = 0) -> None:
        self._turn += 1
        heappush(self._agenda, (at, self._turn, kind, name))

    def run(self, seconds: float) -> Line:
        now = 0.0
        while now < seconds:
            now, turn, kind, name = heappop(self._agenda)
            getattr(self, kind)(now, turn, name)
            while self._free and self._waiting:
                self._serve(now)
        return self

    def call(self, now: float, turn: int, _: int) -> None:
        self._later(now + self._chance.expovariate(self._calls(now)), "call")
        guess = self.estimates.joined(len(self._waiting) + 1, self._agents, self._free)
        self._waiting[turn] = (now, guess)
        if self._patience < inf:
            self._later(now + self._chance.expovariate(1 / self._patience), "hang_up", turn)

    def other(self, now: float, _: int, __: int) -> None:
        self._later(now + self._chance.expovariate(self._others), "other")
        if self._free:
            self._free -= 1
            self._later(now + self._chance.expovariate(1 / self._handle), "free", -1)

    def hang_up(self, now: float, _: int, name: int) -> None:
        if name in self._waiting:
            position = list(self._waiting).index(name) + 1
            joined, guess = self._waiting.pop(name)
            self.estimates.left(guess, now - joined, position, self._agents)

    def free(self, now: float, _: int, name: int) -> None:
        self._free += 1
        if name >= 0:
            self.estimates.handled(name / 1000)

    def _serve(self, now: float) -> None:
        joined, guess = self._waiting.pop(next(iter(self._waiting)))
        self._free -= 1
        self.estimates.answered(guess, now - joined)
        if guess is not None and guess.model > 0:
            self.pairs.append((guess, now - joined))
        seconds = self._chance.expovariate(1 / self._handle)
        self._later(now + seconds, "free", int(seconds * 1000))

    def figures(self) -> tuple[float, float, float, float]:
        """Mean wait; bias and mean error, by it; share of good guesses."""
        mean = sum(waited for _, waited in self.pairs) / len(self.pairs)
        off = [guess.seconds - waited for guess, waited in self.pairs]
        hits = sum(
            abs(each) <= max(60, 0.3 * waited) for each, (_, waited) in zip(off, self.pairs, strict=True)
        )
        return mean, sum(off) / len(off) / mean, sum(map(abs, off)) / len(off) / mean, hits / len(off)


@pytest.mark.parametrize(
    ("line", "bias", "error", "hits"),
    [
        (Line(20, 240, inf, lambda _: 19 / 240), 0.05, 0.30, 0.75),
        (Line(20, 240, 120, lambda _: 22 / 240), 0.12, 0.50, 0.95),
        (Line(20, 240, 600, lambda _: 22 / 240), 0.05, 0.35, 0.85),
        (Line(50, 240, 300, lambda _: 60 / 240), 0.05, 0.30, 0.95),
        (Line(20, 240, 300, lambda now: (19 + 9 * sin(now / 3600)) / 240), 0.10, 0.40, 0.90),
        (Line(20, 240, 300, lambda _: 19 / 240, others=6 / 240), 0.12, 0.45, 0.85),
    ],
    ids=["patient", "impatient", "overloaded", "large", "tides", "other work"],
)
def test_in_simulated_queues_estimates_are_near_the_real_waits(
    line: Line, bias: float, error: float, hits: float
) -> None:
    mean, found_bias, found_error, found_hits = line.run(150_000).figures()
    assert mean > 20
    assert abs(found_bias) < bias
    assert found_error < error
    assert found_hits > hits
    assert line.estimates.view().is_told


def test_two_agents_cannot_be_estimated_and_nothing_is_told() -> None:
    line = Line(2, 300, 600, lambda _: 2.2 / 300).run(600_000)
    assert line.figures()[3] < 0.5
    assert not line.estimates.view().is_told


def test_the_error_that_is_shown_is_that_of_late() -> None:
    line = Line(20, 240, 600, lambda _: 22 / 240).run(150_000)
    view = line.estimates.view()
    late = line.pairs[-600:]
    assert view.judged == len(line.pairs)
    assert view.error == pytest.approx(sum(abs(g.seconds - w) for g, w in late) / len(late), rel=0.5)
    assert view.waited == pytest.approx(sum(w for _, w in late) / len(late), rel=0.5)
    assert view.handle == pytest.approx(240, rel=0.4)
