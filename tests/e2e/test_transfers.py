"""Transfers asked for by foreign phones: sipp on the wire, pjsua2 by its own calls, heard by tone (RFC 5589)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import CALLER_TONES, CARRIER_SENDS, PASSWORD, TRUNK, make_centre
from tests.e2e.ledger import newest, wait_for_event
from tests.e2e.telephones import agent_at_desk, agent_heard, pjsua_caller, wait_for_agent
from tests.kit.foreign_baresip import BaresipPhone
from tests.kit.foreign_sipp import Scenario
from tests.kit.ports import kept_port
from tests.kit.tone import tone, write_wav

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kit.server import Server

SCENARIOS = Path(__file__).parent / "scenarios"
FAR, THIRD = kept_port(), kept_port()
THIRD_TONES = frozenset({930, 1540})

TO_ITSELF = [
    ("far-end-transfers-expect-notify-200-and-bye", "echo", None),
    ("far-end-transfers-expect-notify-200-and-bye", "third", "far-end-answers"),
    ("far-end-transfers-without-notify-expect-bye", "echo", None),
    ("far-end-transfers-without-notify-expect-bye", "third", "far-end-answers"),
    ("far-end-refuses-notify-expect-bye", "third", "far-end-answers"),
    ("far-end-transfers-and-hangs-up-expect-final-notify", "third", "far-end-answers-late"),
    ("far-end-transfers-expect-notify-486-and-call-stays", "third", "far-end-busy-486"),
    ("far-end-transfers-expect-notify-491-and-call-stays", "third", "far-end-answers-491"),
    ("far-end-transfers-badly-expect-400-and-call-stays", "echo", None),
    ("far-end-transfers-badly-expect-403-and-call-stays", "echo", None),
    ("far-end-transfers-badly-expect-404-and-call-stays", "echo", None),
]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("transfers")
    with make_centre(folder, far_end=FAR, third=THIRD, digest="MD5") as server:
        yield server


@pytest.mark.parametrize(("far", "target", "third"), TO_ITSELF)
def test_who_is_called_transfers(
    far: str, target: str, third: str | None, server: Server, tmp_path: Path
) -> None:
    keys = {"target": target, "server": "{}:{}".format(*server.sip)}
    called = Scenario(SCENARIOS / f"{far}.xml", tmp_path, port=FAR, keys=keys)
    caller = Scenario(
        SCENARIOS / "stays-two-seconds.xml",
        tmp_path,
        remote=server.sip,
        dial="far",
        address=TRUNK,
        caller=CARRIER_SENDS,
    )
    if third is None:
        with called:
            caller.run()
            called.finish()
    else:
        new = Scenario(SCENARIOS / f"{third}.xml", tmp_path, port=THIRD)
        with called, new:
            caller.run()
            called.finish()
            new.finish()


def test_the_caller_transfers(server: Server, tmp_path: Path) -> None:
    called = Scenario(SCENARIOS / "far-end-ends.xml", tmp_path, port=FAR)
    caller = Scenario(
        SCENARIOS / "caller-transfers-expect-notify-200-and-bye.xml",
        tmp_path,
        remote=server.sip,
        dial="far",
        address=TRUNK,
        caller=CARRIER_SENDS,
        keys={"target": "echo"},
    )
    with called:
        caller.run()
        called.finish()


@pytest.fixture(scope="module")
def third_sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the one says to whom callers are sent."""
    return write_wav(tmp_path_factory.mktemp("sound") / "third.wav", tone(THIRD_TONES, 20))


@pytest.mark.parametrize("is_attended", [False, True])
def test_an_agent_transfers_a_caller_who_hears_the_next_one(
    server: Server,
    tmp_path: Path,
    caller_sound: Path,
    agent_sound: Path,
    third_sound: Path,
    *,
    is_attended: bool,
) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana,
        agent_at_desk(server, "piotr", tmp_path, plays=third_sound, dials=None) as piotr,
        pjsua_caller(server, tmp_path, plays=caller_sound) as caller,
    ):
        caller.dial("support")
        ana.wait_for_state("CONFIRMED")
        wait_for_agent(server, "ana", state="talking")
        if is_attended:
            ana.hold()
            ana.dial("1002")
            ana.transfer(None)
        else:
            ana.transfer("1002")
        assert ana.wait_for_transfer() == 200
        ana.wait_for_state("DISCONNECTED")
        wait_for_agent(server, "ana", state="idle")
        piotr.wait_for_state("CONFIRMED")
        time.sleep(1.0)
        caller.hang_up()
        piotr.wait_for_state("DISCONNECTED")
        assert agent_heard(caller, THIRD_TONES)
        assert agent_heard(piotr, CALLER_TONES)
    customer = newest(server, "support")
    assert customer.row["outcome"] == "answered"
    assert customer.types().count("leg.invited") == customer.types().count("leg.ended") == 3
    assert "transfer.completed" in customer.types()
    if is_attended:
        assert newest(server, "1002").row["outcome"] == "transferred"


def test_an_agent_whose_colleague_declines_takes_the_caller_back(
    server: Server, tmp_path: Path, caller_sound: Path, agent_sound: Path
) -> None:
    with (
        agent_at_desk(server, "ana", tmp_path, plays=agent_sound) as ana,
        agent_at_desk(server, "piotr", tmp_path, plays=agent_sound, dials=None, on_call="603"),
        pjsua_caller(server, tmp_path, plays=caller_sound) as caller,
    ):
        caller.dial("support")
        ana.wait_for_state("CONFIRMED")
        ana.transfer("1002")
        assert ana.wait_for_transfer() == 603
        wait_for_agent(server, "ana", state="talking")
        caller.hang_up()
        ana.wait_for_state("DISCONNECTED")


def test_baresip_transfers_the_caller_to_a_number(
    server: Server, tmp_path: Path, caller_sound: Path, agent_sound: Path
) -> None:
    baresip = BaresipPhone(
        server=server.sip, user="1003", folder=tmp_path, plays=agent_sound, password=PASSWORD
    )
    with baresip, pjsua_caller(server, tmp_path, plays=caller_sound) as caller:
        caller.dial("desk")
        baresip.wait_for("CALL_ESTABLISHED")
        baresip.transfer("echo")
        baresip.wait_for("CALL_CLOSED")
        wait_for_event(server, "desk", "transfer.completed", to="echo")
        time.sleep(1.0)
        caller.hang_up()
        assert agent_heard(caller, CALLER_TONES)  # its own voice, sent back
