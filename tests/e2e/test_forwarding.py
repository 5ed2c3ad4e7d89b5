"""Phones that forward (302), by sipp: to numbers of the centre, never to where nobody gave them leave."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import CARRIER_SENDS, PASSWORD, TRUNK, make_centre
from tests.kit.foreign_sipp import Scenario
from tests.kit.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kit.server import Server

SCENARIOS = Path(__file__).parent / "scenarios"
DESK = "1003"  # the account that the number `desk` leads to


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with make_centre(tmp_path_factory.mktemp("node"), digest="MD5, SHA-256") as server:
        yield server


@pytest.mark.parametrize(
    ("phone", "caller"),
    [
        ("far-end-moved-to-a-number-of-ours", "answered-and-ended"),
        ("far-end-moved-where-nobody-may-call", "refused-expect-failure"),
    ],
)
def test_a_registered_phone_forwards(
    phone: str, caller: str, server: Server, tmp_path: Path, stranger: str
) -> None:
    """RFC 3261 s.8.1.3.4, and no toll fraud."""
    port = free_port()
    Scenario(
        SCENARIOS / "register-by-path-and-stay.xml",
        tmp_path,
        remote=server.sip,
        address=stranger,
        caller=DESK,
        password=PASSWORD,
        keys={"proxy": str(port)},
    ).run()
    with Scenario(SCENARIOS / f"{phone}.xml", tmp_path, port=port) as far:
        near = SCENARIOS / f"{caller}.xml"
        Scenario(near, tmp_path, remote=server.sip, dial="desk", address=TRUNK, caller=CARRIER_SENDS).run()
        far.finish()
