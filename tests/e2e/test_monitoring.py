"""A supervisor with a foreign phone in an agent's live call: who hears whom by tones, and what the ledger has of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import AGENT_TONES, CALLER_TONES
from tests.e2e.ledger import newest, wait_for_event
from tests.e2e.telephones import agent_at_desk, agent_heard, pjsua_caller, wait_for_agent
from tests.kit.tone import tone, write_wav

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.server import Server

SUPERVISOR_TONES = frozenset({930, 1540})


@pytest.fixture(scope="module")
def supervisor_sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the supervisor says."""
    return write_wav(tmp_path_factory.mktemp("sound") / "supervisor.wav", tone(SUPERVISOR_TONES, 20))


@pytest.mark.parametrize(
    ("code", "key", "agent_hears", "caller_hears", "modes"),
    [
        ("*20", None, False, False, ["listen", "listen"]),
        ("*21", None, True, False, ["whisper", "whisper"]),
        ("*20", "6", True, True, ["listen", "barge", "barge"]),
    ],
)
def test_a_supervisor_in_a_live_call(
    code: str,
    key: str | None,
    agent_hears: bool,  # noqa: FBT001 - a row of the table
    caller_hears: bool,  # noqa: FBT001
    modes: list[str],
    server: Server,
    tmp_path: Path,
    caller_sound: Path,
    agent_sound: Path,
    supervisor_sound: Path,
) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana,
        agent_at_desk(server, "piotr", tmp_path, plays=agent_sound, dials=None) as piotr,
        agent_at_desk(server, "john", tmp_path, plays=supervisor_sound, dials=None) as john,
        pjsua_caller(server, tmp_path, plays=caller_sound) as caller,
    ):
        caller.dial("support")
        ana.wait_for_state("CONFIRMED")
        wait_for_agent(server, "ana", state="talking")
        assert piotr.dial_to_the_end("*201001") == 403
        john.dial(f"{code}1001")
        wait_for_event(server, "support", "monitor.began")
        if key is not None:
            john.press(key)
            wait_for_event(server, "support", "monitor.changed")
        time.sleep(1.5)  # of sound, which the phones record
        caller.hang_up()
        ana.wait_for_state("DISCONNECTED")
        john.wait_for_state("DISCONNECTED")
        assert agent_heard(john, CALLER_TONES | AGENT_TONES)
        assert agent_heard(ana, CALLER_TONES)
        assert agent_heard(ana, SUPERVISOR_TONES) is agent_hears
        assert agent_heard(caller, AGENT_TONES)
        assert agent_heard(caller, SUPERVISOR_TONES) is caller_hears
    customer = newest(server, "support")
    told = [
        event["data"]
        for event in customer.events
        if event["type"] in ("monitor.began", "monitor.changed", "monitor.ended")
    ]
    assert [each["mode"] for each in told] == modes
    assert {each["by"] for each in told} == {"1003"}
