"""Subscriptions of foreign phones: pjsua2 and its mailbox. Those of sipp are among the scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.centre import AGENTS, PASSWORD
from tests.kit.foreign_pjsua2 import PjsuaPhone
from tests.kit.ports import free_port, free_ports

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.server import Server


def test_pjsua2_is_told_of_its_mailbox_and_hears_that_the_server_stops(
    own_server: Server, tmp_path: Path
) -> None:
    phone = PjsuaPhone(
        server=own_server.sip,
        local=("127.0.0.1", free_port()),
        rtp_port=free_ports(6)[0],
        user=AGENTS["ana"],
        folder=tmp_path,
        password=PASSWORD,
        has_mailbox=True,
    )
    with phone:
        message = phone.process.wait_for("mailbox")["message"]
        assert "Messages-Waiting: no" in message
        assert "Subscription-State: active" in message
        mark = phone.process.mark()
        own_server.close()
        assert "terminated;reason=probation" in phone.process.wait_for("mailbox", after=mark)["message"]
