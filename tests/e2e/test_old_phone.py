"""baresip 1.0 as the agent who answers; it knows MD5 alone and gives up where more is offered beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import AGENT_TONES, AGENTS, CALLER_TONES, PASSWORD, make_centre
from tests.e2e.telephones import pyvoip_caller, wait_for_agent, wait_to_hear
from tests.kit.foreign_baresip import BaresipPhone
from tests.kit.tone import hears, read_wav

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kit.server import Server


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with make_centre(tmp_path_factory.mktemp("node"), digest="MD5") as server:
        yield server


def test_a_baresip_agent_and_a_caller_hear_each_other(
    server: Server, tmp_path: Path, caller_sound: Path, agent_sound: Path
) -> None:
    baresip = BaresipPhone(
        server=server.sip, user=AGENTS["piotr"], folder=tmp_path, plays=agent_sound, password=PASSWORD
    )
    with baresip as piotr, pyvoip_caller(server, tmp_path) as caller:
        server.run("agent", "available", "piotr", "--state", str(server.state))
        wait_for_agent(server, "piotr", status="available", state="idle")
        caller.dial("support")
        caller.say(caller_sound)
        wait_to_hear(caller, AGENT_TONES)
        caller.heard(1.0)
        caller.hang_up()
        piotr.wait_for("CALL_CLOSED")
        assert hears(read_wav(piotr.recording()), CALLER_TONES)
        server.run("agent", "logout", "piotr", "--state", str(server.state))
