"""A carrier with SRTP by keys in descriptions (RFC 4568): what its profile requires, pjsua2 does in either form."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import CARRIER_SENDS, PROMPT_TONES, TRUNK, make_centre
from tests.e2e.telephones import agent_heard
from tests.kit.foreign_pjsua2 import PjsuaPhone
from tests.kit.ports import free_port, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kit.server import Server


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("node")
    server = make_centre(folder)
    trunks = folder / "sip_profiles" / "external.yaml"
    trunks.write_text(f"srtp: required\n{trunks.read_text()}")
    with server:
        yield server


def caller(server: Server, folder: Path, srtp: str) -> PjsuaPhone:
    return PjsuaPhone(
        server=server.sip,
        local=(TRUNK, free_port(address=TRUNK)),
        rtp_port=free_ports(6, address=TRUNK)[0],
        user=CARRIER_SENDS,
        folder=folder,
        srtp=srtp,
    )


@pytest.mark.parametrize("srtp", ["optional", "mandatory"])
def test_who_offers_keys_is_connected_and_hears(srtp: str, server: Server, tmp_path: Path) -> None:
    with caller(server, tmp_path, srtp) as phone:
        phone.dial("tones")
        time.sleep(1.5)  # of sound
        phone.hang_up()
        assert agent_heard(phone, PROMPT_TONES["tone_main"])


def test_who_offers_none_is_refused(server: Server, tmp_path: Path) -> None:
    with caller(server, tmp_path, "off") as phone:
        assert phone.dial_to_the_end("tones") == 488
