"""What dies amid a queue's calls: an agent's connection, found out at once, and the node itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import AGENT_TONES
from tests.e2e.floor import at_work, callers, desks, fixed, make_floor, state_of
from tests.e2e.ledger import contacts, wait_for_event
from tests.e2e.telephones import agent_at_desk, pyvoip_caller, wait_for_agent, wait_to_hear
from tests.kit.ports import kept_port
from tests.kit.server import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kit.server import Server

SOON = 6.0
"""Seconds: less than until a phone is asked that is only silent."""
PORT = kept_port()
CROWD = "many-callers-wait-until-let-go"
TALKING, WAITING = 5, 3


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    queues = {"interrupted": {"clients": ["banco_sol"], "ring_timeout": "5s", "wrap_up": "10s"}}
    agents = fixed([f"i{number}" for number in range(TALKING)], "interrupted", PORT)
    with make_floor(tmp_path_factory.mktemp("node"), queues, agents) as server:
        yield server


@pytest.mark.parametrize("state", ["ringing", "talking", "hold"])
def test_an_agent_whose_connection_dies_costs_the_caller_a_moment(
    state: str, server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    """A phone over TCP that is killed has no connection any more: it is asked soon, on hold too."""
    on_call = "ring" if state == "ringing" else "answer"
    with (
        agent_at_desk(
            server, "ana", tmp_path, plays=agent_sound, transport="tcp", dials=None, on_call=on_call
        ) as ana,
        agent_at_desk(server, "piotr", tmp_path, plays=agent_sound, dials=None, on_call="ring") as piotr,
        pyvoip_caller(server, tmp_path) as caller,
        at_work(server, "ana"),
    ):
        caller.dial("support")
        ana.wait_for_incoming()
        if state != "ringing":
            wait_to_hear(caller, AGENT_TONES)
        if state == "hold":
            ana.hold()
        wait_for_agent(server, "ana", state=state)
        with at_work(server, "piotr"):
            ana.process.kill()
            piotr.wait_for_incoming(within=SOON)
            wait_for_agent(server, "ana", state="device_offline", status="available")
            piotr.answer()
            wait_to_hear(caller, AGENT_TONES)
            caller.hang_up()
            piotr.wait_for_state("DISCONNECTED")
            if state != "ringing":
                assert wait_for_event(server, "support", "queue.rescued")["agent"] == "ana"


def test_a_node_that_dies_amid_calls_begins_with_clean_hands(node: Server, tmp_path: Path) -> None:
    agents = [f"i{number}" for number in range(TALKING)]
    mind = "agent-answers-and-stays"
    with (
        desks(PORT, mind, tmp_path / "before"),
        callers(node, "interrupted", tmp_path, scenario=CROWD, calls=TALKING + WAITING),
    ):
        wait_until(lambda: node.counters()["legs"] == 2 * TALKING + WAITING, "all talk or wait", within=15)
        wait_until(lambda: len(contacts(node)) >= TALKING + WAITING, "all are in the ledger", within=15)
        node.kill()
    node.start()
    assert node.held() == {}
    assert [state_of(node, each) for each in agents] == [("available", "idle")] * TALKING
    rows = [row for row in contacts(node) if row["dnis"] == "interrupted"]
    assert [row["outcome"] for row in rows] == ["interrupted"] * (TALKING + WAITING)
    with desks(PORT, "agent-answers-and-hangs-up", tmp_path / "after", talk=0.1) as phones:
        callers(node, "interrupted", tmp_path, scenario=CROWD, calls=TALKING).run()
        assert sorted(phones.rung()) == agents
    node.wait_for_rest()
