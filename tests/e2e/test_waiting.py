"""Callers who wait (pyVoIP) and agents (pjsua2): tones tell what each of them hears, and when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import AGENT_TONES, CALLER_TONES, PROMPT_TONES
from tests.e2e.ledger import newest, wait_for_event
from tests.e2e.telephones import agent_at_desk, all_heard, pyvoip_caller, wait_for_agent, wait_to_hear
from tests.kit.server import wait_until
from tests.kit.tone import hears, hears_sound

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.foreign_pyvoip import PyVoipCaller
    from tests.kit.server import Server

COMFORT, WHISPER, MENU = (PROMPT_TONES[f"tone_{each}"] for each in ("comfort", "whisper", "main"))


def make_available(server: Server, agent: str) -> None:
    body = {"status": "available", "reason": None}
    server.ask(f"/api/v1/agents/{agent}/status", method="PUT", body=body)


def wait_for_rings(server: Server, *agents: str) -> None:
    for agent in agents:
        wait_for_agent(server, agent, state="ringing")


def take_off(caller: PyVoipCaller, seconds: float = 1.0) -> bytes:
    """What the caller hears once what was on its way has come."""
    caller.heard(0.4)
    return caller.heard(seconds)


def test_what_is_said_ends_when_the_agent_is_there_who_has_heard_who_waits(
    server: Server, tmp_path: Path, caller_sound: Path, agent_sound: Path
) -> None:
    with pyvoip_caller(server, tmp_path) as caller:
        caller.dial("lounge")
        wait_to_hear(caller, COMFORT)
        caller.say(caller_sound)
        with agent_at_desk(server, "ana", tmp_path, plays=agent_sound, dials=None) as ana:
            make_available(server, "ana")
            wait_to_hear(caller, AGENT_TONES)
            heard = take_off(caller)
            assert hears(heard, AGENT_TONES)
            assert not hears(heard, COMFORT)
            assert not hears(caller.heard_in_all(), WHISPER)
            caller.hang_up()
            ana.wait_for_state("DISCONNECTED")
            sound = all_heard(ana)
    assert hears(sound, WHISPER)
    assert hears(sound, CALLER_TONES)
    assert not hears(sound[: len(sound) // 8], CALLER_TONES), "nobody hears the caller before"


def test_a_key_is_heard_while_something_is_said(server: Server, tmp_path: Path) -> None:
    with pyvoip_caller(server, tmp_path) as caller:
        caller.dial("lounge")
        wait_to_hear(caller, COMFORT)
        caller.press("9")
        assert hears(take_off(caller), COMFORT), "a key that leads nowhere changes nothing"
        caller.press("1")
        wait_to_hear(caller, MENU)
        assert not hears(take_off(caller), COMFORT)
        caller.hang_up()
    assert wait_for_event(server, "lounge", "queue.left")["reason"] == "exit_key"
    seen = newest(server, "lounge")
    assert [each["key"] for each in seen.data("queue.exit_key")] == ["1"]


def test_a_key_is_heard_while_an_agents_phone_rings_which_then_rings_no_longer(
    server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound, on_call="ring") as ana,
        pyvoip_caller(server, tmp_path) as caller,
    ):
        mark = ana.process.mark()
        caller.dial("lounge")
        ana.wait_for_incoming(after=mark)
        caller.press("1")
        assert ana.wait_for_state("DISCONNECTED", after=mark)["status"] == 487
        wait_to_hear(caller, MENU)
        wait_for_agent(server, "ana", status="available", state="idle")
        caller.hang_up()


def test_all_phones_ring_and_whoever_presses_the_key_has_the_caller(
    server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana,
        agent_at_desk(server, "piotr", tmp_path, plays=agent_sound, on_call="ring") as piotr,
        pyvoip_caller(server, tmp_path) as caller,
    ):
        mark = piotr.process.mark()
        caller.dial("choir")
        wait_for_rings(server, "ana", "piotr")
        piotr.wait_for_incoming(after=mark)
        wait_until(
            lambda: "reservation.picked_up" in newest(server, "choir").types(),
            "ana is at the phone",
            within=15,
        )
        waiting = caller.heard(1.0)
        assert hears_sound(waiting)
        assert not hears(waiting, AGENT_TONES), "nobody has taken the call"
        ana.press("5")
        wait_to_hear(caller, AGENT_TONES)
        assert piotr.wait_for_state("DISCONNECTED", after=mark)["status"] == 487
        wait_for_agent(server, "piotr", status="available", state="idle")
        caller.hang_up()
    results = sorted(str(each["result"]) for each in newest(server, "choir").data("reservation.ended"))
    assert results == ["answered", "lost_race"]


@pytest.mark.parametrize("presses", ["", "4"])
def test_an_agent_who_presses_no_key_has_not_answered(
    presses: str, server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana,
        pyvoip_caller(server, tmp_path) as caller,
    ):
        mark = ana.process.mark()
        caller.dial("choir")
        ana.wait_for_incoming(after=mark)
        if presses:
            ana.wait_for_state("CONFIRMED")
            ana.press(presses)
        ana.wait_for_state("DISCONNECTED", within=20)
        assert not hears(caller.heard_in_all(), AGENT_TONES)
        caller.hang_up()
    assert newest(server, "choir").data("reservation.ended")[0]["result"] == "no_answer"
