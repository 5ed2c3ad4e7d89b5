"""Telephones as these tests use them: callers on the trunk, agents at their desks, and what they hear."""

from __future__ import annotations

import time
import wave
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.e2e.centre import AGENT_TONES, AGENTS, CALLER_TONES, CARRIER_SENDS, PASSWORD, TRUNK
from tests.kit.foreign_pjsua2 import PjsuaPhone
from tests.kit.foreign_process import PhoneFault
from tests.kit.foreign_pyvoip import PyVoipCaller
from tests.kit.ports import free_port, free_ports
from tests.kit.server import wait_until
from tests.kit.tone import hears, read_wav, read_wide_wav

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from tests.kit.foreign_baresip import BaresipPhone
    from tests.kit.server import Server


def pyvoip_caller(server: Server, folder: Path, user: str = CARRIER_SENDS) -> PyVoipCaller:
    """A caller who comes over the trunk."""
    return PyVoipCaller(
        server=server.sip,
        local=(TRUNK, free_port(address=TRUNK)),
        rtp_port=free_port(address=TRUNK),
        user=user,
        log=folder / f"{user}-pyvoip.log",
    )


def pjsua_caller(server: Server, folder: Path, *, plays: Path | None = None) -> PjsuaPhone:
    """A caller who comes over the trunk, with the digits of pjsua itself."""
    return PjsuaPhone(
        server=server.sip,
        local=(TRUNK, free_port(address=TRUNK)),
        rtp_port=free_ports(6, address=TRUNK)[0],
        user=CARRIER_SENDS,
        folder=folder,
        plays=plays,
    )


@contextmanager
def agent_at_desk(
    server: Server,
    agent: str,
    folder: Path,
    *,
    plays: Path,
    on_call: str = "answer",
    dials: str | None = "*11",
    transport: str = "udp",
    at: tuple[str, int] | None = None,
    ca: Path | None = None,
) -> Iterator[PjsuaPhone]:
    """An agent with a registered pjsua2 who has dialled the code to be available; logged out afterwards."""
    phone = PjsuaPhone(
        server=at or server.sip,
        local=("127.0.0.1", free_port()),
        rtp_port=free_ports(6)[0],
        user=AGENTS[agent],
        folder=folder,
        password=PASSWORD,
        plays=plays,
        on_call=on_call,
        transport=transport,
        ca=ca,
    )
    try:
        with phone:
            if dials:
                phone.dial_to_the_end(dials, within=15)
                wait_for_agent(server, agent, status="available", state="idle")
                phone.process.forget()
            yield phone
    finally:
        server.ask(
            f"/api/v1/agents/{agent}/status", method="PUT", body={"status": "logged_out", "reason": None}
        )


def wait_for_agent(server: Server, agent: str, *, within: float = 15.0, **fields: str) -> None:
    """Wait until the agent's status, state or reason is so."""

    def so() -> bool:
        now = next(each for each in server.ask("/api/v1/agents")["items"] if each["id"] == agent)
        return all(now[key] == fields[key] for key in fields)

    wait_until(so, f"{agent} {fields}", within=within)


def wait_to_hear(caller: PyVoipCaller, tones: Collection[int], *, within: float = 15.0) -> None:
    """Listen until these tones sound together."""
    limit = time.monotonic() + within
    last = b""
    while not hears(last, tones):
        if time.monotonic() > limit:
            raise PhoneFault(f"the caller does not hear {sorted(tones)} within {within} s")
        last = last[-8000:] + caller.heard(0.3)


def a_caller_talks_with_piotr(
    server: Server, folder: Path, baresip: BaresipPhone, caller_sound: Path
) -> None:
    """Piotr's baresip, in the queue `support`: caller and agent hear each other's tones, the caller hangs up."""
    with baresip as piotr, pyvoip_caller(server, folder) as caller:
        server.run("agent", "available", "piotr", "--state", str(server.state))
        wait_for_agent(server, "piotr", status="available", state="idle")
        caller.dial("support")
        caller.say(caller_sound)
        wait_to_hear(caller, AGENT_TONES)
        caller.heard(1.0)
        caller.hang_up()
        piotr.wait_for("CALL_CLOSED")
        assert hears(read_wide_wav(piotr.recording()), CALLER_TONES)
        server.run("agent", "logout", "piotr", "--state", str(server.state))


def agent_heard(phone: PjsuaPhone, tones: Collection[int]) -> bool:
    """Whether the agent heard these tones in the call that has ended."""
    return hears(all_heard(phone), tones)


def all_heard(phone: PjsuaPhone) -> bytes:
    """What a pjsua2 heard in the call that has ended."""
    wait_until(lambda: _is_whole(phone.recording), "pjsua closes its recording", within=5)
    return read_wav(phone.recording)


def _is_whole(recording: Path) -> bool:
    try:
        return len(read_wav(recording)) > 0
    except (OSError, EOFError, wave.Error):
        return False
