"""The formulas against published tables, against sums over the states, at their limits, and for any figures."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.staffing.erlang import erlang_b, erlang_c
from routing.staffing.service import Load, Service, impatient, patient


@pytest.mark.parametrize(
    ("agents", "load", "lost"),
    # The traffic tables printed in every handbook, e.g. Siemens, Telephone Traffic Theory Tables and Charts (1970).
    [
        (1, 0.0101, 0.01), (5, 1.36, 0.01), (10, 4.46, 0.01), (20, 12.03, 0.01), (50, 37.90, 0.01),
        (100, 84.06, 0.01), (10, 5.08, 0.02), (10, 6.22, 0.05),
    ],
)  # fmt: skip
def test_erlang_b_agrees_with_the_printed_tables(agents: int, load: float, lost: float) -> None:
    assert erlang_b(agents, load) == pytest.approx(lost, rel=0.005)


def test_erlang_c_agrees_with_published_waits() -> None:
    # Abstract Micro Systems, Erlang Library for Excel, ErlcWait4: 100 calls in half an hour, 20 agents.
    assert patient(Load(100 / 1800, 240), 20, 20).asa == pytest.approx(2.243505841, rel=1e-8)
    assert patient(Load(100 / 1800, 300), 20, 20).asa == pytest.approx(30.4312286, rel=1e-7)


def test_erlang_c_agrees_with_a_worked_example() -> None:
    # I. Angus and others pass on: 0.2 calls a second, 240 s each, 55 agents, 15 s.
    found = patient(Load(0.2, 240), 55, 15)
    assert found.occupancy == pytest.approx(0.873, abs=0.0005)
    assert found.waited == pytest.approx(0.239, abs=0.0005)
    assert found.asa == pytest.approx(8.2, abs=0.05)
    assert found.service_level == pytest.approx(0.846, abs=0.0005)


def test_erlang_a_agrees_with_the_example_of_garnett_mandelbaum_and_reiman() -> None:
    # Designing a Call Center with Impatient Customers (2002), table 1: 48 calls a minute, a minute each, 50 agents,
    # patience of two minutes; with and without hanging up.
    load = Load(48 / 60, 60, 120)
    found = impatient(load, 50, 20)
    assert found.abandoned == pytest.approx(0.031, abs=0.0005)
    assert found.abandoned * load.patience == pytest.approx(3.7, abs=0.05)  # the mean wait of all, by Little
    assert found.occupancy == pytest.approx(0.93, abs=0.005)
    without = patient(load, 50, 58.1)
    assert without.asa == pytest.approx(20.8, abs=0.05)
    assert without.service_level == pytest.approx(0.90, abs=0.0005)
    assert without.occupancy == pytest.approx(0.96)


def by_states(load: Load, agents: int, longest: int) -> tuple[float, float, float, float]:
    """Waited, abandoned, mean wait of the answered, occupancy: summed over the states of the chain."""
    leaving, rate = 1 / load.patience, 1 / load.handle
    weights = [1.0]
    for state in range(1, agents + longest):
        out = min(state, agents) * rate + max(0, state - agents) * leaving
        weights.append(weights[-1] * load.calls / out)
    total = sum(weights)
    shares = [each / total for each in weights]
    waited = sum(shares[agents:])
    answered = waits = 0.0
    passing = 0.0
    for ahead, share in enumerate(shares[agents:]):
        passing += 1 / (agents * rate + (ahead + 1) * leaving)
        stays = agents * rate / (agents * rate + (ahead + 1) * leaving)
        answered += share * stays
        waits += share * stays * passing
    abandoned = waited - answered
    return waited, abandoned, waits / (1 - abandoned), load.erlangs * (1 - abandoned) / agents


@given(st.floats(0.01, 40.0), st.floats(1.0, 3600.0), st.floats(0.5, 3600.0), st.integers(1, 40))
def test_erlang_a_agrees_with_the_sum_over_all_states(
    erlangs: float, handle: float, patience: float, agents: int
) -> None:
    load = Load(erlangs / handle, handle, min(patience, 10 * handle))
    found = impatient(load, agents, 20)
    expected = by_states(load, agents, 2000)
    assert (found.waited, found.abandoned, found.asa, found.occupancy) == pytest.approx(
        expected, rel=1e-8, abs=1e-12
    )


def test_ten_thousand_agents_are_no_trouble() -> None:
    assert erlang_b(10_000, 10_000) == pytest.approx(0.00793, rel=0.005)  # about sqrt(2 / (pi n))
    assert erlang_c(10_000, 9_900) == pytest.approx(0.2238, rel=0.01)  # Halfin and Whitt at beta = 1
    hard = impatient(Load(40.0, 300, 60), 10_000, 20)
    assert hard.abandoned == pytest.approx(1 - 10_000 / 12_000, rel=1e-6)  # the fluid limit
    assert hard.asa == pytest.approx(60 * 0.1823215, rel=2e-3)
    flooded = impatient(Load(1e4, 300, 60), 10_000, 20)
    assert 0 < flooded.abandoned < 1
    assert flooded.occupancy == pytest.approx(1.0)
    assert impatient(Load(1e-9, 300, 60), 10_000, 20).service_level == 1.0


def test_overload_without_hanging_up_is_said_to_be_hopeless() -> None:
    assert patient(Load(1.0, 10), 10, 20) == Service(10, 0.0, inf, 1.0, 0.0, 1.0)
    assert erlang_c(10, 10.0) == 1.0


def test_nobody_there_and_nobody_calling() -> None:
    assert impatient(Load(1.0, 10, 60), 0, 20) == Service(0, 0.0, 0.0, 1.0, 1.0, 0.0)
    assert impatient(Load(0.0, 10, 60), 3, 20) == Service(3, 1.0, 0.0, 0.0, 0.0, 0.0)


def test_callers_without_any_patience_are_those_of_erlang_b() -> None:
    lost = erlang_b(8, 6.0)
    assert impatient(Load(0.1, 60, 0.0), 8, 20).abandoned == lost
    assert impatient(Load(0.1, 60, 1e-6), 8, 20).abandoned == pytest.approx(lost, rel=1e-4)


def test_figures_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        erlang_b(-1, 3.0)


loads = st.floats(0.01, 300.0)
handles = st.floats(1.0, 3600.0)
patiences = st.floats(1.0, 36_000.0)
limits = st.floats(0.0, 600.0)
crews = st.integers(1, 400)


@given(loads, handles, patiences, crews, limits)
def test_every_figure_is_possible(
    erlangs: float, handle: float, patience: float, agents: int, within: float
) -> None:
    found = impatient(Load(erlangs / handle, handle, patience), agents, within)
    for share in (found.service_level, found.waited, found.abandoned, found.occupancy):
        assert -1e-12 <= share <= 1 + 1e-12
    assert found.service_level <= 1 - found.abandoned + 1e-9
    assert 0 <= found.asa < inf


@given(loads, handles, patiences, crews, limits)
def test_one_agent_more_never_serves_worse(
    erlangs: float, handle: float, patience: float, agents: int, within: float
) -> None:
    load = Load(erlangs / handle, handle, patience)
    fewer, more = (impatient(load, each, within) for each in (agents, agents + 1))
    assert more.service_level >= fewer.service_level - 1e-11
    assert more.abandoned <= fewer.abandoned + 1e-11
    assert more.waited <= fewer.waited + 1e-11
    assert more.occupancy <= fewer.occupancy + 1e-8
    # Not the mean wait of those answered: with more agents, callers are reached who would have hung up.
    if erlangs < agents:
        assert patient(load, agents + 1, within).asa <= patient(load, agents, within).asa


@given(st.floats(0.05, 0.99), handles, crews, limits)
def test_endless_patience_makes_erlang_a_erlang_c(
    share: float, handle: float, agents: int, within: float
) -> None:
    erlangs = share * agents
    found = impatient(Load(erlangs / handle, handle, 1e13), agents, within)
    expected = patient(Load(erlangs / handle, handle), agents, within)
    assert found.waited == pytest.approx(erlang_c(agents, erlangs), rel=1e-6, abs=1e-12)
    assert expected.waited == pytest.approx(erlang_c(agents, erlangs), rel=1e-9, abs=1e-15)
    assert found.service_level == pytest.approx(expected.service_level, abs=1e-6)
    assert found.asa == pytest.approx(expected.asa, rel=1e-5, abs=1e-9)
    assert found.abandoned == pytest.approx(0.0, abs=1e-6)


@given(loads, handles, patiences, crews)
def test_what_is_answered_late_or_abandoned_is_all_that_is_not_in_time(
    erlangs: float, handle: float, patience: float, agents: int
) -> None:
    load = Load(erlangs / handle, handle, patience)
    assert impatient(load, agents, 1e9).service_level == pytest.approx(
        1 - impatient(load, agents, 1e9).abandoned, abs=1e-9
    )
    assert impatient(load, agents, 0.0).service_level == pytest.approx(
        1 - impatient(load, agents, 0.0).waited, abs=1e-12
    )
