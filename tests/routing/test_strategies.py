"""Each strategy, by whom it rings first."""

from __future__ import annotations

import pytest

from routing.settings import NoAnswer
from routing.strategies import ALIASES, STRATEGIES, canonical
from tests.routing.floor import agent, centre, join, left, pass_time, reservation, rung, stopped, talk


def served(distributor: object, name: str, *, now: float, seconds: float) -> str:
    """Who gets one call that lasts so long."""
    commands = join(distributor, name, now=now)  # type: ignore[arg-type]
    talk(distributor, commands, now=now)  # type: ignore[arg-type]
    ((_, who),) = rung(commands)
    distributor.bridge_ended(who, now=now + seconds)  # type: ignore[attr-defined]
    distributor.take_commands()  # type: ignore[attr-defined]
    return who


def test_fewest_calls_rings_who_has_answered_fewest() -> None:
    distributor = centre(agent("ana"), agent("ben"), strategy="fewest-calls")
    assert [served(distributor, f"e{n}", now=10 * n, seconds=5) for n in range(4)] == ["ana", "ben"] * 2
    assert distributor.agent("ana").calls == 2


def test_least_talk_time_rings_who_has_talked_least() -> None:
    distributor = centre(agent("ana"), agent("ben"), strategy="least-talk-time")
    lengths = [50, 10, 10, 10, 10, 10, 10]
    got = [served(distributor, f"e{n}", now=100 * n, seconds=each) for n, each in enumerate(lengths)]
    assert got == ["ana", "ben", "ben", "ben", "ben", "ben", "ana"]


def test_round_robin_goes_on_after_who_was_rung_last() -> None:
    distributor = centre(agent("ana"), agent("ben"), agent("cyd"), strategy="round-robin")
    got = [served(distributor, f"e{n}", now=10 * n, seconds=1) for n in range(5)]
    assert got == ["ana", "ben", "cyd", "ana", "ben"]


def test_linear_always_begins_at_the_top() -> None:
    distributor = centre(agent("ana"), agent("ben"), strategy="linear")
    assert [served(distributor, f"e{n}", now=10 * n, seconds=1) for n in range(3)] == ["ana"] * 3


def test_random_asks_everybody_in_the_long_run() -> None:
    distributor = centre(agent("ana"), agent("ben"), agent("cyd"), strategy="random")
    assert {served(distributor, f"e{n}", now=10 * n, seconds=1) for n in range(12)} >= {"ana", "ben"}


def test_best_skill_rings_the_most_proficient_in_what_is_asked() -> None:
    distributor = centre(
        agent("ana", skills={"es": 3, "cards": 5}), agent("ben", skills={"es": 5}), strategy="best-skill"
    )
    assert rung(join(distributor, "e1", now=1, requires=(("es", 1),))) == [("e1", "ben")]


def test_preferred_skills_go_before_any_strategy_and_levels_before_those() -> None:
    distributor = centre(
        agent("ana"),
        agent("ben", skills={"cards": 2}),
        agent("cyd", skills={"cards": 5}, levels={"q": 2}),
        prefers=("cards",),
    )
    assert [rung(join(distributor, f"e{n}", now=n))[0][1] for n in range(3)] == ["ben", "ana", "cyd"]


def test_ring_all_rings_everybody_and_the_first_to_answer_has_the_caller() -> None:
    distributor = centre(agent("ana"), agent("ben"), agent("cyd"), strategy="ring-all")
    commands = join(distributor, "e1", now=0)
    assert rung(commands) == [("e1", "ana"), ("e1", "ben"), ("e1", "cyd")]
    first, late = reservation(commands, "ben"), reservation(commands, "cyd")
    distributor.reservation_answered(first, now=3)
    told = distributor.take_commands()
    assert stopped(told) == {reservation(commands, "ana"): "lost_race", late: "lost_race"}
    distributor.reservation_answered(late, now=3.01)
    assert stopped(distributor.take_commands()) == {late: "lost_race"}
    assert [each.state.value for each in distributor.agents()] == ["idle", "talking", "idle"]


def test_ring_all_rings_who_becomes_idle_meanwhile_too() -> None:
    distributor = centre(agent("ana"), agent("ben", contact=None, account="102"), strategy="ring-all")
    join(distributor, "e1", now=0)
    distributor.device_reachable("ben", reachable=True, now=2)
    assert rung(distributor.take_commands()) == [("e1", "ben")]


def test_losing_a_race_costs_no_rest_and_the_next_caller_rings_at_once() -> None:
    distributor = centre(agent("ana"), agent("ben"), strategy="ring-all")
    commands = join(distributor, "e1", now=0)
    assert rung(join(distributor, "e2", now=1)) == []
    distributor.reservation_answered(reservation(commands, "ana"), now=2)
    assert rung(distributor.take_commands()) == [("e2", "ben")]


def test_where_all_ring_and_nobody_comes_they_are_rung_again_by_default_of_the_file() -> None:
    distributor = centre(
        agent("ana"), agent("ben"), strategy="ring-all", no_answer=NoAnswer.RETRY, max_wait=60
    )
    join(distributor, "e1", now=0)
    assert sorted(rung(pass_time(distributor, 59))) == [("e1", "ana"), ("e1", "ben")]
    assert left(pass_time(distributor, 100)) == [("e1", "timeout")]


def test_ring_progressively_adds_a_phone_after_each_delay() -> None:
    distributor = centre(
        agent("ana"), agent("ben"), agent("cyd"), strategy="ring-progressively", progressive_delay=5
    )
    commands = join(distributor, "e1", now=0)
    assert rung(commands) == [("e1", "ana")]
    assert rung(pass_time(distributor, 4.9)) == []
    commands += pass_time(distributor, 5)
    assert rung(commands) == [("e1", "ana"), ("e1", "ben")]
    commands += pass_time(distributor, 10)
    distributor.reservation_answered(reservation(commands, "ana"), now=12)
    assert set(stopped(distributor.take_commands()).values()) == {"lost_race"}
    assert distributor.next_timeout() is None


@pytest.mark.parametrize(
    "name",
    [
        "longest-idle-agent", "ring-all", "ring-progressively", "round-robin", "top-down",
        "agent-with-least-talk-time", "agent-with-fewest-calls", "sequentially-by-agent-order", "random",
        "ringall", "leastrecent", "fewestcalls", "rrmemory", "roundrobin", "rrordered", "linear", "wrandom",
    ],
)  # fmt: skip
def test_the_names_of_freeswitch_and_asterisk_are_understood(name: str) -> None:
    assert canonical(name) in STRATEGIES


def test_an_alias_is_no_other_strategys_name() -> None:
    assert not set(ALIASES) & set(STRATEGIES)
    assert canonical("ring-most") is None
