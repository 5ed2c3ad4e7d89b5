"""SIP messages for people: in full in a contact's record, as a capture of one contact, copied outside while it runs."""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING

import pytest

from base.errors import CentralitaError
from base.secret import Secret
from centralita.phone.script import read_script
from centralita.phone.softphone import Softphone
from centralita.state import reader_of
from sip.digest.login import Login
from tests.centralita.test_commands import run
from tests.kit.party import until
from tests.kit.ports import free_ports
from tests.kit.small_centre import ACCOUNT, PASSWORD, small_node

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from centralita.node import Node

HOST = "127.0.0.1"


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    made = small_node(tmp_path)
    trace(made, "{messages: full, pcap: trace.pcap}")
    await made.start()
    yield made
    await made.stop()


def trace(node: Node, settings: str) -> None:
    centre = node.options.config / "centre.yaml"
    kept = [line for line in centre.read_text().splitlines() if not line.startswith("tracing")]
    centre.write_text("\n".join([*kept, f"tracing: {settings}", ""]))


async def call(node: Node) -> str:
    """One call of a registered phone, which answers challenges; the contact's id."""
    async with Softphone((HOST, 0), free_ports(10), lambda text: None) as phone:
        login = Login(ACCOUNT, Secret(PASSWORD))
        script = read_script("until answered; hang up")
        await asyncio.wait_for(phone.dial("100", node.parts.sip_address, ACCOUNT, login, script), 20)
    await until(lambda: not node.counters()["contacts"])
    await node.parts.ledger.flush()
    return reader_of(node.options.state).contacts(limit=1)[0].id


async def test_a_call_can_be_read_message_by_message_less_its_secrets(node: Node) -> None:
    contact = await call(node)
    shown = await asyncio.to_thread(run, "contact", contact, "--messages", "--state", node.options.state)
    assert shown.exit_code == 0
    heads = [line for line in shown.output.splitlines() if line.startswith("--- ")]
    assert [" ".join(line.split()[6:]) for line in heads][:2] == ["INVITE sdp", "200 OK (INVITE sdp)"]
    assert "m=audio" in shown.output
    (proof,) = [line for line in shown.output.splitlines() if line.startswith("Authorization:")][:1]
    assert set(proof.partition(":")[2].replace(" ", "")) == {"*"}


async def test_a_contact_becomes_a_capture_file(node: Node, tmp_path: Path) -> None:
    contact = await call(node)
    file = tmp_path / "call.pcap"
    shown = await asyncio.to_thread(run, "contact", contact, "--pcap", file, "--state", node.options.state)
    assert shown.output == f"{len(packets(file))} messages written to {file}\n"
    assert packets(file)[0][28:].startswith(b"INVITE sip:100@")
    assert struct.unpack("!H", packets(file)[0][22:24])[0] == node.parts.sip_address[1]


def packets(file: Path) -> list[bytes]:
    data, found, at = file.read_bytes(), [], 24
    while at < len(data):
        (length,) = struct.unpack("<I", data[at + 8 : at + 12])
        found.append(data[at + 16 : at + 16 + length])
        at += 16 + length
    return found


async def test_a_contact_of_which_summaries_were_kept_says_what_to_set(node: Node) -> None:
    trace(node, "{messages: summary}")
    await node.reload()
    contact = await call(node)
    shown = await asyncio.to_thread(run, "contact", contact, "--messages", "--state", node.options.state)
    assert shown.exit_code == 1
    assert "set tracing: {messages: full} in centre.yaml" in shown.output


async def test_every_message_is_copied_into_the_file_and_a_reload_ends_that(node: Node) -> None:
    await call(node)
    trace(node, "{}")
    await node.reload()
    await call(node)
    starts = [packet[28:].split(b" ")[0] for packet in packets(node.options.config / "trace.pcap")]
    # INVITE, its challenge, ACK; INVITE, 200, ACK, BYE, 200: of the first call only.
    assert starts == [b"INVITE", b"SIP/2.0", b"ACK", b"INVITE", b"SIP/2.0", b"ACK", b"BYE", b"SIP/2.0"]
    assert PASSWORD.encode() not in (node.options.config / "trace.pcap").read_bytes()


async def test_a_capture_that_cannot_be_begun_refuses_the_reload(node: Node) -> None:
    trace(node, "{pcap: no/such/folder/trace.pcap}")
    with pytest.raises(CentralitaError, match=r"the folder of no/such/folder/trace\.pcap is not"):
        await node.reload()
    await call(node)
