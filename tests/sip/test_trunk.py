"""A trunk's settings: what they say, and the faults of those that cannot work."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sip.trunks.trunk import DnsPart, Trunk


def trunk(**settings: Any) -> Trunk:
    """A trunk of these settings."""
    return Trunk.model_validate({"name": "carrier", **settings})


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({}, "has addresses: .* host: .* or both"),
        ({"addresses": ["192.0.2.1"], "login": "we"}, "login goes with host"),
        ({"addresses": ["192.0.2.1"], "register": True}, "register goes with host"),
        ({"addresses": ["192.0.2.1"], "qualify": True}, "qualify goes with host"),
        ({"addresses": ["192.0.2.1"], "proxy": "192.0.2.9"}, "proxy goes with host"),
        ({"host": "carrier.example", "register": True}, "register needs login"),
        ({"host": "carrier.example", "realm": "x"}, "realm goes with login"),
        ({"host": "sip:carrier.example"}, "is no host"),
        ({"host": "carrier.example;transport=tcp"}, "is no host"),
        ({"host": "me@carrier.example"}, "is no host"),
        ({"host": ""}, "is no host"),
        ({"host": "carrier.example:99999"}, "is no host"),
        ({"host": "carrier.example", "transport": "sctp"}, "transport"),
        ({"host": "carrier.example", "channels": 0}, "channels"),
        ({"host": "carrier.example", "calls_per_second": {"both": 3}}, "both"),
        ({"host": "carrier.example", "qualify": {"every": "1s"}}, "every"),
        ({"host": "carrier.example", "login": "we", "register": {"expires": "10s"}}, "expires"),
        ({"host": "carrier.example", "number": 34910000001}, "quote it"),
        ({"host": "carrier.example", "may_call": ["external"]}, "may_call"),
        ({"host": "carrier.example", "try_for": 0}, "try_for"),
    ],
)
def test_settings_that_cannot_work_are_faults(settings: dict[str, object], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        trunk(**settings)


def test_a_trunk_by_its_domain_as_the_dns_has_it() -> None:
    made = trunk(host="carrier.example", login="we.at-home", register=True, qualify=True, calls_per_second=5)
    assert made.uri("+34910000001") == "sip:+34910000001@carrier.example"
    assert (made.uri(), made.aor, made.routes) == (
        "sip:carrier.example",
        "sip:we.at-home@carrier.example",
        (),
    )
    assert made.registration is not None
    assert made.registration.expires == 600
    assert made.qualify is not None
    assert (made.calls_per_second.incoming, made.calls_per_second.outgoing) == (5, 5)


def test_a_port_and_a_transport_stand_in_the_request_uri_and_not_in_the_address_of_record() -> None:
    made = trunk(host="192.0.2.10:5080", transport="tcp", login="we")
    assert made.uri("112") == "sip:112@192.0.2.10:5080;transport=tcp"
    assert (made.domain, made.aor) == ("192.0.2.10", "sip:we@192.0.2.10")
    six = trunk(host="[2001:db8::1]:5080", login="we")
    assert (six.domain, six.aor, six.uri()) == (
        "[2001:db8::1]",
        "sip:we@[2001:db8::1]",
        "sip:[2001:db8::1]:5080",
    )


def test_a_proxy_is_a_loose_route_before_the_domain() -> None:
    """RFC 3261 s.8.1.2: an outbound proxy is a route set of one."""
    made = trunk(host="carrier.example", proxy="sbc.carrier.example:5080", transport="tls")
    assert made.routes == ("<sip:sbc.carrier.example:5080;lr;transport=tls>",)
    assert made.uri("1") == "sip:1@carrier.example"


@pytest.mark.parametrize("address", ["dns.example", "192.0.2.53:53", ""])
def test_a_name_server_is_an_address(address: str) -> None:
    with pytest.raises(ValidationError, match="is no address"):
        DnsPart(servers=(address,))
