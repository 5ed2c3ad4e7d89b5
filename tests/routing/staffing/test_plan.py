"""Agents needed: the fewest that meet the target, by each formula, and those to roster."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.staffing.plan import Target, needed_by_erlang_a, needed_by_erlang_c
from routing.staffing.service import Load, impatient, patient


def test_a_hundred_calls_of_three_minutes_in_half_an_hour_need_fourteen_agents() -> None:
    # The example that Call Centre Helper has published for years: 14 agents, 88.8 %, 7.8 s, 20 with 30 % shrinkage.
    target = Target(0.8, 20, shrinkage=0.3)
    found = needed_by_erlang_c(Load(100 / 1800, 180), target)
    assert (found.agents, target.rostered(found.agents)) == (14, 20)
    assert found.service_level == pytest.approx(0.88835, abs=0.00001)
    assert found.asa == pytest.approx(7.8, abs=0.05)
    assert found.waited == pytest.approx(0.1741, abs=0.0001)


def test_callers_who_hang_up_need_fewer_agents() -> None:
    load = Load(100 / 1800, 180, 60)
    assert needed_by_erlang_a(load, Target()).agents == 12


def test_a_limit_of_occupancy_can_ask_for_more_than_the_service_level() -> None:
    load = Load(100.0, 300)
    assert needed_by_erlang_c(load, Target(occupancy=0.85)).agents == 35_295  # 30,000 erlangs / 0.85
    assert needed_by_erlang_c(load, Target()).agents < 30_300


def test_a_target_that_nobody_can_meet_is_refused() -> None:
    with pytest.raises(ValueError, match="no number of agents"):
        needed_by_erlang_c(Load(10_000.0, 300), Target())


def test_without_calls_one_agent_is_enough() -> None:
    assert needed_by_erlang_c(Load(0.0, 300), Target()).agents == 1


def test_shrinkage_rounds_up_but_not_by_what_floats_lose() -> None:
    assert Target(shrinkage=0.3).rostered(7) == 10
    assert Target(shrinkage=0.3).rostered(8) == 12
    assert Target().rostered(5) == 5


@given(
    st.floats(0.1, 200), st.floats(10, 1200), st.floats(5, 2000), st.floats(0.3, 0.98), st.floats(0, 120),
    st.floats(0.5, 1),
)  # fmt: skip
def test_no_fewer_agents_would_do(
    erlangs: float, handle: float, patience: float, share: float, within: float, occupancy: float
) -> None:
    load, target = Load(erlangs / handle, handle, patience), Target(share, within, occupancy)
    for needed, figures in ((needed_by_erlang_a, impatient), (needed_by_erlang_c, patient)):
        found = needed(load, target)
        assert target.is_met(found)
        assert found.agents == 1 or not target.is_met(figures(load, found.agents - 1, within))
