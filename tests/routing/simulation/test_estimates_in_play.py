"""Estimates as the distributor makes them, held against the waits of simulated callers."""

from __future__ import annotations

import random
from math import inf
from typing import TYPE_CHECKING

import pytest

from routing.agents.tables import Status
from routing.commands import RingAgent
from routing.distributor import Distributor
from routing.queues.entry import EntryJoin
from routing.settings import AgentSettings, QueueSettings, RoutingConfig
from routing.simulation.chance import Lengths, Stretch, arrivals
from routing.simulation.engine import Simulation
from routing.simulation.scenario import plain_centre

if TYPE_CHECKING:
    from routing.queues.estimates import EstimateView


def play(agents: int, stretches: list[Stretch], seed: int = 1) -> dict[str, EstimateView]:
    """A live centre, as far as the distributor can tell: it explains, records and estimates."""
    centre = plain_centre(dict.fromkeys(each.queue for each in stretches), agents)
    simulation = Simulation(centre, ring=3.0, quiet=False)
    simulation.run(arrivals(stretches, random.Random(seed)))
    return {each.id: each.estimates for each in simulation.core.queues(now=0.0)}


def steady(queue: str, erlangs: float, handle: float, patience: float, calls: int = 6000) -> Stretch:
    return Stretch(0.0, calls * handle / erlangs, calls, queue, Lengths(handle), patience)


@pytest.mark.parametrize(
    ("agents", "erlangs", "patience", "bias", "error", "hits"),
    [(20, 19, inf, 0.2, 0.45, 0.75), (20, 22, 120, 0.15, 0.5, 0.95), (50, 60, 300, 0.1, 0.3, 0.97)],
)
def test_estimates_are_near_the_real_waits(
    agents: int, erlangs: float, patience: float, bias: float, error: float, hits: float
) -> None:
    view = play(agents, [steady("q", erlangs, 240, patience)])["q"]
    assert view.is_told
    assert view.judged > 1000
    assert abs(view.bias) < bias * view.waited
    assert view.error < error * view.waited
    assert view.hits > hits


def test_agents_who_serve_two_queues_are_not_promised_to_each_of_them() -> None:
    views = play(20, [steady("q", 12, 240, 300), steady("r", 10, 240, 300, calls=5000)])
    for view in views.values():
        assert view.is_told
        assert abs(view.bias) < 0.25 * view.waited
        assert view.hits > 0.85


def test_a_reload_does_not_change_what_was_guessed() -> None:
    ana = AgentSettings("ana", contact="sip:ana@192.0.2.1", queues=("q",), status=Status.AVAILABLE)
    centre = RoutingConfig({"q": QueueSettings("q")}, {"ana": ana})
    core = Distributor(centre, now=0.0)

    def answer(now: float) -> None:
        rung = [each.reservation for each in core.take_commands() if isinstance(each, RingAgent)]
        for each in rung:
            core.reservation_answered(each, now=now)

    for number in range(12):
        core.join(EntryJoin(f"e{number}", f"c{number}", "q"), now=100.0 * number)
        answer(100.0 * number)
        core.bridge_ended("ana", now=100.0 * (number + 1))
    for name in ("talks", "second", "third"):
        core.join(EntryJoin(name, name, "q"), now=1200.0)
        answer(1200.0)
    core.bridge_ended("ana", now=1300.0)
    answer(1300.0)
    core.reconfigure(centre, now=1350.0)
    core.bridge_ended("ana", now=1400.0)
    answer(1400.0)
    view = core.queue("q", now=1400.0).estimates
    assert (view.judged, view.waited) == (2, 150.0)
    assert view.bias == pytest.approx(0.0)


def test_where_two_agents_make_waits_a_matter_of_luck_nothing_is_told() -> None:
    view = play(2, [steady("q", 2, 300, 300)])["q"]
    assert view.hits < 0.5
    assert not view.is_told
