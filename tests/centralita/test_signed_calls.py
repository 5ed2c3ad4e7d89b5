"""A call whose number a carrier has signed (RFC 8588), through a whole node and into its record."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from base.errors import DocumentError
from centralita.configuration import load_configuration
from centralita.state import reader_of
from tests.kit.carrier import CALLED, CALLER, URL, Carrier
from tests.kit.party import until
from tests.kit.small_centre import FILES, small_node

if TYPE_CHECKING:
    from pathlib import Path

    from centralita.node import Node

EXTERNAL = FILES["sip_profiles/external.yaml"] + f'stir: {{certificates: {{"{URL}": carrier.pem}}}}\n'


def invite(node: Node, identity: str) -> None:
    """Call 800, which is busy."""
    host, port = node.parts.sip_address
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.2", 0))
        here = sender.getsockname()
        sender.sendto(
            f"INVITE sip:800@{host}:{port} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {here[0]}:{here[1]};branch=z9hG4bKsigned;rport\r\nMax-Forwards: 70\r\n"
            f"From: <sip:+{CALLER}@carrier.example>;tag=s1\r\nTo: <sip:+{CALLED}@centre.example>\r\n"
            f"Call-ID: signed-1\r\nCSeq: 1 INVITE\r\nContact: <sip:{here[0]}:{here[1]}>\r\n"
            f"Identity: {identity}\r\nContent-Length: 0\r\n\r\n".encode(),
            (host, port),
        )


def opened(node: Node) -> dict[str, Any] | None:
    found = reader_of(node.options.state).noted("contact.opened")
    return dict(found[0].data) if found else None


async def test_the_attestation_stands_in_the_contacts_record(tmp_path: Path) -> None:
    carrier = Carrier(start=datetime.now(UTC) - timedelta(days=1))
    node = small_node(tmp_path)
    (tmp_path / "sip_profiles" / "external.yaml").write_text(EXTERNAL)
    carrier.write(tmp_path / "sip_profiles" / "carrier.pem")
    await node.start()
    try:
        invite(node, carrier.identity(attestation="B", issued=time.time()))
        await until(lambda: opened(node) is not None)
        data = opened(node)
        assert data is not None
        assert (data["ani"], data["verstat"], data["attestation"]) == (
            f"+{CALLER}",
            "TN-Validation-Passed",
            "B",
        )
    finally:
        await node.stop()


def test_a_certificate_file_that_is_missing_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    node = small_node(tmp_path)
    (tmp_path / "sip_profiles" / "external.yaml").write_text(EXTERNAL)
    with pytest.raises(DocumentError, match=r"external\.yaml:4: .*carrier\.pem: cannot be read"):
        load_configuration(node.options.config)
