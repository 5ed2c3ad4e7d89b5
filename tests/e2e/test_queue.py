"""Callers (pyVoIP) in queues, agents (pjsua2) who answer: tones prove that each hears the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import AGENT_TONES, CALLER_TONES
from tests.e2e.ledger import newest, wait_for_event
from tests.e2e.telephones import agent_at_desk, agent_heard, pyvoip_caller, wait_for_agent, wait_to_hear
from tests.kit.server import wait_until
from tests.kit.tone import hears, hears_sound

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.server import Server


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_caller_and_agent_hear_each_other(
    transport: str, server: Server, tmp_path: Path, caller_sound: Path, agent_sound: Path
) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound, transport=transport) as ana,
        pyvoip_caller(server, tmp_path) as caller,
    ):
        caller.dial("support")
        caller.say(caller_sound)
        wait_to_hear(caller, AGENT_TONES)
        caller.heard(1.0)
        caller.hang_up()
        ana.wait_for_state("DISCONNECTED")
        assert agent_heard(ana, CALLER_TONES)
        wait_for_agent(server, "ana", state="idle")
    seen = newest(server, "support")
    assert seen.row["outcome"] == "answered"
    assert {"queue.joined", "reservation.created", "bridge.began", "bridge.ended"} <= set(seen.types())


def test_the_agent_ends_the_call_and_the_caller_is_let_go(
    server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana,
        pyvoip_caller(server, tmp_path) as caller,
    ):
        caller.dial("support")
        wait_to_hear(caller, AGENT_TONES)
        ana.hang_up()
        caller.wait_for_hang_up(within=15)
        wait_for_agent(server, "ana", state="idle")
    assert newest(server, "support").row["ended_by"] == "agent"


def test_a_caller_who_hangs_up_cancels_the_ringing(server: Server, tmp_path: Path, agent_sound: Path) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound, on_call="ring") as ana,
        pyvoip_caller(server, tmp_path) as caller,
    ):
        mark = ana.process.mark()
        caller.dial("support")
        ana.wait_for_incoming(after=mark)
        assert hears_sound(caller.heard(0.6))
        caller.hang_up()
        assert ana.wait_for_state("DISCONNECTED", after=mark)["status"] == 487
        wait_for_agent(server, "ana", status="available", state="idle")
    assert wait_for_event(server, "support", "queue.left")["reason"] == "abandoned"


def test_an_agent_who_does_not_answer_is_set_not_ready_and_the_next_one_rings(
    server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound, on_call="ring") as ana,
        agent_at_desk(server, "piotr", tmp_path, plays=agent_sound),
        pyvoip_caller(server, tmp_path) as caller,
    ):
        mark = ana.process.mark()
        caller.dial("support")
        ana.wait_for_incoming(after=mark)
        wait_to_hear(caller, AGENT_TONES, within=15)
        assert ana.process.saw("call", state="DISCONNECTED", status=487)
        wait_for_agent(server, "ana", status="not_ready")
        caller.hang_up()
    seen = newest(server, "support")
    assert [each["result"] for each in seen.data("reservation.ended")] == ["no_answer", "answered"]
    (stay,) = server.ask(f"/api/v1/contacts/{seen.id}/why")["stays"]
    assert [(each["agent"], each["result"]) for each in stay["decisions"]] == [
        ("ana", "no_answer"),
        ("piotr", "answered"),
    ]
    told = server.run("why", seen.id, "--state", str(server.state)).stdout
    assert "not ready: did not answer the last call" in told
    assert "piotr" in told


def test_an_agent_who_refuses_makes_room_for_the_next(
    server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound, on_call="486") as ana,
        agent_at_desk(server, "piotr", tmp_path, plays=agent_sound),
        pyvoip_caller(server, tmp_path) as caller,
    ):
        mark = ana.process.mark()
        caller.dial("support")
        ana.wait_for_incoming(after=mark)
        wait_to_hear(caller, AGENT_TONES)
        wait_for_agent(server, "ana", status="available", state="idle")
        caller.hang_up()
    results = [each["result"] for each in newest(server, "support").data("reservation.ended")]
    assert results[0] in {"busy", "rejected"}
    assert results[-1] == "answered"


def test_a_phone_that_vanished_makes_room_for_the_next(
    server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana,
        agent_at_desk(server, "piotr", tmp_path, plays=agent_sound),
        pyvoip_caller(server, tmp_path) as caller,
    ):
        ana.process.kill()
        caller.dial("support")
        wait_to_hear(caller, AGENT_TONES, within=15)
        caller.hang_up()
    results = [each["result"] for each in newest(server, "support").data("reservation.ended")]
    assert results[-1] == "answered"
    assert len(results) == 2


def test_two_callers_never_get_one_agent(server: Server, tmp_path: Path, agent_sound: Path) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana,
        pyvoip_caller(server, tmp_path) as first,
        pyvoip_caller(server, tmp_path, "600100201") as second,
    ):
        first.dial("support")
        wait_to_hear(first, AGENT_TONES)
        second.dial("support")
        waiting = second.heard(2.0)
        assert hears_sound(waiting)
        assert not hears(waiting, AGENT_TONES)
        mark = ana.process.mark()
        first.hang_up()
        ana.wait_for_incoming(after=mark)
        wait_to_hear(second, AGENT_TONES)
        second.hang_up()


def test_an_agent_without_the_skill_is_not_rung(server: Server, tmp_path: Path, agent_sound: Path) -> None:
    with (
        agent_at_desk(server, "john", tmp_path, plays=agent_sound) as john,
        pyvoip_caller(server, tmp_path) as caller,
    ):
        mark = john.process.mark()
        caller.dial("support")
        assert hears_sound(caller.heard(2.0))
        assert not any(event["event"] == "incoming" for event in john.process.events[mark:])
        caller.hang_up()


def test_a_caller_who_waited_too_long_is_let_go(server: Server, tmp_path: Path) -> None:
    with pyvoip_caller(server, tmp_path) as caller:
        caller.dial("patience")
        caller.wait_for_hang_up(within=15)
    assert wait_for_event(server, "patience", "queue.left")["reason"] == "timeout"


def test_feature_codes_change_the_status(server: Server, tmp_path: Path, agent_sound: Path) -> None:
    with agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana:
        ana.dial_to_the_end("*122", within=15)
        wait_for_agent(server, "ana", status="not_ready", reason="lunch")
        ana.dial_to_the_end("*10", within=15)
        wait_for_agent(server, "ana", status="logged_out")


def test_wrap_up_keeps_the_next_caller_waiting(server: Server, tmp_path: Path, agent_sound: Path) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound),
        pyvoip_caller(server, tmp_path) as caller,
    ):
        caller.dial("patience")
        wait_to_hear(caller, AGENT_TONES)
        caller.hang_up()
        wait_for_agent(server, "ana", state="wrap_up")
        wait_for_agent(server, "ana", state="idle")


def test_an_agent_on_hold_gives_the_caller_music(server: Server, tmp_path: Path, agent_sound: Path) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana,
        pyvoip_caller(server, tmp_path) as caller,
    ):
        caller.dial("support")
        wait_to_hear(caller, AGENT_TONES)
        ana.hold()
        wait_until(
            lambda: not hears(caller.heard(0.5), AGENT_TONES), "the agent is no longer heard", within=15
        )
        assert hears_sound(caller.heard(0.6))
        ana.resume()
        wait_to_hear(caller, AGENT_TONES)
        caller.hang_up()


def test_a_phone_calls_a_phone(server: Server, tmp_path: Path, caller_sound: Path, agent_sound: Path) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=caller_sound, dials=None) as ana,
        agent_at_desk(server, "john", tmp_path, plays=agent_sound, dials=None) as john,
    ):
        ana.dial("desk")
        john.wait_for_state("CONFIRMED")
        wait_until(
            lambda: ana.recording.exists() and ana.recording.stat().st_size > 32000, "two seconds", within=15
        )
        ana.hang_up()
        john.wait_for_state("DISCONNECTED")
        assert agent_heard(ana, AGENT_TONES)
        assert agent_heard(john, CALLER_TONES)
