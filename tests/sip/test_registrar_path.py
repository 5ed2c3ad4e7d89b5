"""Path (RFC 3327 s.5.3) and Service-Route (RFC 3608 s.6.3) in the registrar, in virtual time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.kit.desk import LIMITS, Desk, headers

ONE = "<sip:1001@10.0.0.5:5062>"
NEAR = "<sip:192.0.2.7;lr>"
FAR = "<sip:edge.example:5080;lr;ob>"
KNOWS = ("Supported", "path")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_path_is_kept_in_order_with_the_binding_and_echoed(desk: Desk) -> None:
    reply = desk.register(ONE, headers=(("Path", f"{NEAR}, {FAR}"), KNOWS))
    assert reply.status == 200
    assert headers(reply, "Path") == [NEAR, FAR]
    assert desk.bindings()[0].path == (NEAR, FAR)
    lines = desk.register(ONE, headers=(("Path", NEAR), ("Path", FAR), ("Supported", "gruu, path")))
    assert headers(lines, "Path") == [NEAR, FAR]


def test_each_binding_has_the_path_that_it_came_by_last(desk: Desk) -> None:
    desk.register(ONE, headers=(("Path", NEAR), KNOWS))
    (change,) = desk.register(ONE, headers=(("Path", FAR), KNOWS)).changed
    assert change.reason == "moved"
    assert desk.bindings()[0].path == (FAR,)
    desk.register(ONE)
    assert desk.bindings()[0].path == ()


def test_a_phone_that_does_not_know_of_path_is_told_that_somebody_added_one(desk: Desk) -> None:
    for others in ((), (("Supported", "outbound"),), (("Require", "path"),)):
        reply = desk.register(ONE, headers=(("Path", NEAR), *others))
        assert (reply.status, reply.headers) == (420, (("Unsupported", "path"),))
    assert desk.contacts() == []


def test_behind_our_own_proxy_every_phone_may_have_a_path() -> None:
    desk = Desk(replace(LIMITS, path_from_anybody=True))
    assert desk.register(ONE, headers=(("Path", NEAR),)).status == 200
    assert desk.bindings()[0].path == (NEAR,)


@pytest.mark.parametrize(
    "path",
    ["sip:x;lr", "<tel:+34911234567>", "<sip:x", '"', "<>", f"<sip:{'x' * 2000}>", ", ".join([NEAR] * 9)],
)
def test_a_path_that_cannot_be_followed_is_400(desk: Desk, path: str) -> None:
    assert desk.register(ONE, headers=(("Path", path), KNOWS)).status == 400
    assert desk.contacts() == []


def test_a_binding_behind_a_proxy_stays_when_the_proxys_connection_is_lost(desk: Desk) -> None:
    desk.register(ONE, transport="TCP", headers=(("Path", NEAR), KNOWS))
    (bound,) = desk.bindings()
    assert desk.registrar.lives_on(bound.flow, 0.0)
    assert desk.registrar.connection_lost(bound.flow, 1.0) == ()
    assert desk.bindings() == (bound,)


def test_the_service_route_stands_in_every_success_and_in_no_refusal() -> None:
    desk = Desk(replace(LIMITS, service_route=(NEAR, FAR)))
    assert headers(desk.register(ONE), "Service-Route") == [NEAR, FAR]
    assert headers(desk.register(), "Service-Route") == [NEAR, FAR]
    assert headers(desk.register("*"), "Service-Route") == []
