"""linphone against the server: registers, calls, holds, resumes, transfers (RFC 3515) and hangs up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.centre import PASSWORD
from tests.e2e.ledger import wait_for_event
from tests.kit.foreign_linphone import LinphonePhone
from tests.kit.server import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.server import Server


def linphone(server: Server, folder: Path, user: str, *, answers: bool = False) -> LinphonePhone:
    return LinphonePhone(server=server.sip, user=user, password=PASSWORD, folder=folder, answers=answers)


def test_linphones_call_each_other_hold_and_resume(server: Server, tmp_path: Path) -> None:
    with (
        linphone(server, tmp_path, "1002", answers=True) as called,
        linphone(server, tmp_path, "1001") as caller,
    ):
        caller.say("call 1002")
        caller.wait_for("connected")
        called.wait_for('call from "Ana"')
        for turn in (1, 2):
            caller.say("pause")
            caller.wait_for("is now paused", times=turn)
            wait_for_event(server, "1002", "leg.held", within=15)
            caller.say("resume 1")
            caller.wait_for("Media streams established", times=turn + 1)
        wait_for_event(server, "1002", "leg.resumed", within=15)
        caller.say("terminate all")
        called.wait_for(" ended (")


def test_a_linphone_hands_a_call_on_and_the_other_party_stays(server: Server, tmp_path: Path) -> None:
    with (
        linphone(server, tmp_path, "1002", answers=True) as called,
        linphone(server, tmp_path, "1001") as caller,
    ):
        caller.say("call 1002")
        caller.wait_for("connected")
        caller.say(f"transfer 1 sip:echo@{server.sip[0]}:{server.sip[1]}")
        caller.wait_for("has been transfered")
        caller.wait_for(" ended (")
        wait_until(lambda: server.counters()["legs"] == 1, "the party that was handed on is alone", within=15)
        called.say("terminate all")
        called.wait_for(" ended (")
