"""Callers who hang up, or hold, in each moment of a queue's call: no phone rings on, and every agent is free again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.floor import callers, desks, fixed, make_floor, state_of
from tests.e2e.ledger import contacts, newest
from tests.kit.ports import kept_port
from tests.kit.punctual_phone import PunctualPhone
from tests.kit.server import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kit.server import Server

PORT = kept_port()
HANGS_UP = "answered-and-ended"
"""A caller who waits for 300 ms."""
MANY = 40
IDLE = ("available", "idle")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    usual = {"clients": ["banco_sol"], "ring_timeout": "5s", "wrap_up": 0, "keep_place": 0}
    queues = dict.fromkeys(("silent", "trying", "ringing", "crossing", "holding"), usual)
    agents = [each for queue in queues if queue != "crossing" for each in fixed([queue], queue, PORT)]
    agents += fixed([f"x{number}" for number in range(MANY)], "crossing", PORT)
    with make_floor(tmp_path_factory.mktemp("node"), queues, agents) as server:
        yield server


@pytest.mark.parametrize(
    ("queue", "mind"),
    [("trying", "agent-says-100-only-expect-cancel"), ("ringing", "agent-rings-expect-cancel")],
)
def test_a_caller_who_leaves_stops_the_phone(queue: str, mind: str, server: Server, tmp_path: Path) -> None:
    with desks(PORT, mind, tmp_path) as phone:
        callers(server, queue, tmp_path, scenario=HANGS_UP).run()
        (cancel,) = phone.wait_for("CANCEL")
        phone.wait_for("ACK")
        wait_until(lambda: state_of(server, queue) == IDLE, "the agent is free", within=15)
    assert "elsewhere" not in cancel.header("Reason")  # it is a missed call
    seen = newest(server, queue)
    assert seen.row["outcome"] == "abandoned"
    assert [each["result"] for each in seen.data("reservation.ended")] == ["caller_left"]


def test_a_phone_that_answers_when_the_caller_has_left_is_let_go(server: Server, tmp_path: Path) -> None:
    """Nothing may be cancelled before the phone has said something (RFC 3261 s.9.1): its late 200 gets ACK and BYE."""
    with desks(PORT, "agent-answers-late-without-ringing-expect-bye", tmp_path, ring=0.8) as phone:
        callers(server, "silent", tmp_path, scenario=HANGS_UP).run()
        wait_until(lambda: state_of(server, "silent") == IDLE, "the agent is free", within=15)
        phone.wait_for("BYE")
        assert not phone.heard("CANCEL")
    assert newest(server, "silent").row["outcome"] == "abandoned"


def test_callers_who_leave_at_the_very_moment_of_the_answer_leave_nothing_behind(
    server: Server, tmp_path: Path
) -> None:
    with PunctualPhone(PORT, 0.29) as phones:
        callers(server, "crossing", tmp_path, scenario=HANGS_UP, calls=MANY, rate=MANY).run()
        wait_until(
            lambda: all(state_of(server, f"x{number}") == IDLE for number in range(MANY)),
            "all idle",
            within=15,
        )
        server.wait_for_rest()
        assert len(phones.ends) == MANY
        assert set(phones.ends) <= {"487", "BYE"}
    outcomes = [row["outcome"] for row in contacts(server) if row["dnis"] == "crossing"]
    assert len(outcomes) == MANY
    assert set(outcomes) <= {"answered", "abandoned"}


def test_a_caller_may_hold_while_the_agents_phone_rings(server: Server, tmp_path: Path) -> None:
    with desks(PORT, "agent-answers-and-stays", tmp_path, ring=0.1) as phone:
        callers(server, "holding", tmp_path, scenario="caller-holds-for-a-moment").run()
        phone.wait_for("BYE")
        assert phone.rung() == ["holding"]
    assert newest(server, "holding").row["outcome"] == "answered"
