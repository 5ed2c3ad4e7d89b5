"""Requests that pass proxies chosen beforehand: a phone's Path (RFC 3327 s.5.4), a Service-Route (RFC 3608 s.6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sip.errors import UnresolvedTarget
from sip.flow import Flow
from sip.message import Request
from sip.parser import parse
from sip.stack import CallerIdentity, Target
from tests.kit.builders import LOCAL, OFFER, stack

if TYPE_CHECKING:
    from sip.stack import Stack

PHONE = "sip:1001@10.0.0.5:5062"
NEAR = "<sip:192.0.2.7:5080;lr>"
FAR = "<sip:edge.example;lr;ob>"
PROXY = Flow("UDP", LOCAL, ("192.0.2.7", 40000))


def invite(target: Target, made: Stack | None = None) -> tuple[Request, Flow]:
    made = made or stack()
    made.invite(target, caller=CallerIdentity("ann"), body=OFFER, now=0.0)
    ((data, flow),) = made.take_output()
    request = parse(data)
    assert isinstance(request, Request)
    return request, flow


def test_the_path_stands_in_route_in_order_and_the_contact_in_the_request_uri() -> None:
    request, flow = invite(Target(PHONE, flow=PROXY, routes=(NEAR, FAR)))
    assert request.uri_text == PHONE
    assert request.headers("Route") == [NEAR, FAR]
    assert str(request.to) == f"<{PHONE}>"
    assert flow.remote == ("192.0.2.7", 5080)


def test_a_proxy_known_by_name_is_reached_where_its_requests_come_from() -> None:
    _, flow = invite(Target(PHONE, flow=PROXY, routes=(FAR,)))
    assert flow == PROXY


def test_a_proxys_connection_is_used_as_long_as_it_is_there() -> None:
    made = stack()
    made.listen("TCP", LOCAL)
    tcp = Flow("TCP", LOCAL, ("192.0.2.7", 40000))
    made.connection_made(tcp, accepted=True, now=0.0)
    _, flow = invite(Target(PHONE, flow=tcp, routes=("<sip:192.0.2.7:5080;transport=tcp;lr>",)), made)
    assert flow == tcp


def test_when_a_proxys_connection_is_gone_a_new_one_is_opened_to_where_its_path_says() -> None:
    made = stack()
    made.listen("TCP", LOCAL)
    gone = Flow("TCP", LOCAL, ("192.0.2.7", 40000))
    _, flow = invite(Target(PHONE, flow=gone, routes=("<sip:192.0.2.7:5080;transport=tcp;lr>",)), made)
    assert flow.remote == ("192.0.2.7", 5080)


def test_a_strict_router_takes_the_place_of_the_contact() -> None:
    """RFC 3261 s.12.2.1.1."""
    request, flow = invite(Target(PHONE, routes=("<sip:192.0.2.7>", FAR)))
    assert request.uri_text == "sip:192.0.2.7"
    assert request.headers("Route") == [FAR, f"<{PHONE}>"]
    assert flow.remote == ("192.0.2.7", 5060)


def test_without_a_flow_the_first_route_says_where_to_go() -> None:
    _, flow = invite(Target("sip:+34911234567@carrier.example", routes=(NEAR,)))
    assert flow.remote == ("192.0.2.7", 5080)
    with pytest.raises(UnresolvedTarget):
        invite(Target("sip:+34911234567@carrier.example", routes=(FAR,)))
