"""Calls by chance: as many as asked for, as long as asked for, in order."""

from __future__ import annotations

import random
from statistics import fmean, pstdev

import pytest

from routing.simulation.chance import Lengths, Stretch, arrivals


@pytest.mark.parametrize("variation", [0.0, 0.5, 1.0, 1.5])
def test_handle_times_have_the_mean_and_the_deviation_asked_for(variation: float) -> None:
    chance, lengths = random.Random(1), Lengths(200.0, variation)
    drawn = [lengths.draw(chance) for _ in range(50_000)]
    assert fmean(drawn) == pytest.approx(200.0, rel=0.02)
    assert pstdev(drawn) == pytest.approx(200.0 * variation, rel=0.05, abs=1e-9)


def test_each_stretch_brings_its_calls_in_order_of_time() -> None:
    stretches = [
        Stretch(1800.0, 3600.0, 3000.0, "q", Lengths(60.0)),
        Stretch(0.0, 1800.0, 1000.0, "q", Lengths(60.0), 90.0),
        Stretch(0.0, 3600.0, 500.0, "r", Lengths(60.0), 0.0),
    ]
    calls = list(arrivals(stretches, random.Random(2)))
    assert calls == sorted(calls, key=lambda each: each.at)
    early = [each for each in calls if each.queue == "q" and each.at < 1800.0]
    assert len(early) == pytest.approx(1000, rel=0.1)
    assert fmean(each.patience for each in early) == pytest.approx(90.0, rel=0.1)
    assert sum(each.queue == "q" for each in calls) == pytest.approx(4000, rel=0.05)
    assert {each.patience for each in calls if each.queue == "r"} == {0.0}


def test_a_stretch_without_calls_brings_none() -> None:
    assert list(arrivals([Stretch(0.0, 1800.0, 0.0, "q", Lengths(60.0))], random.Random(3))) == []
