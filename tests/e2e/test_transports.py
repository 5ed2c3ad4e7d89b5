"""Foreign phones over TLS (RFC 3261 s.26.2): pjsua2 and baresip register, call and are called by their connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.centre import AGENT_TONES, AGENTS, CALLER_TONES, PASSWORD, make_centre
from tests.e2e.telephones import (
    a_caller_talks_with_piotr,
    agent_at_desk,
    agent_heard,
    pyvoip_caller,
    wait_to_hear,
)
from tests.kit.certificates import Authority
from tests.kit.foreign_baresip import BaresipPhone
from tests.kit.foreign_pjsua2 import PjsuaPhone
from tests.kit.ports import free_port, free_ports, kept_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kit.server import Server

PORT, FAR = kept_port(), kept_port()
SAFE = ("127.0.0.1", PORT)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Server]:
    """A server with a TLS listener for phones."""
    certificate, key = authority.issue("127.0.0.1", "localhost")
    server = make_centre(tmp_path_factory.mktemp("node"), digest="MD5")
    with (server.folder / "sip_profiles" / "external.yaml").open("a") as trunks:
        trunks.write(
            f"\n  - {{name: safe, host: '127.0.0.1:{FAR}', transport: tls}}\n"
            f"  - {{name: unproved, host: 'localhost:{FAR}', transport: tls}}\n"
            f"\nlisteners:\n  - {{transport: tls, address: '127.0.0.1:{free_port()}', "
            f"certificate: {certificate}, key: {key}, ca: {authority.ca}}}\n"
        )
    with (server.config / "numbers.yaml").open("a") as numbers:
        numbers.write(
            '\n  - {number: safe, client: banco_sol, dial: "+34911222333", trunks: [safe]}\n'
            '  - {number: unproved, client: banco_sol, dial: "+34911222333", trunks: [unproved]}\n'
        )
    with (server.folder / "sip_profiles" / "internal.yaml").open("a") as phones:
        phones.write(
            f"\nlisteners:\n  - {{transport: tls, address: '127.0.0.1:{PORT}', "
            f"certificate: {certificate}, key: {key}}}\n"
        )
    with server:
        yield server


def test_a_pjsua_agent_over_tls_is_called_by_its_connection(
    server: Server, authority: Authority, tmp_path: Path, caller_sound: Path, agent_sound: Path
) -> None:
    with (
        agent_at_desk(
            server, "ana", tmp_path, plays=agent_sound, transport="tls", at=SAFE, ca=authority.ca
        ) as ana,
        pyvoip_caller(server, tmp_path) as caller,
    ):
        caller.dial("support")
        caller.say(caller_sound)
        wait_to_hear(caller, AGENT_TONES)
        caller.heard(1.0)
        caller.hang_up()
        ana.process.wait_for("call", state="DISCONNECTED")
        assert agent_heard(ana, CALLER_TONES)


def test_a_baresip_agent_over_tls_and_a_caller_hear_each_other(
    server: Server, authority: Authority, tmp_path: Path, caller_sound: Path, agent_sound: Path
) -> None:
    baresip = BaresipPhone(
        server=SAFE,
        user=AGENTS["piotr"],
        folder=tmp_path,
        plays=agent_sound,
        password=PASSWORD,
        ca=authority.ca,
    )
    a_caller_talks_with_piotr(server, tmp_path, baresip, caller_sound)


def test_calls_to_a_carrier_go_over_tls_and_only_to_one_that_proves_itself(
    server: Server, authority: Authority, tmp_path: Path, caller_sound: Path, agent_sound: Path
) -> None:
    carrier = PjsuaPhone(
        server=("127.0.0.1", FAR),
        local=("127.0.0.1", FAR),
        rtp_port=free_ports(6)[0],
        user="carrier",
        folder=tmp_path,
        plays=agent_sound,
        transport="tls",
        certificate=authority.issue("127.0.0.1", file="carrier"),
    )
    with carrier, pyvoip_caller(server, tmp_path) as caller:
        caller.dial("safe")
        caller.say(caller_sound)
        wait_to_hear(caller, AGENT_TONES)
        caller.heard(1.0)
        caller.hang_up()
        carrier.process.wait_for("call", state="DISCONNECTED")
        assert agent_heard(carrier, CALLER_TONES)
        assert caller.dial_and_be_refused("unproved") >= 500
        assert server.counters()["handshakes_failed"] > 0
