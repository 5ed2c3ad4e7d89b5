"""SIP over WebSocket (RFC 7118): the upgrade, messages kept apart, keep-alives, limits; then a client over loopback."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import trustme
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Ping,
    Pong,
    RejectConnection,
    Request,
    TextMessage,
)

import sip.io.connection
from base.ids import SequenceIds
from sip import message as messages
from sip.dialog import contact_for, via_for
from sip.events import InviteReceived
from sip.flow import Flow
from sip.framing import WholeFramer
from sip.io.endpoint import Endpoint
from sip.io.websocket import LONGEST_REQUEST, WebSocketWrapping
from sip.io.wrapping import WrappingBroken
from sip.listener import Listener, TlsSettings
from sip.parser import parse
from sip.stack import CallerIdentity, Stack, Target
from tests.kit.builders import ANSWER, OFFER, Everybody, request
from tests.kit.party import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sip.events import Event

HOST = "127.0.0.1"
NOWHERE = "df7jal23ls0d.invalid"
"""What a browser, which has no address, writes for its own (s.5.2.1)."""


class Client:
    """The far end of one wrapping, without sockets."""

    def __init__(self, subprotocols: tuple[str, ...] = ("sip",)) -> None:
        self.socket = WSConnection(ConnectionType.CLIENT)
        self.server = WebSocketWrapping()
        self.messages: list[bytes] = []
        self.has_ended = False
        asked = Request(host="x", target="/", subprotocols=list(subprotocols))
        self.say(self.socket.send(asked))

    def say(self, octets: bytes) -> list[Any]:
        try:
            messages, ended = self.server.receive(octets)
            self.messages += messages
            self.has_ended = self.has_ended or ended
        finally:
            self.socket.receive_data(self.server.take())
            self.heard = list(self.socket.events())
        return self.heard


def test_the_subprotocol_sip_is_agreed() -> None:
    client = Client(("chat", "sip"))
    (accepted,) = client.heard
    assert isinstance(accepted, AcceptConnection)
    assert accepted.subprotocol == "sip"
    assert client.server.is_ready


def test_a_client_that_does_not_speak_sip_is_refused() -> None:
    server, socket = WebSocketWrapping(), WSConnection(ConnectionType.CLIENT)
    with pytest.raises(WrappingBroken):
        server.receive(socket.send(Request(host="x", target="/", subprotocols=["chat"])))
    socket.receive_data(server.take())
    assert isinstance(next(socket.events()), RejectConnection)
    assert not server.is_ready


@pytest.mark.parametrize(
    "octets", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02", b"OPTIONS sip:x SIP/2.0\r\n\r\n"]
)
def test_what_asks_for_no_websocket_is_refused(octets: bytes) -> None:
    with pytest.raises(WrappingBroken):
        WebSocketWrapping().receive(octets)


def test_a_request_without_end_is_cut_off() -> None:
    server = WebSocketWrapping()
    server.receive(b"GET / HTTP/1.1\r\n")
    with pytest.raises(WrappingBroken):
        for _ in range(LONGEST_REQUEST // 100 + 2):
            server.receive(b"X-Long: " + b"x" * 90 + b"\r\n")


def test_each_message_is_whole_however_it_is_cut() -> None:
    client = Client()
    octets = client.socket.send(TextMessage("one", message_finished=False))
    octets += client.socket.send(TextMessage(" and a half"))
    octets += client.socket.send(BytesMessage(b"two \xff"))
    for at in range(len(octets)):
        client.say(octets[at : at + 1])
    assert client.messages == [b"one and a half", b"two \xff"]


def test_a_ping_is_answered_and_a_goodbye_returned() -> None:
    client = Client()
    assert client.say(client.socket.send(Ping(b"here"))) == [Pong(b"here")]
    (goodbye,) = client.say(client.socket.send(CloseConnection(1000)))
    assert isinstance(goodbye, CloseConnection)
    assert client.has_ended


def test_a_message_without_end_is_cut_off() -> None:
    client = Client()
    with pytest.raises(WrappingBroken):
        for _ in range(10):
            client.say(client.socket.send(TextMessage("x" * 16_000, message_finished=False)))
    (goodbye,) = client.heard
    assert isinstance(goodbye, CloseConnection)
    assert goodbye.code == 1009


@pytest.mark.parametrize("data", [b"text", "ańdré".encode(), b"\xff\xfe"])
def test_what_we_write_is_one_message(data: bytes) -> None:
    client = Client()
    client.server.write(data)
    (message,) = client.say(b"")
    assert isinstance(message, TextMessage | BytesMessage)
    said = message.data
    assert (said.encode() if isinstance(said, str) else bytes(said)) == data


def test_a_framer_of_whole_messages_knows_keep_alives() -> None:
    framer = WholeFramer()
    assert framer.feed(b"\r\n\r\n") == ([], 1)
    assert framer.feed(b"\r\n") == ([], 0)
    assert [each.data for each in framer.feed(b"OPTIONS ...")[0]] == [b"OPTIONS ..."]


def test_via_and_contact_name_the_transport() -> None:
    """Section 5.2: Via has WS or WSS, a URI has transport=ws in both cases."""
    flow = Flow("WSS", ("192.0.2.1", 8443), ("192.0.2.2", 40_000))
    assert via_for(flow, "z9hG4bK1").startswith("SIP/2.0/WSS 192.0.2.1:8443;")
    assert contact_for(flow) == "<sip:192.0.2.1:8443;transport=ws>"
    assert contact_for(flow, secure=True) == "<sips:192.0.2.1:8443;transport=ws>"


class House:
    """An endpoint on WebSocket that answers whoever calls."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.stack = Stack(SequenceIds("a"), admission=Everybody())
        self.endpoint = Endpoint(self.stack, self.hear)

    def hear(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, InviteReceived):
            self.stack.answer(event.session, ANSWER, now=self.endpoint.now())


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House()
    authority = trustme.CA()
    pair = authority.issue_cert(HOST)
    pair.private_key_and_cert_chain_pem.write_to_path(tmp_path / "pair.pem")
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    tls = TlsSettings(tmp_path / "pair.pem", tmp_path / "pair.pem")
    listeners = [Listener("WS", (HOST, 0)), Listener("WSS", (HOST, 0), tls=tls)]
    await made.endpoint.start(groups=[[each] for each in listeners])
    yield made
    await made.endpoint.close()


@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_a_client_of_another_make_calls_and_hangs_up(house: House, tmp_path: Path, scheme: str) -> None:
    open_ones = {listener.transport: address for listener, address in house.endpoint.listeners}
    where = "{}:{}".format(*open_ones[scheme.upper()])
    trusted = ssl.create_default_context(cafile=tmp_path / "authority.pem")
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{scheme}://{where}/", protocols=("sip",), ssl=trusted) as phone,
    ):
        assert phone.protocol == "sip"
        contact = f"<sip:ann@{NOWHERE};transport={scheme}>"
        await phone.send_bytes(from_browser(request(body=OFFER, contact=contact, sent_by=NOWHERE), scheme))
        answer = parse(await _next(phone))
        assert isinstance(answer, messages.Response)
        assert answer.status == 200
        assert answer.header("Contact") == f"<sip:{where};transport=ws>"
        assert answer.via.params["received"] == HOST
        tag = answer.to.tag
        ack = request("ACK", branch="z9hG4bK-2", to_tag=tag, sent_by=NOWHERE)
        await phone.send_str(from_browser(ack, scheme).decode())
        await phone.send_str("\r\n\r\n")
        assert await _next(phone) == b"\r\n"
        session = next(event.session for event in house.events if isinstance(event, InviteReceived))
        house.stack.end(session, now=house.endpoint.now())
        house.endpoint.flush()
        bye = parse(await _next(phone))
        assert isinstance(bye, messages.Request)
        assert (bye.method, bye.uri_text) == ("BYE", contact[1:-1])
        await phone.close()
    await until(lambda: not house.stack.counters()["connections"])


async def test_half_a_message_is_waited_for_as_long_as_any(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message may come in pieces (RFC 6455 s.5.4), but not for ever: ten seconds, as over TCP."""
    monkeypatch.setattr(sip.io.connection, "MESSAGE_TIME", 0.1)
    (host, port), *_ = [address for _, address in house.endpoint.listeners]
    reader, writer = await asyncio.open_connection(host, port)
    client = WSConnection(ConnectionType.CLIENT)
    writer.write(client.send(Request(host=host, target="/", subprotocols=["sip"])))
    ping = from_browser(request("OPTIONS", sent_by=NOWHERE), "ws").decode()
    client.receive_data(await reader.readuntil(b"\r\n\r\n"))
    assert isinstance(next(client.events()), AcceptConnection)
    for piece in (TextMessage(ping[:40], message_finished=False), TextMessage(ping[40:])):
        writer.write(client.send(piece))
    assert b"SIP/2.0 200" in await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    await asyncio.sleep(0.2)  # between two messages there is no hurry
    assert house.stack.counters()["connections"] == 1
    writer.write(client.send(TextMessage(ping[:40], message_finished=False)))
    with suppress(ConnectionError):
        await asyncio.wait_for(reader.read(), 5)
    await until(lambda: not house.stack.counters()["connections"])
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def test_nobody_is_dialled_by_websocket(house: House) -> None:
    """Only the client can open the connection: a call to one that has gone fails at once."""
    gone = Flow("WS", house.endpoint.listeners[0][1], (HOST, 9))
    target = Target("sip:ann@df7jal23ls0d.invalid;transport=ws", flow=gone)
    house.stack.invite(target, caller=CallerIdentity("bob"), body=OFFER, now=house.endpoint.now())
    house.endpoint.flush()
    await until(lambda: any(type(event).__name__ == "SessionRefused" for event in house.events))


async def _next(phone: aiohttp.ClientWebSocketResponse) -> bytes:
    message = await asyncio.wait_for(phone.receive(), 5)
    return message.data.encode() if isinstance(message.data, str) else bytes(message.data)


def from_browser(data: bytes, scheme: str) -> bytes:
    return data.replace(b"SIP/2.0/UDP", f"SIP/2.0/{scheme.upper()}".encode())
