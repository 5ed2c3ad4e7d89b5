"""Transfers asked for by foreign phones: sipp on the wire, pjsua2 by its own calls, heard by tone (RFC 5589)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import CARRIER_SENDS, TRUNK, make_centre
from tests.kit.foreign_sipp import Scenario
from tests.kit.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kit.server import Server

SCENARIOS = Path(__file__).parent / "scenarios"
FAR, THIRD = free_port(), free_port()

TO_ITSELF = [
    ("far-end-transfers-expect-notify-200-and-bye", "echo", None),
    ("far-end-transfers-expect-notify-200-and-bye", "third", "far-end-answers"),
    ("far-end-transfers-without-notify-expect-bye", "echo", None),
    ("far-end-transfers-without-notify-expect-bye", "third", "far-end-answers"),
    ("far-end-refuses-notify-expect-bye", "third", "far-end-answers"),
    ("far-end-transfers-and-hangs-up-expect-final-notify", "third", "far-end-answers"),
    ("far-end-transfers-expect-notify-486-and-call-stays", "third", "far-end-busy-486"),
    ("far-end-transfers-expect-notify-491-and-call-stays", "third", "far-end-answers-491"),
    ("far-end-transfers-badly-expect-400-and-call-stays", "echo", None),
    ("far-end-transfers-badly-expect-403-and-call-stays", "echo", None),
    ("far-end-transfers-badly-expect-404-and-call-stays", "echo", None),
]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("transfers")
    with make_centre(folder, far_end=FAR, third=THIRD, digest="MD5, SHA-256") as server:
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
