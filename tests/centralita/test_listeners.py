"""A node with listeners of its own for phones and trunks: who is served where, and what a reload changes."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import structlog

from base.errors import DocumentError
from base.secret import Secret
from centralita.phone.script import read_script
from centralita.phone.softphone import Softphone
from sip.digest.login import Login
from sip.flow import written
from tests.kit.builders import request
from tests.kit.certificates import Authority
from tests.kit.ports import free_port, free_ports
from tests.kit.small_centre import ACCOUNT, PASSWORD, SECOND, small_node

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from centralita.node import Node

HOST = "127.0.0.1"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "sip_profiles" / "tls")


@pytest.fixture
async def node(tmp_path: Path, authority: Authority) -> AsyncIterator[Node]:
    """With UDP for trunks alone and TLS for phones alone."""
    made = small_node(tmp_path)
    authority.issue("localhost", file="own")
    profiles = tmp_path / "sip_profiles"
    with (profiles / "external.yaml").open("a") as trunks:
        trunks.write(f"listeners:\n  - {{transport: udp, address: '{HOST}:{free_port()}'}}\n")
    with (profiles / "internal.yaml").open("a") as phones:
        where = f"address: '{HOST}:{free_port()}', advertised: localhost"
        phones.write(
            f"listeners:\n  - {{transport: tls, {where}, certificate: tls/own.pem, key: tls/own.key}}\n"
        )
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


def bound(node: Node, transport: str, serves: str) -> tuple[str, int]:
    return next(
        at
        for listener, at in node.parts.endpoint.listeners
        if (listener.transport, listener.serves) == (transport, serves)
    )


async def ask(address: tuple[str, int], source: str, method: str) -> int:
    """The status of the answer to one request by UDP."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind((source, 0))
        phone.settimeout(0)
        here = written(phone.getsockname())
        await loop.sock_sendto(phone, request(method, sent_by=here, call_id=here), address)
        data = await asyncio.wait_for(loop.sock_recv(phone, 65535), 5.0)
    return int(data.split()[1])


async def certificate(address: tuple[str, int], ca: Path) -> bytes:
    """The certificate that a TLS listener shows."""
    context = ssl.create_default_context(cafile=ca)
    _, writer = await asyncio.open_connection(*address, ssl=context, server_hostname="localhost")
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    await writer.wait_closed()
    assert isinstance(shown, bytes)
    return shown


async def test_a_listener_serves_its_profile_and_the_shared_one_both(node: Node) -> None:
    trunks, shared = bound(node, "UDP", "external"), bound(node, "UDP", "both")
    assert await ask(trunks, HOST, "REGISTER") == 403
    assert await ask(trunks, "127.0.0.2", "MESSAGE") == 405
    assert await ask(shared, HOST, "MESSAGE") == 401
    assert await ask(shared, "127.0.0.2", "MESSAGE") == 405


async def test_a_reload_takes_a_new_certificate_for_new_connections(node: Node, authority: Authority) -> None:
    phones = bound(node, "TLS", "internal")
    before = await certificate(phones, authority.ca)
    authority.issue("localhost", file="own")
    assert await certificate(phones, authority.ca) == before
    await node.reload()
    assert await certificate(phones, authority.ca) != before


async def test_a_reload_with_a_broken_certificate_is_refused_and_keeps_the_old(
    node: Node, authority: Authority, tmp_path: Path
) -> None:
    phones = bound(node, "TLS", "internal")
    before = await certificate(phones, authority.ca)
    authority.issue("localhost", file="other")
    (tmp_path / "sip_profiles" / "tls" / "own.key").write_bytes(
        (tmp_path / "sip_profiles" / "tls" / "other.key").read_bytes()
    )
    with pytest.raises(DocumentError, match=r"internal\.yaml:\d+: .*own\.key is not the key of .*own\.pem"):
        await node.reload()
    assert await certificate(phones, authority.ca) == before


async def test_a_listener_that_comes_or_goes_waits_for_the_next_start(node: Node, tmp_path: Path) -> None:
    file = tmp_path / "sip_profiles" / "external.yaml"
    file.write_text(file.read_text().partition("listeners:")[0])
    with structlog.testing.capture_logs() as logs:
        await node.reload()
    assert [each["settings"] for each in logs if each["event"] == "restart_needed"] == [["listeners"]]


async def test_failed_handshakes_are_counted(node: Node) -> None:
    phones = bound(node, "TLS", "internal")
    reader, writer = await asyncio.open_connection(*phones)
    writer.write(b"OPTIONS sip:x SIP/2.0\r\n\r\n")
    await reader.read()
    writer.close()
    async with asyncio.timeout(5):
        while not node.counters()["handshakes_failed"]:  # noqa: ASYNC110 - counted when the socket is gone
            await asyncio.sleep(0.001)


async def test_a_listener_whose_address_is_taken_is_named(tmp_path: Path) -> None:
    made = small_node(tmp_path)
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        with (tmp_path / "sip_profiles" / "external.yaml").open("a") as trunks:
            trunks.write(f"listeners:\n  - {{transport: tcp, address: '{written(taken.getsockname())}'}}\n")
        with pytest.raises(Exception, match=f"TCP {written(taken.getsockname())}: another program"):
            await made.start()
    await made.stop()


async def test_a_listener_at_the_shared_address_is_a_fault(tmp_path: Path) -> None:
    made = small_node(tmp_path)
    with (tmp_path / "sip_profiles" / "external.yaml").open("a") as trunks:
        trunks.write("listeners:\n  - {transport: tcp, address: '127.0.0.1:5060'}\n")
    (tmp_path / "config" / "centre.yaml").write_text(
        (tmp_path / "config" / "centre.yaml").read_text() + "\nsip: 127.0.0.1:5060\n"
    )
    with pytest.raises(DocumentError, match=r"external\.yaml:\d+: 127\.0\.0\.1:5060 by TCP clashes"):
        await made.start()
    await made.stop()


async def test_a_trunk_that_no_listener_leads_to_is_a_fault(tmp_path: Path) -> None:
    made = small_node(tmp_path)
    trunks = tmp_path / "sip_profiles" / "external.yaml"
    trunks.write_text("trunks:\n  - {name: far, host: sip.carrier.example, transport: tls}\n")
    with pytest.raises(DocumentError, match=r"external\.yaml:2: no listener for trunks speaks tls"):
        await made.start()
    await made.stop()


async def test_a_trunk_is_known_by_its_certificate_and_nobody_else_at_its_listener(
    tmp_path: Path, authority: Authority
) -> None:
    made = small_node(tmp_path)
    authority.issue("localhost", file="own")
    profiles = tmp_path / "sip_profiles"
    (profiles / "external.yaml").write_text(
        "trunks:\n  - {name: carrier, certificates: [sip.carrier.example]}\nlisteners:\n"
        f"  - {{transport: tls, address: '{HOST}:{free_port()}', certificate: tls/own.pem, key: tls/own.key,\n"
        "     client_certificates: optional, client_ca: tls/ca.pem}\n"
    )
    await made.start()
    try:
        at = bound(made, "TLS", "external")
        assert await ask_by_tls(at, authority, None) == 403
        assert await ask_by_tls(at, authority, "sip.another.example") == 403
        assert await ask_by_tls(at, authority, "sip.carrier.example") == 405
    finally:
        await made.stop()


async def ask_by_tls(address: tuple[str, int], authority: Authority, name: str | None) -> int:
    """The status of the answer to a MESSAGE by TLS, with a certificate for a name or without any."""
    context = ssl.create_default_context(cafile=authority.ca)
    if name is not None:
        context.load_cert_chain(*authority.issue(name))
    reader, writer = await asyncio.open_connection(*address, ssl=context, server_hostname="localhost")
    here = written(writer.get_extra_info("sockname"))
    writer.write(request("MESSAGE", sent_by=here, call_id=here).replace(b"/UDP ", b"/TLS "))
    line = await asyncio.wait_for(reader.readline(), 5.0)
    writer.close()
    with suppress(OSError, ssl.SSLError):
        await writer.wait_closed()
    return int(line.split()[1])


async def test_a_phone_of_ipv6_and_an_agent_of_ipv4_talk(tmp_path: Path) -> None:
    made = small_node(tmp_path)
    with (tmp_path / "sip_profiles" / "internal.yaml").open("a") as phones:
        phones.write(f"listeners:\n  - {{transport: udp, address: '[::1]:{free_port(address='::1')}'}}\n")
    await made.start()
    try:
        async with softphone(HOST) as agent, softphone("::1") as caller:
            await asyncio.wait_for(agent.register(SECOND, made.parts.sip_address, login(SECOND)), 10)
            answering = asyncio.create_task(agent.answer(read_script("answer; until ended")))
            six = bound(made, "UDP", "internal")
            script = read_script("until answered; wait 300ms; hang up")
            ended = await asyncio.wait_for(caller.dial(SECOND, six, ACCOUNT, login(ACCOUNT), script), 20)
            assert ended.status == 200
            await asyncio.wait_for(answering, 10)
            ended = await asyncio.wait_for(caller.dial("100", six, ACCOUNT, login(ACCOUNT), script), 20)
            assert ended.status == 200
        assert made.parts.plane.counters().packets_out > 5
    finally:
        await made.stop()


def softphone(host: str) -> Softphone:
    return Softphone((host, 0), free_ports(10, address=host), lambda text: None)


def login(account: str) -> Login:
    return Login(account, Secret(PASSWORD))
