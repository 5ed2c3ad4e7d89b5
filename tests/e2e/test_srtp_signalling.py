"""Phones that want SRTP while it is off here: who insists is refused with 488, who can do without is connected."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.e2e.centre import CARRIER_SENDS, PROMPT_TONES, TRUNK
from tests.e2e.telephones import agent_heard
from tests.kit.foreign_pjsua2 import PjsuaPhone
from tests.kit.ports import free_port, free_ports

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.server import Server


def caller(server: Server, folder: Path, srtp: str) -> PjsuaPhone:
    return PjsuaPhone(
        server=server.sip,
        local=(TRUNK, free_port(address=TRUNK)),
        rtp_port=free_ports(6, address=TRUNK)[0],
        user=CARRIER_SENDS,
        folder=folder,
        srtp=srtp,
    )


def test_who_insists_on_srtp_is_refused(server: Server, tmp_path: Path) -> None:
    with caller(server, tmp_path, "mandatory") as phone:
        assert phone.dial_to_the_end("tones") == 488


def test_who_can_do_without_srtp_is_connected_and_hears(server: Server, tmp_path: Path) -> None:
    with caller(server, tmp_path, "optional") as phone:
        phone.dial("tones")
        time.sleep(1.5)  # of sound
        phone.hang_up()
        assert agent_heard(phone, PROMPT_TONES["tone_main"])
