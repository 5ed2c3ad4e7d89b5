"""Each strategy with foreign phones: whose phone rings when, by what the phones themselves saw."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.e2e.floor import callers, choose, desks, fixed, make_floor, state_of
from tests.kit.ports import kept_port
from tests.kit.server import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kit.server import Server

SKILL = "cards"
PROFICIENCY = (1, 3, 5)
TALK = {"least-talk-time": (0.8, 0.1, 0.4)}
"""Seconds that the first, second and third agent talk, where it matters."""

ORDERS = {
    "longest-idle": [1, 2, 1, 2, 1, 3],
    "round-robin": [1, 2, 1, 3, 2, 1],
    "fewest-calls": [1, 2, 1, 3, 2, 3],
    "least-talk-time": [1, 2, 2, 3, 2, 2],
    "linear": [1, 1, 1, 1, 1, 1],
    "best-skill": [2, 2, 2, 3, 3, 3],
}
"""Six callers, one after the other; the third agent comes to work after the third of them."""
PORTS = [kept_port() for _ in PROFICIENCY]
RINGING, QUICK, QUICKER = (kept_port() for _ in range(3))
ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'


def _name(strategy: str, number: int) -> str:
    return f"{strategy}-{number}"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    usual = {"clients": ["banco_sol"], "ring_timeout": "5s", "wrap_up": 0}
    queues = {each: {**usual, "strategy": each} for each in (*ORDERS, "random", "ring-all")}
    queues["best-skill"]["prefers"] = [SKILL]
    queues["both-answer"] = {**usual, "strategy": "ring-all"}
    queues["ring-progressively"] = {**usual, "strategy": "ring-progressively", "progressive_delay": "600ms"}
    agents = [
        each
        for strategy in (*ORDERS, "random")
        for number, (port, skill) in enumerate(zip(PORTS, PROFICIENCY, strict=True), 1)
        for each in fixed([_name(strategy, number)], strategy, port, skills={SKILL: skill})
    ]
    for strategy in ("ring-all", "ring-progressively"):
        agents += fixed([_name(strategy, number) for number in (1, 2)], strategy, RINGING)
        agents += fixed([_name(strategy, 3)], strategy, QUICK)
    agents += fixed(["quick"], "both-answer", QUICK) + fixed(["quicker"], "both-answer", QUICKER)
    folder = tmp_path_factory.mktemp("node")
    with make_floor(folder, queues, agents, skills=(SKILL,)) as server:
        yield server


@pytest.mark.parametrize("strategy", ORDERS)
def test_phones_ring_in_the_order_of_the_strategy(strategy: str, server: Server, tmp_path: Path) -> None:
    with ExitStack() as stack:
        phones = [
            stack.enter_context(desks(port, "agent-answers-and-hangs-up", tmp_path, talk=talk))
            for port, talk in zip(PORTS, TALK.get(strategy, (0.05, 0.05, 0.05)), strict=True)
        ]
        third = _name(strategy, 3)
        choose(server, third, "not_ready")
        callers(server, strategy, tmp_path, calls=3, at_once=1).run()
        wait_until(lambda: _all_idle(server, strategy), "all are idle", within=15)
        choose(server, third, "available")
        callers(server, strategy, tmp_path, calls=3, at_once=1).run()
        invites = sorted((each for phone in phones for each in phone.invites()), key=lambda each: each.at)
    assert [each.user for each in invites] == [_name(strategy, number) for number in ORDERS[strategy]]


def test_random_rings_now_this_one_now_that_one(server: Server, tmp_path: Path) -> None:
    with ExitStack() as stack:
        phones = [stack.enter_context(desks(port, "agent-answers-and-hangs-up", tmp_path)) for port in PORTS]
        callers(server, "random", tmp_path, calls=12, at_once=1).run()
        rung = [len(phone.rung()) for phone in phones]
    assert sum(rung) == 12
    assert max(rung) < 12  # once in 177,000 times one of three gets all


def test_all_ring_one_answers_and_the_others_are_told_that_it_is_done(server: Server, tmp_path: Path) -> None:
    caller = callers(server, "ring-all", tmp_path)
    with (
        desks(RINGING, "agent-rings-expect-cancel", tmp_path) as ringing,
        desks(QUICK, "agent-answers-and-hangs-up", tmp_path, ring=0.4, talk=0.2) as quick,
    ):
        caller.run()
        cancels = ringing.wait_for("CANCEL", 2)
        ringing.wait_for("ACK", 2)
        answered = next(each.at for each in quick.messages() if each.is_sent and each.start == "200")
    assert sorted(ringing.rung()) == ["ring-all-1", "ring-all-2"]
    assert quick.rung() == ["ring-all-3"]
    assert all(each.at < answered for each in ringing.invites())
    assert [each.header("Reason") for each in cancels] == [ELSEWHERE, ELSEWHERE]
    assert cancels[-1].at - answered < 0.5
    for number in (1, 2, 3):
        assert state_of(server, _name("ring-all", number)) == ("available", "idle")


def test_of_two_who_answer_at_once_one_has_the_caller_and_the_other_is_let_go(
    server: Server, tmp_path: Path
) -> None:
    """Both say 200 to the INVITE, which then can be cancelled no more: ACK and BYE (RFC 3261 s.13.2.2.4, s.15)."""
    caller = callers(server, "both-answer", tmp_path, scenario="caller-talks-a-second")
    mind = "agent-answers-without-ringing-expect-bye"
    with desks(QUICK, mind, tmp_path) as quick, desks(QUICKER, mind, tmp_path) as quicker:
        caller.run()
        byes = {phone.port: phone.wait_for("BYE")[0] for phone in (quick, quicker)}
        acks = [phone.heard("ACK")[0] for phone in (quick, quicker)]
        assert (len(quick.rung()), len(quicker.rung())) == (1, 1)
    let_go, kept = sorted(byes.values(), key=lambda each: each.at)
    hung_up = next(each.at for each in caller.messages() if each.is_sent and each.start == "BYE")
    assert let_go.at - max(each.at for each in acks) < 0.5
    assert let_go.at < hung_up <= kept.at
    assert "elsewhere" in let_go.header("Reason")
    wait_until(lambda: state_of(server, "quick") == ("available", "idle"), "quick is idle", within=15)
    wait_until(lambda: state_of(server, "quicker") == ("available", "idle"), "quicker is idle", within=15)


def test_one_phone_more_rings_each_time_the_delay_has_passed(server: Server, tmp_path: Path) -> None:
    with (
        desks(RINGING, "agent-rings-expect-cancel", tmp_path) as ringing,
        desks(QUICK, "agent-answers-and-hangs-up", tmp_path, ring=0.2, talk=0.1) as quick,
    ):
        callers(server, "ring-progressively", tmp_path).run()
        cancels = ringing.wait_for("CANCEL", 2)
    first, second = ringing.invites()
    (third,) = quick.invites()
    assert [first.user, second.user, third.user] == [_name("ring-progressively", each) for each in (1, 2, 3)]
    assert second.at - first.at == pytest.approx(0.6, abs=0.25)
    assert third.at - second.at == pytest.approx(0.6, abs=0.25)
    assert all(each.at > third.at for each in cancels)  # who rings goes on ringing
    assert [each.header("Reason") for each in cancels] == [ELSEWHERE, ELSEWHERE]


def _all_idle(server: Server, strategy: str) -> bool:
    return all(state_of(server, _name(strategy, number))[1] == "idle" for number in (1, 2, 3))
