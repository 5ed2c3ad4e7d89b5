"""Agents' phones (pjsua2) that are killed in every state: the caller (pyVoIP) hears another agent, and is heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import AGENT_TONES, CALLER_TONES
from tests.e2e.ledger import newest, wait_for_event
from tests.e2e.telephones import agent_at_desk, agent_heard, pyvoip_caller, wait_for_agent, wait_to_hear

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.server import Server

DIES = 35.0
"""Seconds in which a death is found out, the longest on hold."""


@pytest.mark.parametrize("state", ["talking", "hold"])
def test_a_phone_that_dies_in_a_call_costs_the_caller_nothing(
    state: str, server: Server, tmp_path: Path, caller_sound: Path, agent_sound: Path
) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana,
        agent_at_desk(server, "piotr", tmp_path, plays=agent_sound, on_call="ring") as piotr,
        pyvoip_caller(server, tmp_path) as caller,
    ):
        caller.dial("support")
        wait_to_hear(caller, AGENT_TONES)
        if state == "hold":
            ana.hold()
            wait_for_agent(server, "ana", state="hold")
        caller.heard(1.0)
        ana.process.kill()
        told = wait_for_event(server, "support", "queue.rescued", within=DIES)
        assert (told["agent"], told["first"]) == ("ana", True)
        wait_for_agent(server, "ana", state="device_offline", within=10)
        piotr.wait_for_incoming()
        piotr.answer()
        caller.say(caller_sound)
        wait_to_hear(caller, AGENT_TONES)
        caller.heard(1.0)
        caller.hang_up()
        piotr.wait_for_state("DISCONNECTED")
        assert agent_heard(piotr, CALLER_TONES)
        wait_for_agent(server, "piotr", state="idle")
    seen = newest(server, "support")
    assert [each["result"] for each in seen.data("reservation.ended")] == ["answered", "answered"]
    assert [each["agent"] for each in seen.data("reservation.ended")] == ["ana", "piotr"]


def test_a_phone_that_dies_while_it_rings_makes_room_for_the_next(
    server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound, on_call="ring") as ana,
        agent_at_desk(server, "piotr", tmp_path, plays=agent_sound),
        pyvoip_caller(server, tmp_path) as caller,
    ):
        caller.dial("support")
        ana.wait_for_incoming()
        ana.process.kill()
        wait_to_hear(caller, AGENT_TONES, within=25)
        caller.hang_up()
    assert [each["agent"] for each in newest(server, "support").data("reservation.ended")] == ["ana", "piotr"]
    server.wait_for_rest(within=40)  # nobody answers our CANCEL: timer F


def test_a_phone_that_dies_in_wrap_up_gets_no_caller(
    server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana,
        pyvoip_caller(server, tmp_path) as first,
    ):
        first.dial("patience")
        wait_to_hear(first, AGENT_TONES)
        first.hang_up()
        wait_for_agent(server, "ana", state="wrap_up")
        ana.process.kill()
        with (
            agent_at_desk(server, "piotr", tmp_path, plays=agent_sound),
            pyvoip_caller(server, tmp_path, "600100201") as second,
        ):
            second.dial("support")
            wait_to_hear(second, AGENT_TONES, within=25)
            second.hang_up()
    seen = newest(server, "support")
    assert seen.data("reservation.ended")[-1]["agent"] == "piotr"


def test_who_waited_when_the_node_died_goes_first_after_it(own_server: Server, tmp_path: Path) -> None:
    with pyvoip_caller(own_server, tmp_path) as caller:
        caller.dial("support")
        caller.heard(1.0)
        wait_for_event(own_server, "support", "queue.joined")
        own_server.kill()
    own_server.start()
    with pyvoip_caller(own_server, tmp_path) as caller:
        caller.dial("support")
        told = wait_for_event(own_server, "support", "queue.place_regained")
        assert told["first"] is True
        caller.hang_up()
