"""What certificates prove, and what SIPS asks for (RFC 5922, RFC 3261 s.26.2.2); sockets are in test_tls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.ids import SequenceIds
from sip.certificate import identities, proves
from sip.errors import UnresolvedTarget
from sip.events import InviteReceived
from sip.flow import Flow
from sip.io.certificates import UnusableCertificate, contexts
from sip.listener import TlsSettings
from sip.parser import parse
from sip.stack import CallerIdentity, Stack, Target
from tests.kit.builders import ANSWER, OFFER, Everybody, request
from tests.kit.certificates import Authority

if TYPE_CHECKING:
    from pathlib import Path


def test_sips_by_anything_less_than_tls_is_impossible() -> None:
    stack = Stack(SequenceIds(), admission=Everybody())
    stack.listen("UDP", ("192.0.2.1", 5060))
    with pytest.raises(UnresolvedTarget):
        stack.invite(Target("sips:a@192.0.2.7"), caller=CallerIdentity("a"), body=OFFER, now=0.0)
    bound = Target("sips:a@192.0.2.7", flow=Flow("UDP", ("192.0.2.1", 5060), ("192.0.2.7", 5060)))
    with pytest.raises(UnresolvedTarget):
        stack.invite(bound, caller=CallerIdentity("a"), body=OFFER, now=0.0)


def test_a_sips_request_by_a_way_that_can_be_read_is_416() -> None:
    stack = Stack(SequenceIds(), admission=Everybody())
    stack.listen("UDP", ("192.0.2.1", 5060))
    flow = Flow("UDP", ("192.0.2.1", 5060), ("192.0.2.2", 5070))
    stack.receive_datagram(request(uri="sips:ivr@192.0.2.1", body=OFFER), flow, now=0.0)
    assert stack.take_output()[0][0].startswith(b"SIP/2.0 416")


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ([("DNS", "A.example"), ("IP Address", "192.0.2.1")], ("a.example", "192.0.2.1")),
        ([("URI", "sip:Carrier.example"), ("DNS", "host1.carrier.example")], ("carrier.example",)),
        ([("URI", "sip:bob@a.example"), ("URI", "https://a.example"), ("DNS", "b.example")], ("b.example",)),
        ([("IP Address", "2001:DB8:0:0:0:0:0:1\n"), ("IP Address", "<invalid>")], ("2001:db8::1",)),
        ([("email", "x@a.example")], ()),
    ],
)
def test_rfc5922_the_domains_of_a_certificate(names: list[tuple[str, str]], found: tuple[str, ...]) -> None:
    assert identities(names) == found


def test_rfc5922_wildcards_prove_nothing() -> None:
    assert not proves([("DNS", "*.example.com")], "sip.example.com")
    assert proves([("DNS", "SIP.example.com")], "sip.EXAMPLE.com")


def test_a_key_with_a_password_is_refused_and_nobody_is_asked(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        PrivateFormat,
        load_pem_private_key,
    )

    certificate, key = Authority(tmp_path).issue("bob.example")
    private = load_pem_private_key(key.read_bytes(), None)
    key.write_bytes(
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    )
    with pytest.raises(UnusableCertificate, match="holds no key that can be read"):
        contexts(TlsSettings(certificate, key))


def test_all_contacts_of_a_secure_dialog_are_sips() -> None:
    """RFC 3261 s.12.1.1 and s.12.2.1.1: in the answer to a SIPS request, and in ours inside the dialog."""
    stack = Stack(SequenceIds(), admission=Everybody())
    flow = Flow("TLS", ("192.0.2.1", 5061), ("192.0.2.2", 40001))
    stack.listen("TLS", flow.local)
    stack.connection_made(flow, accepted=True, now=0.0)
    secure = {"uri": "sips:ivr@192.0.2.1", "contact": "<sips:bob@192.0.2.2>"}
    stack.receive_stream(request(body=OFFER, **secure), flow, now=0.0)  # type: ignore[arg-type]
    session = next(each.session for each in iter(stack.next_event, None) if isinstance(each, InviteReceived))
    stack.answer(session, ANSWER, now=0.0)
    answer = parse(stack.take_output()[-1][0])
    assert answer.header("Contact") == "<sips:192.0.2.1:5061>"
    ack = request("ACK", branch="z9hG4bK-2", to_tag=session.local_tag, **secure)  # type: ignore[arg-type]
    stack.receive_stream(ack, flow, now=0.0)
    stack.reinvite(session, OFFER, now=0.0)
    ((data, way),) = stack.take_output()
    assert way == flow
    assert data.startswith(b"INVITE sips:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/TLS 192.0.2.1:5061;")
    assert parse(data).header("Contact") == "<sips:192.0.2.1:5061>"
