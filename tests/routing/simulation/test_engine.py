"""The simulator: what it counts, what it agrees with, and that every strategy can be played."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from heapq import heapreplace
from math import inf
from typing import TYPE_CHECKING

import pytest

from calls.destination import Queue
from routing.settings import AgentSettings, LeaveReason, QueueSettings, RoutingConfig
from routing.simulation.calls import Call
from routing.simulation.chance import Lengths, Stretch, arrivals
from routing.simulation.engine import Shift, Simulation
from routing.simulation.scenario import plain_centre
from routing.staffing.service import Load, impatient
from routing.strategies import STRATEGIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from routing.simulation.figures import Figures


def poisson(load: Load, calls: int, seed: int) -> Iterator[Call]:
    """So many calls or about, at a steady rate."""
    stretch = Stretch(0.0, calls / load.calls, calls, "q", Lengths(load.handle), load.patience)
    return arrivals([stretch], random.Random(seed))


@dataclass
class InTurn:
    """Calls served by the rule of first come, first served and nothing else.

    Kiefer and Wolfowitz (1955): only the time at which each agent comes free counts.
    """

    offered: int = 0
    waited: int = 0
    in_time: int = 0
    lost: int = 0
    answered_wait: float = 0.0
    handle: float = 0.0
    patience: float = 0.0
    until: float = 0.0

    @classmethod
    def play(cls, calls: Iterable[Call], agents: int) -> InTurn:
        self, free = cls(), [0.0] * agents
        for at, _, handle, patience, *_ in calls:
            wait = max(0.0, free[0] - at)
            self.offered += 1
            self.handle += handle
            self.patience += patience
            self.until = at
            if wait > patience:
                self.lost += 1
            else:
                self.waited += wait > 0
                self.in_time += wait <= 20
                self.answered_wait += wait
                heapreplace(free, at + wait + handle)
        return self

    @property
    def load(self) -> Load:
        """What really came: rates and means differ from those asked for, and the figures with them."""
        return Load(self.offered / self.until, self.handle / self.offered, self.patience / self.offered)

    @property
    def asa(self) -> float:
        return self.answered_wait / (self.offered - self.lost)


def close(found: float, expected: float) -> bool:
    return found == pytest.approx(expected, rel=0.01)


CASES = [(5, Load(3 / 100, 100)), (10, Load(10 / 100, 100, 60)), (3, Load(4 / 100, 100, 100))]
NAMES = ["M/M/5", "M/M/10+M", "M/M/3+M overloaded"]


@pytest.mark.parametrize(("agents", "load"), CASES, ids=NAMES)
def test_the_engine_serves_exactly_as_first_come_first_served(agents: int, load: Load) -> None:
    tally = Simulation(plain_centre(["q"], agents)).run(poisson(load, 10_000, 3)).whole()
    expected = InTurn.play(poisson(load, 10_000, 3), agents)
    assert tally.offered == expected.offered
    assert tally.left["abandoned"] == expected.lost == tally.offered - tally.answered
    assert tally.waited - expected.lost == expected.waited
    assert tally.in_time == expected.in_time
    assert tally.answered_wait == pytest.approx(expected.answered_wait)


@pytest.mark.parametrize(("agents", "load"), CASES, ids=NAMES)
def test_the_engine_agrees_with_erlang_within_a_per_cent(agents: int, load: Load) -> None:
    """Waits vary so much that it takes a million calls to know their mean to a per cent.

    So the engine plays some, first come, first served plays the same and a million others besides: what the engine
    gives is what the many give, plus its difference on those that both have played (a control variate).
    """
    engine = Simulation(plain_centre(["q"], agents)).run(poisson(load, 5_000, 4)).whole()
    same = InTurn.play(poisson(load, 5_000, 4), agents)
    many = InTurn.play(poisson(load, 2_000_000 if load.patience == inf else 500_000, 5), agents)
    expected = impatient(many.load, agents, 20)
    assert close(many.asa + engine.asa - same.asa, expected.asa)
    level = many.in_time / many.offered + engine.service_level - same.in_time / same.offered
    assert close(level, expected.service_level)
    assert close(many.lost / many.offered + engine.abandoned - same.lost / same.offered, expected.abandoned)


def test_the_engine_by_itself_agrees_with_erlang_where_figures_vary_little() -> None:
    calls = list(poisson(Load(10 / 100, 100, 60), 60_000, 6))
    simulation = Simulation(plain_centre(["q"], 10)).run(calls)
    tally, expected = simulation.whole(), impatient(InTurn.play(calls, 10).load, 10, 20)
    assert close(tally.service_level, expected.service_level)
    assert close(tally.waited / tally.offered, expected.waited)
    assert close(tally.abandoned, expected.abandoned)
    assert close(simulation.crew().occupancy, expected.occupancy)


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_every_strategy_serves_everybody_in_turn(strategy: str) -> None:
    calls = list(poisson(Load(4 / 60, 60), 3_000, 7))
    centre = plain_centre(["q"], 5, strategy=strategy)
    tally = Simulation(centre, ring=2.0).run(calls).whole()
    assert tally.answered == tally.offered == len(calls)
    assert not tally.left


def test_callers_are_answered_in_the_order_of_their_coming() -> None:
    calls = [Call(float(at), "q", 100.0, group=str(at)) for at in range(50)]
    groups = Simulation(plain_centre(["q"], 3)).run(calls).groups()
    began = [float(name) + tally.answered_wait for name, tally in groups.items()]
    assert began == sorted(began)


def one(patience: float = inf, handle: float = 60.0, at: float = 0.0, queue: str = "q") -> Call:
    return Call(at, queue, handle, patience)


def test_the_time_a_phone_rings_is_waited_and_worked() -> None:
    found = Simulation(plain_centre(["q"], 1), ring=3.0).run([one(), one()])
    tally, work = found.whole(), found.agents["a1"]
    assert (tally.answered_wait, tally.longest) == (3.0 + 66.0, 66.0)
    assert (work.busy, work.staffed, work.calls) == (126.0, 126.0, 2)


def test_who_hangs_up_while_the_phone_rings_was_not_answered() -> None:
    tally = Simulation(plain_centre(["q"], 1), ring=3.0).run([one(patience=2.0), one(at=10.0)]).whole()
    assert (tally.answered, tally.left["abandoned"], tally.waits) == (1, 1, 5.0)


def test_who_overflows_to_another_queue_keeps_the_wait() -> None:
    centre = plain_centre(["q", "r"], 2)
    overflow = {LeaveReason.TIMEOUT: Queue("r")}
    queues = {"q": replace(centre.queues["q"], max_wait=30.0, overflow=overflow), "r": centre.queues["r"]}
    agents = {"a1": AgentSettings("a1", queues=("q",)), "a2": AgentSettings("a2", queues=("r",))}
    found = Simulation(RoutingConfig(queues, agents)).run([one(handle=300.0), one(), one(at=31.0)])
    assert found.queues()["q"].answered_wait == 30.0 + 59.0
    assert found.agents["a2"].calls == 2


def test_who_is_turned_away_is_counted_by_reason() -> None:
    queue = QueueSettings("q", capacity=1, max_wait=20.0)
    centre = RoutingConfig({"q": queue}, {"a": AgentSettings("a", queues=("q",))})
    tally = Simulation(centre).run([one(), one(), one()]).whole()
    assert (tally.answered, tally.left["full"], tally.left["timeout"]) == (1, 1, 1)


def test_who_can_never_be_served_is_not_forgotten() -> None:
    found = Simulation(plain_centre(["q"], 1), shifts=[Shift(10.0, "a1", is_on=False)]).run([one(at=20.0)])
    assert found.whole().left["not_served"] == 1


def test_agents_come_and_go_by_their_shifts_and_finish_their_call() -> None:
    shifts = [Shift(0.0, "a1", is_on=True), Shift(30.0, "a1", is_on=False), Shift(100.0, "a1", is_on=True)]
    found = Simulation(plain_centre(["q"], 1), shifts=shifts, closing=200.0).run([one(), one()])
    assert found.whole().longest == 100.0
    assert found.agents["a1"].staffed == 60.0 + 100.0
    assert found.agents["a1"].busy == 120.0


def test_who_is_back_at_work_before_the_call_is_over_has_not_been_away() -> None:
    shifts = [Shift(30.0, "a1", is_on=False), Shift(40.0, "a1", is_on=True)]
    found = Simulation(plain_centre(["q"], 1), shifts=shifts, closing=200.0).run([one(), one(at=70.0)])
    assert found.agents["a1"].staffed == 200.0
    assert found.whole().longest == 0.0


def test_a_wait_of_just_the_time_promised_is_in_time() -> None:
    for within, kept in ((60.0, 2), (59.9, 1)):
        tally = Simulation(plain_centre(["q"], 1), within={"q": within}).run([one(), one()]).whole()
        assert tally.in_time == kept


def test_who_overflows_comes_before_who_called_later() -> None:
    centre = plain_centre(["q", "r"], 1)
    queues = dict(centre.queues)
    queues["q"] = replace(queues["q"], max_wait=30.0, overflow={LeaveReason.TIMEOUT: Queue("r")})
    agents = {"a1": AgentSettings("a1", queues=("r",))}
    found = Simulation(RoutingConfig(queues, agents)).run(
        [one(at=0.0, queue="r"), one(at=1.0, queue="q"), one(at=20.0, queue="r")]
    )
    assert found.queues()["q"].longest == 59.0
    assert found.queues()["r"].longest == 100.0


def test_overtime_is_time_at_work() -> None:
    found = Simulation(plain_centre(["q"], 1), closing=50.0).run([one(), one()])
    assert found.agents["a1"].staffed == found.agents["a1"].busy == 120.0


def test_wrap_up_of_queues_is_left_aside_for_handle_times_hold_it() -> None:
    centre = plain_centre(["q"], 1)
    centre = replace(centre, queues={"q": replace(centre.queues["q"], wrap_up=30.0)})
    assert Simulation(centre).run([one(), one()]).whole().longest == 60.0


def test_skills_and_languages_are_asked() -> None:
    agents = {
        "a": AgentSettings("a", queues=("q",), skills={"lang_pl": 3}),
        "b": AgentSettings("b", queues=("q",)),
    }
    centre = RoutingConfig({"q": QueueSettings("q")}, agents)
    polish = one()._replace(requires=(("lang_pl", 1),))
    found = Simulation(centre).run([polish, polish, one()])
    assert {name: work.calls for name, work in found.agents.items()} == {"a": 2, "b": 1}


def test_figures_of_days_add_up() -> None:
    def day(seed: int) -> Figures:
        return Simulation(plain_centre(["q"], 2)).run(poisson(Load(1 / 60, 60, 90), 500, seed))

    both, second = day(1), day(2)
    first = day(1).whole()
    both.add(second)
    assert both.whole().offered == first.offered + second.whole().offered
    assert both.whole().longest == max(first.longest, second.whole().longest)
    assert both.whole().wait(1.0) == float(int(both.whole().longest)) or both.whole().left
    assert both.agents["a1"].calls == day(1).agents["a1"].calls + second.agents["a1"].calls
