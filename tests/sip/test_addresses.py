"""IPv6 with real sockets on ::1: UDP and TCP, brackets in Via and Contact (RFC 3261 s.25.1, RFC 5118)."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from base.io.ids import SystemIds
from sip.events import Event, InviteReceived, SessionAnswered, SessionEnded, SessionRefused
from sip.io.endpoint import Endpoint
from sip.listener import Listener, on_one_port
from sip.parser import parse
from sip.stack import CallerIdentity, Stack, Target
from tests.kit.builders import ANSWER, OFFER, Everybody, request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HERE = ("::1", 0)


@asynccontextmanager
async def endpoint(
    *groups: tuple[Listener, ...], heard: list[Event] | None = None
) -> AsyncIterator[Endpoint]:
    """An endpoint that answers all calls and ends those that it made once they are answered."""

    def react(event: Event) -> None:
        if heard is not None:
            heard.append(event)
        if isinstance(event, InviteReceived):
            made.stack.answer(event.session, ANSWER, now=made.now())
        elif isinstance(event, SessionAnswered):
            made.stack.end(event.session, now=made.now())

    made = Endpoint(Stack(SystemIds(), admission=Everybody()), react)
    await made.start(groups=groups or (on_one_port(HERE),))
    try:
        yield made
    finally:
        await made.close()


async def hears(heard: list[Event], kind: type[Event]) -> Event:
    async with asyncio.timeout(5.0):
        while True:
            for event in heard:
                if isinstance(event, kind):
                    return event
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_call_goes_over_ipv6(transport: str) -> None:
    heard: list[Event] = []
    async with endpoint() as bob, endpoint(heard=heard) as alice:
        uri = f"sip:bob@[::1]:{bob.address[1]};transport={transport}"
        alice.stack.invite(Target(uri), caller=CallerIdentity("alice"), body=OFFER, now=alice.now())
        alice.flush()
        ended = await hears(heard, SessionEnded)
        assert isinstance(ended, SessionEnded)
        assert ended.by == "local"


async def test_via_and_contact_have_brackets_and_another_spelling_is_the_same_address() -> None:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as phone:
        phone.bind(("::1", 0))
        phone.settimeout(0)
        port = phone.getsockname()[1]
        async with endpoint() as alice:
            target = Target(f"sip:x@[0:0::0001]:{port}")
            alice.stack.invite(target, caller=CallerIdentity("a"), body=OFFER, now=alice.now())
            alice.flush()
            invite = parse(await asyncio.wait_for(loop.sock_recv(phone, 65535), 5.0))
            ours = f"[::1]:{alice.address[1]}"
            assert invite.top_via_text.startswith(f"SIP/2.0/UDP {ours};branch=")
            assert invite.header("Contact") == f"<sip:{ours}>"
            assert invite.from_.uri.host == "::1"


async def test_received_and_rport_are_given_without_brackets() -> None:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as phone:
        phone.bind(("::1", 0))
        phone.settimeout(0)
        async with endpoint() as made:
            await loop.sock_sendto(phone, request("OPTIONS", sent_by="[2001:db8::9]:5070"), made.address)
            data = await asyncio.wait_for(loop.sock_recv(phone, 65535), 5.0)
            assert data.startswith(b"SIP/2.0 200")
            assert f";rport={phone.getsockname()[1]};received=::1".encode() in data


async def test_a_closed_port_is_known_at_once() -> None:
    heard: list[Event] = []
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as taken:
        taken.bind(("::1", 0))
        closed = taken.getsockname()[1]
    async with endpoint(heard=heard) as alice:
        target = Target(f"sip:x@[::1]:{closed}")
        alice.stack.invite(target, caller=CallerIdentity("a"), body=OFFER, now=alice.now())
        alice.flush()
        refused = await hears(heard, SessionRefused)
        assert isinstance(refused, SessionRefused)
        assert refused.status == 503


async def test_both_families_may_have_one_port_and_each_call_leaves_by_its_own() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    wild = [Listener("UDP", ("0.0.0.0", port), ("127.0.0.1", port)), Listener("UDP", ("::", port), HERE)]
    async with endpoint(*((each,) for each in wild)) as made:
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with socket.socket(family, socket.SOCK_DGRAM) as phone:
                phone.bind((host, 0))
                phone.settimeout(0)
                at = f"[{host}]" if ":" in host else host
                target = Target(f"sip:x@{at}:{phone.getsockname()[1]}")
                made.stack.invite(target, caller=CallerIdentity("a"), body=OFFER, now=made.now())
                made.flush()
                data, source = await asyncio.get_running_loop().sock_recvfrom(phone, 65535)
                assert source[:2] == (host, port)
                assert f"Via: SIP/2.0/UDP {at}:{port};".encode() in data


async def test_others_hear_only_of_the_advertised_address() -> None:
    loop = asyncio.get_running_loop()
    groups = on_one_port(("127.0.0.1", 0), advertised=("203.0.113.7", 0))
    async with endpoint(groups) as made:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
            phone.bind(("127.0.0.1", 0))
            phone.settimeout(0)
            await loop.sock_sendto(phone, request(body=OFFER), made.address)
            answers = b""
            while b"200 OK" not in answers:
                answers = await asyncio.wait_for(loop.sock_recv(phone, 65535), 5.0)
            assert f"Contact: <sip:203.0.113.7:{made.address[1]}>".encode() in answers
            target = Target(f"sip:x@127.0.0.1:{phone.getsockname()[1]}")
            made.stack.invite(target, caller=CallerIdentity("a"), body=None, now=made.now())
            made.flush()
            while not answers.startswith(b"INVITE"):
                answers = await asyncio.wait_for(loop.sock_recv(phone, 65535), 5.0)
            assert f"Via: SIP/2.0/UDP 203.0.113.7:{made.address[1]};".encode() in answers
            assert b"127.0.0.1:" + str(made.address[1]).encode() not in answers


async def test_without_tcp_nobody_listens_there() -> None:
    async with endpoint(on_one_port(("127.0.0.1", 0), tcp=False)) as made:
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(*made.address)
