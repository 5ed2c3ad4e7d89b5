"""The asyncio edge with real sockets on the loopback: calls, unreachable peers, bursts, closing."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from base.io.ids import SystemIds
from sip.events import Event, InviteReceived, SessionAnswered, SessionEnded, SessionRefused
from sip.io.endpoint import Endpoint
from sip.stack import CallerIdentity, Stack, Target
from tests.kit.builders import ANSWER, OFFER, Everybody, request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


@asynccontextmanager
async def endpoint(react: Callable[[Endpoint, Event], None], count: int = 1) -> AsyncIterator[Endpoint]:
    made: Endpoint = Endpoint(Stack(SystemIds(), admission=Everybody()), lambda event: react(made, event))
    await made.start([("127.0.0.1", 0)] * count)
    try:
        yield made
    finally:
        await made.close()


def answer_all(made: Endpoint, event: Event) -> None:
    if isinstance(event, InviteReceived):
        made.stack.answer(event.session, ANSWER, now=made.now())


async def test_a_call_goes_through_real_sockets() -> None:
    over: asyncio.Future[SessionEnded] = asyncio.get_running_loop().create_future()

    def caller(made: Endpoint, event: Event) -> None:
        if isinstance(event, SessionAnswered):
            made.stack.end(event.session, now=made.now())
            made.flush()
        elif isinstance(event, SessionEnded):
            over.set_result(event)

    async with endpoint(answer_all) as bob, endpoint(caller) as alice:
        target = Target(f"sip:bob@127.0.0.1:{bob.address[1]}")
        alice.stack.invite(target, caller=CallerIdentity("alice"), body=OFFER, now=alice.now())
        alice.flush()
        ended = await asyncio.wait_for(over, 5.0)
        assert ended.by == "local"
        async with asyncio.timeout(5.0):
            while bob.stack.counters()["sessions"] or alice.stack.counters()["sessions"]:  # noqa: ASYNC110
                await asyncio.sleep(0)


async def test_a_closed_port_is_known_at_once_and_the_socket_lives_on() -> None:
    refused: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def caller(made: Endpoint, event: Event) -> None:
        if isinstance(event, SessionRefused):
            refused.set_result(event.status)
        elif isinstance(event, SessionAnswered):
            answered.set_result(None)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        closed = taken.getsockname()[1]
    async with endpoint(answer_all) as bob, endpoint(caller) as alice:
        for port in (closed, bob.address[1]):
            alice.stack.invite(
                Target(f"sip:x@127.0.0.1:{port}"), caller=CallerIdentity("a"), body=OFFER, now=alice.now()
            )
        alice.flush()
        assert await asyncio.wait_for(refused, 5.0) == 503
        await asyncio.wait_for(answered, 5.0)


async def test_each_listener_answers_from_its_own_address() -> None:
    async with endpoint(answer_all, 2) as made:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
            phone.bind(("127.0.0.1", 0))
            phone.settimeout(0)
            loop = asyncio.get_running_loop()
            for number, (_, local) in enumerate(made.listeners):
                data = request("OPTIONS", branch=f"z9hG4bK-{number}", call_id=str(number))
                await loop.sock_sendto(phone, data, local)
                answer, source = await asyncio.wait_for(loop.sock_recvfrom(phone, 4096), 5.0)
                assert answer.startswith(b"SIP/2.0 200")
                assert source == local


async def test_a_taken_address_is_an_error_and_leaves_nothing_open() -> None:
    async with endpoint(answer_all) as first:
        second = Endpoint(Stack(SystemIds(), admission=Everybody()), lambda _event: None)
        with pytest.raises(OSError, match="in use"):
            await second.start([("127.0.0.1", 0), first.address])
        assert second.listeners == []


async def test_a_fault_in_the_handler_does_not_stop_the_endpoint() -> None:
    faults: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: faults.append(context))
    seen: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def stumble(made: Endpoint, event: Event) -> None:
        if isinstance(event, InviteReceived):
            if not faults:
                raise RuntimeError("handler's own")
            seen.set_result(None)

    async with endpoint(stumble) as made:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
            phone.sendto(request(body=OFFER), made.address)
            async with asyncio.timeout(5.0):
                while not faults:  # noqa: ASYNC110 - the fault comes through the loop itself
                    await asyncio.sleep(0)
            phone.sendto(request(body=OFFER, call_id="2", branch="z9hG4bK-2"), made.address)
            await asyncio.wait_for(seen, 5.0)
