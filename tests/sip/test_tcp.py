"""TCP with real sockets on the loopback: calls, pings, refused and cut connections, bounds, closing."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest
import uvloop

import sip.io.connection
import sip.io.tcp
from base.io.ids import SystemIds
from sip.events import Event, InviteReceived, SessionAnswered, SessionEnded, SessionRefused
from sip.io.endpoint import Endpoint
from sip.stack import CallerIdentity, Stack, Target
from tests.kit.builders import ANSWER, OFFER, Everybody, request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

OPTIONS = request("OPTIONS")


@asynccontextmanager
async def endpoint(react: Callable[[Endpoint, Event], None] | None = None) -> AsyncIterator[Endpoint]:
    made: Endpoint = Endpoint(
        Stack(SystemIds(), admission=Everybody()), lambda event: (react or answer_all)(made, event)
    )
    await made.start([("127.0.0.1", 0)])
    try:
        yield made
    finally:
        await made.close()


def answer_all(made: Endpoint, event: Event) -> None:
    if isinstance(event, InviteReceived):
        made.stack.answer(event.session, ANSWER, now=made.now())


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5.0):
        while not condition():  # noqa: ASYNC110 - what is waited for comes by sockets, not from here
            await asyncio.sleep(0.001)


@asynccontextmanager
async def phone_at(made: Endpoint) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(*made.address)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def rest(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the connection ends, in whatever way it does."""
    heard = b""
    with suppress(ConnectionError):
        async with asyncio.timeout(5.0):
            while more := await reader.read(65536):
                heard += more
    return heard


def connections(made: Endpoint) -> int:
    return made.stack.counters()["connections"]


async def test_a_call_goes_through_one_connection() -> None:
    over: asyncio.Future[SessionEnded] = asyncio.get_running_loop().create_future()

    def caller(made: Endpoint, event: Event) -> None:
        if isinstance(event, SessionAnswered):
            made.stack.end(event.session, now=made.now())
        elif isinstance(event, SessionEnded):
            over.set_result(event)

    async with endpoint() as bob, endpoint(caller) as alice:
        target = Target(f"sip:bob@127.0.0.1:{bob.address[1]};transport=tcp")
        alice.stack.invite(target, caller=CallerIdentity("alice"), body=OFFER, now=alice.now())
        alice.flush()
        assert (await asyncio.wait_for(over, 5.0)).by == "local"
        await until(lambda: not bob.stack.counters()["sessions"] and not alice.stack.counters()["sessions"])
        assert connections(bob) == connections(alice) == 1


async def test_a_port_where_nobody_listens_refuses_the_call_at_once() -> None:
    refused: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def caller(_made: Endpoint, event: Event) -> None:
        if isinstance(event, SessionRefused):
            refused.set_result(event.status)

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = taken.getsockname()[1]
    async with endpoint(caller) as alice:
        target = Target(f"sip:x@127.0.0.1:{closed};transport=tcp")
        alice.stack.invite(target, caller=CallerIdentity("a"), body=OFFER, now=alice.now())
        alice.flush()
        assert await asyncio.wait_for(refused, 2.0) == 503
        assert connections(alice) == 0


async def test_a_large_request_reaches_a_peer_without_tcp_by_udp() -> None:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.settimeout(0)
        async with endpoint() as alice:
            target = Target(f"sip:x@127.0.0.1:{phone.getsockname()[1]}")
            body = OFFER + b"a=x:" + b"x" * 1400 + b"\r\n"
            alice.stack.invite(target, caller=CallerIdentity("a"), body=body, now=alice.now())
            alice.flush()
            data = await asyncio.wait_for(loop.sock_recv(phone, 65535), 5.0)
            assert b"Via: SIP/2.0/UDP " in data


async def test_messages_in_pieces_pings_and_two_at_once_are_answered() -> None:
    async with endpoint() as made, phone_at(made) as (reader, writer):
        writer.write(OPTIONS[:50])
        await until(lambda: connections(made) == 1)
        writer.write(OPTIONS[50:] + request("OPTIONS", branch="z9hG4bK-2") + b"\r\n\r\n")
        for _ in range(2):
            answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5.0)
            assert b"SIP/2.0 200" in answer
        writer.write_eof()
        await until(lambda: connections(made) == 0)


async def test_a_ping_is_answered() -> None:
    async with endpoint() as made, phone_at(made) as (reader, writer):
        writer.write(b"\r\n\r\n")
        assert await asyncio.wait_for(reader.readexactly(2), 5.0) == b"\r\n"


async def test_what_cannot_be_framed_is_answered_and_cut_off() -> None:
    async with endpoint() as made, phone_at(made) as (reader, writer):
        writer.write(OPTIONS.replace(b"Content-Length: 0\r\n", b""))
        assert (await rest(reader)).startswith(b"SIP/2.0 400")
        await until(lambda: connections(made) == 0)


async def test_a_peer_who_never_reads_is_cut_when_too_much_waits_for_him(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sip.io.connection, "MOST_UNWRITTEN", 1 << 14)
    async with endpoint() as made:
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.settimeout(0)
            await asyncio.get_running_loop().sock_connect(deaf, made.address)
            await until(lambda: connections(made) == 1)
            flood = OPTIONS * 1000
            with pytest.raises(ConnectionError):
                async with asyncio.timeout(10.0):
                    while True:
                        await asyncio.get_running_loop().sock_sendall(deaf, flood)
        await until(lambda: connections(made) == 0)


async def test_connections_beyond_the_limit_of_one_source_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sip.io.tcp, "MOST_FROM_ONE", 2)
    async with endpoint() as made:
        async with phone_at(made), phone_at(made):
            await until(lambda: connections(made) == 2)
            async with phone_at(made) as (reader, _):
                assert await rest(reader) == b""
        await until(lambda: connections(made) == 0)
        async with phone_at(made) as (reader, writer):
            writer.write(OPTIONS)
            assert await asyncio.wait_for(reader.readexactly(7), 5.0) == b"SIP/2.0"


async def test_closing_the_endpoint_cuts_what_is_open_and_frees_the_address() -> None:
    async with endpoint() as made, phone_at(made) as (reader, writer):
        writer.write(OPTIONS)
        await reader.readexactly(7)
        address = made.address
        await made.close()
        await rest(reader)
        again: Endpoint = Endpoint(Stack(SystemIds(), admission=Everybody()), lambda _event: None)
        await again.start([address])
        await again.close()


async def test_an_address_taken_for_tcp_alone_is_an_error_and_leaves_nothing_open() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        made: Endpoint = Endpoint(Stack(SystemIds(), admission=Everybody()), lambda _event: None)
        with pytest.raises(OSError, match="in use"):
            await made.start([taken.getsockname()])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(taken.getsockname())


@pytest.mark.parametrize(
    "test",
    [
        test_a_call_goes_through_one_connection,
        test_a_port_where_nobody_listens_refuses_the_call_at_once,
        test_messages_in_pieces_pings_and_two_at_once_are_answered,
        test_what_cannot_be_framed_is_answered_and_cut_off,
        test_closing_the_endpoint_cuts_what_is_open_and_frees_the_address,
    ],
    ids=lambda test: test.__name__,
)
def test_on_the_loop_of_a_node(test: Callable[[], Coroutine[None, None, None]]) -> None:
    """A node runs on uvloop, whose transports behave a little differently."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(test())
