"""Sound before the answer between foreign phones, one of which takes nothing but reliable answers (RFC 3262)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import AGENT_TONES, AGENTS, PASSWORD
from tests.e2e.telephones import agent_heard
from tests.kit.foreign_pjsua2 import PjsuaPhone
from tests.kit.ports import free_port, free_ports

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.server import Server


def phone(
    server: Server,
    agent: str,
    folder: Path,
    *,
    plays: Path | None,
    requires_prack: bool,
    on_call: str = "ring",
) -> PjsuaPhone:
    return PjsuaPhone(
        server=server.sip,
        local=("127.0.0.1", free_port()),
        rtp_port=free_ports(6)[0],
        user=AGENTS[agent],
        folder=folder,
        password=PASSWORD,
        plays=plays,
        on_call=on_call,
        requires_prack=requires_prack,
    )


@pytest.mark.parametrize("requires_prack", [True, False])
def test_what_a_phone_plays_before_it_answers_is_heard_by_whoever_calls_it(
    server: Server, tmp_path: Path, agent_sound: Path, *, requires_prack: bool
) -> None:
    with (
        phone(server, "ana", tmp_path, plays=None, requires_prack=requires_prack) as ana,
        phone(server, "piotr", tmp_path, plays=agent_sound, requires_prack=False, on_call="183") as piotr,
    ):
        mark = piotr.process.mark()
        ana.start_dialling(AGENTS["piotr"])
        piotr.wait_for_incoming(after=mark)
        ana.wait_for_state("EARLY")
        time.sleep(1.0)  # of sound
        ana.hang_up()
        assert piotr.wait_for_state("DISCONNECTED", after=mark)["status"] == 487
        assert agent_heard(ana, AGENT_TONES)


def test_a_phone_that_takes_only_reliable_answers_is_answered(
    server: Server, tmp_path: Path, agent_sound: Path
) -> None:
    with (
        phone(server, "ana", tmp_path, plays=None, requires_prack=True) as ana,
        phone(server, "piotr", tmp_path, plays=agent_sound, requires_prack=True) as piotr,
    ):
        mark = piotr.process.mark()
        ana.start_dialling(AGENTS["piotr"])
        piotr.wait_for_incoming(after=mark)
        ana.wait_for_state("EARLY")
        piotr.answer()
        ana.wait_for_state("CONFIRMED")
        time.sleep(1.0)  # of sound
        ana.hang_up()
        piotr.wait_for_state("DISCONNECTED", after=mark)
        assert agent_heard(ana, AGENT_TONES)
