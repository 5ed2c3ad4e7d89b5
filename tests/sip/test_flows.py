"""Which way a request takes: listeners by transport, family and profile, open connections first (RFC 5923)."""

from __future__ import annotations

import pytest

from sip.errors import UnresolvedTarget
from sip.flow import Flow
from sip.flows import Flows
from tests.kit.builders import parsed_request, request

PHONES = ("192.0.2.1", 5060)
TRUNKS = ("192.0.2.1", 5080)
BOTH = ("192.0.2.1", 5070)
SIX = ("2001:db8::1", 5060)
NEAR = ("127.0.0.1", 5060)
SAFE = ("192.0.2.1", 5061)
FAR = ("198.51.100.7", 5060)
FAR_SAFE = ("198.51.100.7", 5061)


@pytest.fixture
def flows() -> Flows:
    made = Flows()
    made.listen("UDP", PHONES, "internal")
    made.listen("UDP", TRUNKS, "external")
    made.listen("UDP", BOTH, "both")
    made.listen("UDP", SIX, "both")
    made.listen("UDP", NEAR, "both")
    made.listen("TCP", BOTH, "both")
    made.listen("TLS", SAFE, "external")
    return made


@pytest.mark.parametrize(
    ("remote", "transport", "profile", "local"),
    [
        (FAR, "UDP", "", BOTH),
        (FAR, "UDP", "internal", PHONES),
        (FAR, "UDP", "external", TRUNKS),
        (FAR, "TCP", "external", BOTH),
        (("2001:db8::9", 5060), "UDP", "internal", SIX),
        (("127.0.0.1", 5090), "UDP", "", NEAR),
    ],
)
def test_a_request_leaves_by_the_listener_of_its_transport_family_and_profile(
    flows: Flows, remote: tuple[str, int], transport: str, profile: str, local: tuple[str, int]
) -> None:
    assert flows.flow_to(remote, transport, profile=profile) == Flow(transport, local, remote)


@pytest.mark.parametrize(
    ("remote", "transport", "profile"),
    [(FAR, "TLS", "internal"), (("2001:db8::9", 5060), "TCP", ""), (FAR, "SCTP", "")],
)
def test_where_no_listener_leads_nothing_is_sent(
    flows: Flows, remote: tuple[str, int], transport: str, profile: str
) -> None:
    with pytest.raises(UnresolvedTarget):
        flows.flow_to(remote, transport, profile=profile)


def test_over_tls_the_far_end_must_prove_its_name_or_its_address(flows: Flows) -> None:
    assert flows.flow_to(FAR_SAFE, "TLS", name="Carrier.Example").name == "carrier.example"
    assert flows.flow_to(FAR_SAFE, "TLS").name == FAR_SAFE[0]
    assert flows.flow_to(FAR, "TCP", name="carrier.example").name == ""


def test_a_request_by_another_transport_than_its_dialog_finds_the_listener_of_that(flows: Flows) -> None:
    asked = parsed_request(request("BYE", uri="sip:bob@198.51.100.7", to_tag="t"), Flow("TCP", TRUNKS, FAR))
    flows.lead(asked)
    assert asked.flow == Flow("TCP", BOTH, FAR)
    assert asked.via.sent_by == "192.0.2.1:5070"
    assert asked.top_via_text.startswith("SIP/2.0/TCP 192.0.2.1:5070;branch=")


def test_a_large_request_switches_to_the_tcp_listener_even_at_another_address(flows: Flows) -> None:
    assert flows.switched(Flow("UDP", TRUNKS, FAR), "TCP") == Flow("TCP", BOTH, FAR)
    assert flows.switched(Flow("UDP", SIX, ("2001:db8::9", 5060)), "TCP") is None


def alias(flows: Flows, flow: Flow, *identities: str, port: int | None = None, wish: str = ";alias") -> None:
    flows.opened(flow, identities)
    by = "198.51.100.7" + (f":{port}" if port else "")
    asked = parsed_request(request("OPTIONS", sent_by=by).replace(b";rport", f";rport{wish}".encode()), flow)
    flows.remember_alias(asked)


CONNECTION = Flow("TLS", SAFE, ("198.51.100.7", 40001))


def test_rfc5923_requests_back_to_where_a_peer_listens_go_by_its_own_connection(flows: Flows) -> None:
    alias(flows, CONNECTION, "carrier.example")
    assert flows.flow_to(FAR_SAFE, "TLS", name="carrier.example") == CONNECTION
    alias(flows, CONNECTION, "carrier.example", port=5071)
    assert flows.flow_to((FAR[0], 5071), "TLS", name="carrier.example") == CONNECTION
    assert flows.flow_to(FAR_SAFE, "TLS", name="carrier.example") != CONNECTION


def test_rfc5923_nobody_gets_requests_for_a_domain_that_he_has_not_proved(flows: Flows) -> None:
    alias(flows, CONNECTION, "another.example")
    assert flows.flow_to(FAR_SAFE, "TLS", name="carrier.example") != CONNECTION


def test_rfc5923_a_dialog_whose_connection_is_gone_goes_on_by_that_of_the_very_peer(flows: Flows) -> None:
    def way(gone: Flow) -> Flow:
        bye = parsed_request(request("BYE", uri="sip:bob@198.51.100.7:5061", to_tag="t"), gone)
        flows.lead(bye)
        return bye.flow

    gone = Flow("TLS", SAFE, FAR_SAFE, "carrier.example")
    alias(flows, CONNECTION, "another.example")
    assert way(gone) == gone
    alias(flows, CONNECTION, "carrier.example")
    assert way(gone) == CONNECTION


def test_whoever_proved_a_domain_must_prove_it_again_when_his_connection_is_gone(flows: Flows) -> None:
    def way(gone: Flow) -> Flow:
        bye = parsed_request(request("BYE", uri="sip:bob@198.51.100.7:5061", to_tag="t"), gone)
        flows.lead(bye)
        return bye.flow

    assert way(CONNECTION).name == FAR_SAFE[0]
    flows.opened(CONNECTION, ("carrier.example", "sip.carrier.example"))
    assert way(CONNECTION) == CONNECTION
    flows.lost(CONNECTION)
    assert way(CONNECTION) == Flow("TLS", SAFE, FAR_SAFE, "carrier.example")


def test_rfc5923_without_the_parameter_or_after_its_end_a_connection_is_not_used(flows: Flows) -> None:
    alias(flows, CONNECTION, "carrier.example", wish="")
    assert flows.flow_to(FAR_SAFE, "TLS", name="carrier.example") != CONNECTION
    alias(flows, CONNECTION, "carrier.example")
    flows.lost(CONNECTION)
    assert flows.flow_to(FAR_SAFE, "TLS", name="carrier.example") != CONNECTION
    assert flows.identities(CONNECTION) == ()


def test_whom_a_flow_serves_is_known_by_its_listener(flows: Flows) -> None:
    assert flows.profile_of(Flow("UDP", PHONES, FAR)) == "internal"
    assert flows.profile_of(Flow("TLS", SAFE, FAR)) == "external"
    assert flows.profile_of(Flow("UDP", BOTH, FAR)) == "both"
