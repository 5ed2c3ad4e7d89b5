"""A trunk's targets: the route that its registrar asked for is taken by calls and by nothing else (RFC 3608 s.6.1)."""

from __future__ import annotations

from base.secret import Secret
from centralita.outside.gateway import Gateway
from sip.flow import Flow
from sip.locating.hops import Hop
from sip.message import Request, response_to
from sip.parser import parse
from sip.trunks.keep_alive import KeepAlivePlan
from sip.trunks.trunk import Trunk
from tests.kit.builders import LOCAL, PEER, stack

ROUTE = "<sip:orig@s.carrier.example;lr>"


def test_calls_take_the_service_route_after_our_own_proxy_while_we_are_registered() -> None:
    settings = Trunk.model_validate(
        {
            "name": "one",
            "host": PEER[0],
            "proxy": PEER[0],
            "login": "us",
            "register": {"keep_alive": {"every": "20s"}},
        }
    )
    wish = settings.registration
    assert wish is not None
    assert wish.keep_alive is not None
    assert wish.keep_alive.plan == KeepAlivePlan(20.0, "stun")
    gateway = Gateway(settings, Secret("tangerine-Boat-42"))
    gateway.hops = (Hop("UDP", PEER, PEER[0]),)
    proxy = settings.routes
    assert gateway.target("34911234567", gateway.hops).routes == proxy

    made = stack()
    login = gateway.login
    assert login is not None
    target = gateway.target(None, gateway.hops)
    gateway.registration = made.register(settings.aor, registrar=target, login=login, now=0.0)
    ((data, _),) = made.take_output()
    request = parse(data)
    assert isinstance(request, Request)
    request.flow = Flow("UDP", PEER, LOCAL)
    reply = response_to(request, 200, tag="r", headers=(("Service-Route", ROUTE),))
    made.receive_datagram(reply, Flow("UDP", LOCAL, PEER), now=0.1)
    assert gateway.target("34911234567", gateway.hops).routes == proxy
    gateway.is_registered = True
    assert gateway.target("34911234567", gateway.hops).routes == (*proxy, ROUTE)
    assert gateway.target(None, gateway.hops).routes == proxy
