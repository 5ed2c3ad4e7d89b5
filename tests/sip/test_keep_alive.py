"""Our own keep-alives towards a registrar (RFC 5626 s.4.4), and its Service-Route (RFC 3608), in virtual time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.secret import Secret
from sip.digest.login import Login
from sip.flow import Flow
from sip.message import Request, response_to
from sip.parser import parse
from sip.stun import answer, is_stun
from sip.trunks.keep_alive import KeepAlivePlan
from tests.kit.builders import LOCAL, PEER, stack
from tests.kit.registrar import AOR, PHONE, SERVER, Registered

if TYPE_CHECKING:
    from sip.stack import Stack
    from sip.trunks.registration import Registration

PING = b"\r\n\r\n"
CONTACT = f"<sip:us@{LOCAL[0]}:{LOCAL[1]}>"


def pings(scene: Registered) -> list[float]:
    """When the phone sent each keep-alive."""
    return [
        round(at, 1)
        for at, sender, data in scene.wire.sent
        if sender == PHONE and (is_stun(data) or data == PING)
    ]


def registers(scene: Registered) -> list[float]:
    return [
        round(at, 1) for at, sender, data in scene.wire.sent if sender == PHONE and data[:8] == b"REGISTER"
    ]


def register(scene: Registered, plan: KeepAlivePlan) -> Registration:
    return scene.phone.stack.register(
        AOR, registrar=SERVER, login=scene.login, expires=3600, keep_alive=plan, now=scene.wire.now
    )


@pytest.fixture
def scene() -> Registered:
    return Registered()


@pytest.mark.parametrize("by", ["stun", "crlf"])
def test_by_udp_something_is_sent_every_interval_until_unregistered(scene: Registered, by: str) -> None:
    registration = register(scene, KeepAlivePlan(25.0, "stun" if by == "stun" else "crlf"))
    scene.wire.run(130.0)
    assert pings(scene) == pytest.approx([25.0, 50.0, 75.0, 100.0, 125.0], abs=0.3)
    assert len(registers(scene)) == 2
    scene.phone.stack.unregister(registration, now=scene.wire.now)
    scene.wire.run(300.0)
    assert len(pings(scene)) == 5


def test_stun_without_an_answer_is_repeated_and_then_the_way_is_dead_and_we_register_anew(
    scene: Registered,
) -> None:
    register(scene, KeepAlivePlan(25.0))
    scene.wire.run(20.0)
    scene.wire.fate = lambda _count, data: () if is_stun(data) else (0.01,)
    scene.wire.run(40.0)
    assert pings(scene) == pytest.approx([25.0, 25.5, 26.5, 28.5], abs=0.2)
    assert registers(scene)[2:] == pytest.approx([33.5, 33.5], abs=0.2)
    assert len(scene.accepted()) == 2


def test_another_address_in_the_answer_means_that_the_way_leads_elsewhere(scene: Registered) -> None:
    """RFC 5626 s.4.4.2: what the registrar knows of us is no longer true."""
    register(scene, KeepAlivePlan(25.0))
    scene.wire.run(30.0)
    assert len(registers(scene)) == 2
    scene.wire.fate = lambda _count, data: () if is_stun(data) else (0.01,)
    while len(pings(scene)) == 1:
        scene.wire.run(scene.wire.now + 0.1)
    (question,) = [
        data for at, sender, data in scene.wire.sent if sender == PHONE and is_stun(data) and at > 31.0
    ]
    reply = answer(question, ("203.0.113.9", 1024))
    assert reply is not None
    scene.wire.inject(reply, SERVER, PHONE)
    scene.wire.run(scene.wire.now + 2.0)
    assert len(registers(scene)) == 4


def accepted(data: bytes, *headers: tuple[str, str]) -> bytes:
    """The 200 to a REGISTER."""
    request = parse(data)
    assert isinstance(request, Request)
    request.flow = Flow("UDP", PEER, LOCAL)
    return response_to(request, 200, tag="r", headers=(("Contact", f"{CONTACT};expires=3600"), *headers))


def test_a_connection_gets_line_ends_and_is_given_up_when_nothing_comes_back_for_ten_seconds() -> None:
    made = stack()
    made.listen("TCP", LOCAL)
    login = Login("us", Secret("tangerine-Boat-42"))
    aor = f"sip:us@{PEER[0]};transport=tcp"
    made.register(aor, registrar=PEER, login=login, keep_alive=KeepAlivePlan(30.0), now=0.0)
    ((data, flow),) = made.take_output()
    made.connection_made(flow, accepted=False, now=0.0)
    made.receive_stream(accepted(data), flow, now=0.0)
    made.handle_timeout(now=30.0)
    assert made.take_output() == [(PING, flow)]
    made.receive_stream(b"\r\n", flow, now=30.1)
    made.handle_timeout(now=41.0)
    assert made.take_output() == []
    made.handle_timeout(now=60.2)
    assert made.take_output() == [(PING, flow)]
    made.handle_timeout(now=70.3)
    assert made.take_output() == [(b"", flow)]
    made.connection_lost(flow, now=70.4)
    made.handle_timeout(now=71.4)
    ((again, _),) = made.take_output()
    assert again[:8] == b"REGISTER"


def test_a_connection_that_is_lost_is_made_anew_without_any_keep_alive() -> None:
    made = stack()
    made.listen("TCP", LOCAL)
    login = Login("us", Secret("tangerine-Boat-42"))
    made.register(f"sip:us@{PEER[0]};transport=tcp", registrar=PEER, login=login, now=0.0)
    ((data, flow),) = made.take_output()
    made.connection_made(flow, accepted=False, now=0.0)
    made.receive_stream(accepted(data), flow, now=0.0)
    made.connection_lost(flow, now=100.0)
    made.handle_timeout(now=101.0)
    assert [octets[:8] for octets, _ in made.take_output()] == [b"REGISTER"]


def registered(*headers: tuple[str, str]) -> tuple[Registration, float | None]:
    """A registration that was accepted with these headers, and when its next timer is due."""
    made = stack()
    login = Login("us", Secret("tangerine-Boat-42"))
    registration = made.register(f"sip:us@{PEER[0]}", registrar=PEER, login=login, now=0.0)
    ((data, flow),) = made.take_output()
    made.receive_datagram(accepted(data, *headers), flow, now=0.0)
    return registration, next((at for at in (10.0 * step for step in range(1, 60)) if _asks(made, at)), None)


def _asks(made: Stack, at: float) -> bool:
    made.handle_timeout(now=at)
    return any(is_stun(data) for data, _ in made.take_output())


def test_a_registrar_that_names_a_flow_timer_gets_keep_alives_within_it() -> None:
    assert registered()[1] is None
    due = registered(("Flow-Timer", "100"))[1]
    assert due is not None
    assert 80.0 <= due <= 100.0


def test_the_service_route_is_kept_for_our_requests_and_one_that_cannot_be_read_is_not() -> None:
    route = "<sip:orig@s.carrier.example;lr>"
    registration, _ = registered(("Service-Route", f"<sip:p.carrier.example;lr>, {route}"))
    assert registration.service_route == ("<sip:p.carrier.example;lr>", route)
    for broken in ("<tel:1>", "<sip:x", ", ".join([route] * 9)):
        assert registered(("Service-Route", broken))[0].service_route == ()
