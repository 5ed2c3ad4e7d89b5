"""A forecast played with agents by the half-hour: who is busy when, and how many are enough."""

from __future__ import annotations

import random
from math import inf
from typing import TYPE_CHECKING

import pytest

from routing.simulation.calls import Call
from routing.simulation.day import Day, play
from routing.simulation.engine import Shift
from routing.simulation.scenario import plain_centre, with_agents
from routing.simulation.staffed import Staffed, shifts
from routing.staffing.forecast import HalfHour, Moment
from routing.staffing.plan import Target

if TYPE_CHECKING:
    from routing.simulation.day import Played


def play_all(days: list[Day]) -> list[Played]:
    return [play(each, random.Random(each.seed), random.Random(0)) for each in days]


def half_hour(number: int, calls: float, handle: float = 240.0, patience: float = inf) -> HalfHour:
    return HalfHour(Moment("", 28_800.0 + 1800.0 * number), 1800.0, calls, handle, patience)


def test_busy_time_is_told_apart_by_the_parts_of_the_day() -> None:
    calls = (Call(50.0, "q", 100.0), Call(150.0, "q", 10.0), Call(280.0, "q", 250.0))
    day = Day(
        plain_centre(["q"], 1), "1", calls, slices=((0, 100), (100, 200), (200, 300), (300, 400), (450, 500))
    )
    assert play_all([day])[0].busy == pytest.approx([50.0, 60.0, 20.0, 100.0, 50.0])


def test_the_first_of_the_crew_stay_and_the_last_come_and_go() -> None:
    parts = [half_hour(0, 1), half_hour(1, 1), half_hour(2, 1)]
    found = shifts(parts, [1, 3, 2], ["a", "b", "c"], 28_000.0)
    assert found[:3] == [
        Shift(28_000.0, "a", is_on=True),
        Shift(28_000.0, "b", is_on=False),
        Shift(28_000.0, "c", is_on=False),
    ]
    assert found[3:5] == [Shift(30_600.0, "b", is_on=True), Shift(30_600.0, "c", is_on=True)]
    assert found[5:] == [Shift(32_400.0, "c", is_on=False)]


def test_a_plan_with_too_few_agents_grows_until_the_promise_is_kept() -> None:
    staffed = Staffed([half_hour(0, 60), half_hour(1, 60)], Target(), days=8, seed="1")
    found = staffed.fewest([8, 8], play_all)
    assert all(each.service_level >= 0.8 for each in found)
    assert [each.agents for each in found] != [8, 8]


def test_a_plan_with_too_many_agents_shrinks_as_long_as_the_promise_is_kept() -> None:
    staffed = Staffed([half_hour(0, 60), half_hour(1, 60)], Target(), days=8, seed="1")
    found = staffed.fewest([14, 14], play_all)
    assert all(each.service_level >= 0.8 for each in found)
    assert max(each.agents for each in found) < 14


def test_what_an_overloaded_half_hour_leaves_behind_is_met_by_the_next() -> None:
    parts = [half_hour(0, 120), half_hour(1, 60)]
    target = Target()
    alone = Staffed(parts[1:], target, days=8, seed="1").figures([11], play_all)[0]
    after = Staffed(parts, target, days=8, seed="1").figures([14, 11], play_all)[1]
    assert after.service_level < alone.service_level - 0.3


def test_time_until_the_phone_is_answered_needs_more_agents() -> None:
    parts = [half_hour(0, 100, 120.0)]
    quick, slow = (
        Staffed(parts, Target(), days=12, seed="1", ring=ring).fewest([8], play_all)[0]
        for ring in (0.0, 15.0)
    )
    assert slow.agents > quick.agents


def test_agents_beyond_those_of_the_folder_are_as_many_again_of_each() -> None:
    centre = plain_centre(["q"], 2)
    assert list(with_agents(centre, 1).agents) == ["a1"]
    assert list(with_agents(centre, 5).agents) == ["a1", "a2", "a1_2", "a2_2", "a1_3"]
