"""SIP over TLS with real sockets (RFC 3261 s.26.2, RFC 5922): calls, proofs of names, half handshakes, limits."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest
import uvloop

import sip.io.connection
import sip.io.tcp
from base.io.ids import SystemIds
from sip.events import Event, InviteReceived, SessionAnswered, SessionEnded, SessionRefused
from sip.flow import host_in_uri
from sip.flows import Flows
from sip.io.endpoint import Endpoint
from sip.parser import parse
from sip.stack import CallerIdentity, Stack, Target
from tests.kit.builders import ANSWER, OFFER, Everybody, request
from tests.kit.certificates import Authority

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

    from sip.flow import Flow
    from sip.listener import Listener
    from sip.message import Request
    from sip.verdicts import Admitted

OPTIONS = request("OPTIONS")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


class Watching(Everybody):
    """Admits all, and notes what they have proved and how often they broke off."""

    def __init__(self) -> None:
        self.flows = Flows()
        self.proved: list[tuple[str, ...]] = []
        self.broken = 0
        self.trusted = False

    def admit(self, request: Request, flow: Flow, now: float) -> Admitted:
        self.proved.append(self.flows.identities(flow))
        return super().admit(request, flow, now)

    def is_trusted(self, flow: Flow) -> bool:
        return self.trusted

    def tolerates(self, flow: Flow, *, now: float) -> bool:
        self.broken += 1
        return True


@asynccontextmanager
async def endpoint(
    listener: Listener, heard: list[Event] | None = None, admission: Watching | None = None
) -> AsyncIterator[Endpoint]:
    """An endpoint that answers all calls and ends those that it made once they are answered."""
    admission = admission or Watching()

    def react(event: Event) -> None:
        if heard is not None:
            heard.append(event)
        if isinstance(event, InviteReceived):
            made.stack.answer(event.session, ANSWER, now=made.now())
        elif isinstance(event, SessionAnswered):
            made.stack.end(event.session, now=made.now())

    made = Endpoint(Stack(SystemIds(), admission=admission, flows=admission.flows), react)
    await made.start(groups=[(listener,)])
    try:
        yield made
    finally:
        await made.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(8.0):
        while not condition():  # noqa: ASYNC110 - what is waited for comes by sockets, not from here
            await asyncio.sleep(0.001)


def dial(alice: Endpoint, bob: Endpoint, scheme: str = "sip", server: str | None = "bob.example") -> None:
    host, port = bob.address
    by = ";transport=tls" if scheme == "sip" else ""
    target = Target(f"{scheme}:bob@{host_in_uri(host)}:{port}{by}", server=server)
    alice.stack.invite(target, caller=CallerIdentity("alice"), body=OFFER, now=alice.now())
    alice.flush()


async def outcome(heard: list[Event]) -> Event:
    kinds = (SessionEnded, SessionRefused)
    await until(lambda: any(isinstance(each, kinds) for each in heard))
    return next(each for each in heard if isinstance(each, kinds))


def trusting(authority: Authority, **more: object) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority.ca)
    context.check_hostname = False
    return context


async def rest(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the connection ends, in whatever way it does."""
    heard = b""
    with suppress(OSError, ssl.SSLError):
        async with asyncio.timeout(8.0):
            while more := await reader.read(65536):
                heard += more
    return heard


@pytest.mark.parametrize("scheme", ["sip", "sips"])
async def test_a_call_goes_through_one_connection(authority: Authority, scheme: str) -> None:
    heard: list[Event] = []
    async with (
        endpoint(authority.listener("bob.example")) as bob,
        endpoint(authority.listener("alice.example"), heard) as alice,
    ):
        dial(alice, bob, scheme)
        ended = await outcome(heard)
        assert isinstance(ended, SessionEnded)
        assert ended.by == "local"
        await until(lambda: not bob.stack.counters()["sessions"])
        assert alice.stack.counters()["connections"] == bob.stack.counters()["connections"] == 1


@pytest.mark.parametrize("server", ["carol.example", "a..b", ".b", "x" * 300, None])
async def test_a_server_that_does_not_prove_its_name_gets_no_call(
    authority: Authority, server: str | None
) -> None:
    heard: list[Event] = []
    async with (
        endpoint(authority.listener("bob.example")) as bob,
        endpoint(authority.listener("alice.example"), heard) as alice,
    ):
        dial(alice, bob, server=server)
        refused = await outcome(heard)
        assert isinstance(refused, SessionRefused)
        assert refused.status == 503
        assert alice.counters()["handshakes_failed"] == 1


async def test_a_server_whose_certificate_nobody_trusted_signed_gets_no_call(
    authority: Authority, tmp_path: Path
) -> None:
    heard: list[Event] = []
    other = Authority(tmp_path / "other")
    async with (
        endpoint(other.listener("bob.example")) as bob,
        endpoint(authority.listener("alice.example"), heard) as alice,
    ):
        dial(alice, bob)
        assert isinstance(await outcome(heard), SessionRefused)
        await until(lambda: bob.counters()["handshakes_failed"] == 1)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_an_address_can_be_proved_too(authority: Authority, host: str) -> None:
    heard: list[Event] = []
    async with (
        endpoint(authority.listener(host, address=(host, 0))) as bob,
        endpoint(authority.listener("alice.example", address=(host, 0)), heard) as alice,
    ):
        dial(alice, bob, server=None)
        assert isinstance(await outcome(heard), SessionEnded)


async def test_admission_knows_what_a_client_has_proved(authority: Authority) -> None:
    heard: list[Event] = []
    admission = Watching()
    async with (
        endpoint(authority.listener("bob.example", clients="required"), admission=admission) as bob,
        endpoint(authority.listener("alice.example"), heard) as alice,
    ):
        dial(alice, bob)
        assert isinstance(await outcome(heard), SessionEnded)
        assert admission.proved == [("alice.example",)]


async def test_rfc5923_a_call_back_goes_by_the_connection_that_the_trunk_opened(authority: Authority) -> None:
    heard: list[Event] = []
    back: list[Event] = []
    async with (
        endpoint(authority.listener("bob.example", clients="required"), back) as bob,
        endpoint(authority.listener("alice.example"), heard) as alice,
    ):
        dial(alice, bob)
        assert isinstance(await outcome(heard), SessionEnded)
        back.clear()
        dial(bob, alice, server="alice.example")
        assert isinstance(await outcome(back), SessionEnded)
        assert alice.stack.counters()["connections"] == bob.stack.counters()["connections"] == 1
        back.clear()
        dial(bob, alice, server="carol.example")
        assert isinstance(await outcome(back), SessionRefused)


@pytest.mark.parametrize(("clients", "is_served"), [("optional", True), ("required", False)])
async def test_clients_without_a_certificate(authority: Authority, clients: str, *, is_served: bool) -> None:
    admission = Watching()
    listener = authority.listener("bob.example", clients=clients)  # type: ignore[arg-type]
    async with endpoint(listener, admission=admission) as bob:
        reader, writer = await asyncio.open_connection(*bob.address, ssl=trusting(authority))
        writer.write(OPTIONS)
        writer.write_eof() if writer.can_write_eof() else None
        if is_served:
            assert await asyncio.wait_for(reader.readexactly(11), 5.0) == b"SIP/2.0 200"
            assert admission.proved == [()]
        else:
            assert await rest(reader) == b""
            await until(lambda: bob.counters()["handshakes_failed"] == 1)
            assert admission.broken == 1
        writer.close()
        with suppress(OSError, ssl.SSLError):
            await writer.wait_closed()


async def test_tls_1_1_is_refused(authority: Authority) -> None:
    context = trusting(authority)
    with pytest.warns(DeprecationWarning):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.minimum_version = ssl.TLSVersion.TLSv1
    async with endpoint(authority.listener("bob.example")) as bob:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await asyncio.open_connection(*bob.address, ssl=context)
        await until(lambda: bob.counters()["handshakes_failed"] == 1)


@pytest.mark.parametrize(
    "said", [b"", b"\x16\x03\x01", b"OPTIONS sip:x SIP/2.0\r\n\r\n", b"\x16\x03\x01\x40\x00" * 99]
)
async def test_half_a_handshake_is_cut_off_in_time_and_counted(
    authority: Authority, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sip.io.connection, "HANDSHAKE_TIME", 0.05)
    async with endpoint(authority.listener("bob.example")) as bob:
        reader, writer = await asyncio.open_connection(*bob.address)
        writer.write(said)
        assert b"SIP" not in await rest(reader)
        await until(lambda: bob.counters()["handshakes_failed"] == 1)
        assert bob.stack.counters()["connections"] == 0
        writer.close()


async def test_of_too_many_half_handshakes_the_oldest_makes_room(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sip.io.tcp, "MOST_UNREADY", 3)
    async with endpoint(authority.listener("bob.example")) as bob:
        waiting = [await asyncio.open_connection(*bob.address) for _ in range(3)]
        reader, writer = await asyncio.open_connection(*bob.address, ssl=trusting(authority))
        writer.write(OPTIONS)
        assert await asyncio.wait_for(reader.readexactly(11), 5.0) == b"SIP/2.0 200"
        assert await rest(waiting[0][0]) == b""
        assert bob.counters()["handshakes_failed"] == 1
        for _, each in [*waiting, (reader, writer)]:
            each.close()
            with suppress(OSError, ssl.SSLError):
                await each.wait_closed()


async def test_a_trunk_may_have_more_connections_than_others(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sip.io.tcp, "MOST_FROM_ONE", 1)
    admission = Watching()
    async with endpoint(authority.listener("bob.example"), admission=admission) as bob:
        writers = [(await asyncio.open_connection(*bob.address, ssl=trusting(authority)))[1]]
        reader, writer = await asyncio.open_connection(*bob.address)
        assert await rest(reader) == b""
        writer.close()
        assert bob.counters()["connections_refused"] == 1
        admission.trusted = True
        writers.append((await asyncio.open_connection(*bob.address, ssl=trusting(authority)))[1])
        await until(lambda: bob.stack.counters()["connections"] == 2)
        for each in writers:
            each.close()
            with suppress(OSError, ssl.SSLError):
                await each.wait_closed()


async def test_limits_of_framing_hold_over_tls(authority: Authority) -> None:
    async with endpoint(authority.listener("bob.example")) as bob:
        reader, writer = await asyncio.open_connection(*bob.address, ssl=trusting(authority))
        writer.write(b"OPTIONS sip:x SIP/2.0\r\nX: " + b"x" * 70_000)
        assert await rest(reader) == b""
        await until(lambda: bob.stack.counters()["connections"] == 0)
        writer.close()
        with suppress(OSError, ssl.SSLError):
            await writer.wait_closed()


async def test_messages_in_pieces_and_pings_are_answered_and_goodbye_is_understood(
    authority: Authority,
) -> None:
    async with endpoint(authority.listener("bob.example")) as bob:
        reader, writer = await asyncio.open_connection(*bob.address, ssl=trusting(authority))
        writer.write(OPTIONS[:50])
        await writer.drain()
        writer.write(OPTIONS[50:] + b"\r\n\r\n")
        assert await asyncio.wait_for(reader.readexactly(13), 5.0) == b"\r\nSIP/2.0 200"
        writer.close()
        await writer.wait_closed()
        await until(lambda: bob.stack.counters()["connections"] == 0)


async def test_a_secure_call_is_answered_with_a_secure_contact(authority: Authority) -> None:
    async with endpoint(authority.listener("bob.example")) as bob:
        reader, writer = await asyncio.open_connection(*bob.address, ssl=trusting(authority))
        writer.write(request(uri="sips:bob@bob.example", body=OFFER).replace(b"SIP/2.0/UDP", b"SIP/2.0/TLS"))
        answer = parse(await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5.0) + b"")
        assert answer.header("Contact") == f"<sips:127.0.0.1:{bob.address[1]}>"
        writer.close()
        with suppress(OSError, ssl.SSLError):
            await writer.wait_closed()


async def test_an_endpoint_closes_with_handshakes_under_way(authority: Authority) -> None:
    silent = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    async with endpoint(authority.listener("bob.example")) as bob:
        waiting = await asyncio.open_connection(*bob.address)
        port = silent.sockets[0].getsockname()[1]
        bob.stack.invite(
            Target(f"sips:x@127.0.0.1:{port}"), caller=CallerIdentity("b"), body=OFFER, now=bob.now()
        )
        bob.flush()
        await until(lambda: bool(bob._sockets))
        await bob.close()
        assert await rest(waiting[0]) == b""
        waiting[1].close()
    silent.close()


@pytest.mark.parametrize(
    "test",
    [
        test_a_call_goes_through_one_connection,
        test_messages_in_pieces_and_pings_are_answered_and_goodbye_is_understood,
        test_limits_of_framing_hold_over_tls,
        test_an_endpoint_closes_with_handshakes_under_way,
    ],
    ids=lambda test: test.__name__,
)
def test_on_the_loop_of_a_node(
    test: Callable[..., Coroutine[None, None, None]], authority: Authority
) -> None:
    """A node runs on uvloop, whose transports behave a little differently."""
    more = ("sips",) if test is test_a_call_goes_through_one_connection else ()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(test(authority, *more))
