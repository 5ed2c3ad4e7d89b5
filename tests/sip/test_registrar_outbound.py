"""Outbound in the registrar (RFC 5626 s.6): bindings by device and flow instead of by Contact, in virtual time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.flow import Flow
from tests.kit.desk import SERVER, Desk, headers

DEVICE = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>"'
OTHER = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-000000000001>"'
KNOWS = ("Supported", "outbound, path")


def flow(number: int, *, device: str = DEVICE, host: str = "10.0.0.5:5062") -> str:
    return f"<sip:1001@{host}>;{device};reg-id={number}"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_flow_is_accepted_with_require_outbound_and_flow_timer_and_named_in_the_list(desk: Desk) -> None:
    reply = desk.register(flow(1), headers=(KNOWS,))
    assert reply.status == 200
    assert headers(reply, "Require") == ["outbound"]
    assert headers(reply, "Flow-Timer") == ["120"]
    (contact,) = headers(reply, "Contact")
    assert contact == (
        '<sip:1001@10.0.0.5:5062>;+sip.instance="<urn:uuid:00000000-0000-1000-8000-aabbccddeeff>"'
        ";reg-id=1;expires=300"
    )


def test_the_same_device_and_flow_from_elsewhere_replaces_the_binding(desk: Desk) -> None:
    desk.register(flow(1), headers=(KNOWS,), source=("192.0.2.10", 1))
    (change,) = desk.register(
        flow(1, host="10.9.9.9"), headers=(KNOWS,), source=("192.0.2.10", 2), call_id="after a restart"
    ).changed
    assert [each.contact for each in change.bindings] == ["sip:1001@10.9.9.9"]
    assert change.bindings[0].flow.remote == ("192.0.2.10", 2)


def test_another_flow_or_another_device_is_another_binding_also_with_the_same_contact(desk: Desk) -> None:
    for number in (1, 2):
        desk.register(flow(number), headers=(KNOWS,))
    desk.register(flow(1, device=OTHER), headers=(KNOWS,))
    assert sorted((each.instance[-1], each.reg_id) for each in desk.bindings()) == [
        ("1", 1),
        ("f", 1),
        ("f", 2),
    ]


def test_a_flow_is_unregistered_by_its_number_and_the_others_stay(desk: Desk) -> None:
    for number in (1, 2):
        desk.register(flow(number), headers=(KNOWS,))
    desk.register(flow(1), headers=(KNOWS,), expires="0")
    assert [each.reg_id for each in desk.bindings()] == [2]
    assert desk.register("*", headers=(KNOWS,), expires="0").status == 200
    assert desk.bindings() == ()


def test_the_order_of_requests_counts_within_one_flow(desk: Desk) -> None:
    desk.register(flow(1), headers=(KNOWS,), cseq=5)
    assert desk.register(flow(1, host="10.9.9.9"), headers=(KNOWS,), cseq=5).status == 500
    assert desk.register(flow(2), headers=(KNOWS,), cseq=5).status == 200


def test_without_the_option_tag_or_the_device_the_flow_number_is_passed_over(desk: Desk) -> None:
    plain = desk.register(flow(1))
    assert headers(plain, "Require") == headers(plain, "Flow-Timer") == []
    assert desk.bindings()[0].reg_id == 0
    nameless = desk.register("<sip:1001@10.0.0.6>;reg-id=1", headers=(KNOWS,))
    assert (nameless.status, headers(nameless, "Require")) == (200, [])
    assert [each.reg_id for each in desk.bindings()] == [0, 0]


def test_a_device_without_a_flow_number_is_kept_by_its_contact_and_named(desk: Desk) -> None:
    (contact,) = headers(desk.register(f"<sip:1001@10.0.0.5>;{OTHER}", headers=(KNOWS,)), "Contact")
    assert contact.startswith('<sip:1001@10.0.0.5>;+sip.instance="<urn:uuid:')
    assert "reg-id" not in contact


def test_439_when_the_first_hop_has_no_outbound(desk: Desk) -> None:
    for path in ((), (("Path", "<sip:edge.example;lr>"),)):
        reply = desk.register(flow(1), headers=(KNOWS, *path), hops=2)
        assert (reply.status, reply.reason) == (439, "First Hop Lacks Outbound Support")
    assert desk.bindings() == ()
    # Without a flow number there is nothing that the first hop would have to know of.
    assert desk.register("<sip:1001@10.0.0.5>", headers=(KNOWS,), hops=2).status == 200


def test_a_proxy_that_has_outbound_keeps_the_flow_and_times_it_itself(desk: Desk) -> None:
    """The proxy at the far end of the path is the first hop; the topmost value is the one next to us."""
    paths = (("Path", "<sip:core.example;lr>"), ("Path", "<sip:token@edge.example;lr;ob>"))
    reply = desk.register(flow(1), headers=(KNOWS, *paths), hops=3)
    assert (reply.status, headers(reply, "Require"), headers(reply, "Flow-Timer")) == (200, ["outbound"], [])
    assert headers(reply, "Path") == [value for _, value in paths]


def test_two_new_flows_in_one_request_are_400_but_one_may_replace_another(desk: Desk) -> None:
    assert desk.register(flow(1), flow(2), headers=(KNOWS,)).status == 400
    desk.register(flow(1), headers=(KNOWS,))
    assert desk.register(f"{flow(1)};expires=0", flow(2), headers=(KNOWS,)).status == 200
    assert [each.reg_id for each in desk.bindings()] == [2]


@pytest.mark.parametrize(
    "params",
    [
        f"{DEVICE};reg-id=0",
        f"{DEVICE};reg-id=2147483648",
        f"{DEVICE};reg-id=x",
        f"{DEVICE};reg-id",
        '+sip.instance="urn:x";reg-id=1',
        f'+sip.instance="<{"x" * 200}>";reg-id=1',
        "+sip.instance;reg-id=1",
    ],
)
def test_a_flow_that_cannot_be_read_is_400_or_none(desk: Desk, params: str) -> None:
    reply = desk.register(f"<sip:1001@10.0.0.5>;{params}", headers=(KNOWS,))
    assert reply.status == 400 or not headers(reply, "Require")


def test_a_lost_connection_takes_its_flow_and_leaves_the_devices_other_one(desk: Desk) -> None:
    desk.register(flow(1), headers=(KNOWS,), transport="TCP", source=("192.0.2.10", 1))
    desk.register(flow(2), headers=(KNOWS,), transport="TCP", source=("192.0.2.10", 2))
    (change,) = desk.registrar.connection_lost(Flow("TCP", SERVER, ("192.0.2.10", 1)), 1.0)
    assert (change.reason, [each.reg_id for each in change.bindings]) == ("connection lost", [2])


_VALUE = st.one_of(
    st.text(max_size=12), st.sampled_from(["0", "1", '"<urn:x>"', '"<>"', '"', "<urn:x>", "*", "%zz"])
)
_PATH = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["<sip:a;lr>", "<sip:a;lr;ob>,<sip:b>", "<sip:%zz@a>", "<sips:[::1]>"]),
)


@given(
    st.lists(st.tuples(st.sampled_from(["reg-id", "+sip.instance", "q", "expires"]), _VALUE), max_size=4),
    st.none() | _PATH,
    st.sampled_from(["outbound", "path", "outbound, path", ""]),
    st.integers(1, 3),
)
def test_no_parameters_and_no_path_raise(
    params: list[tuple[str, str]], path: str | None, supported: str, hops: int
) -> None:
    desk = Desk()
    contact = "<sip:1001@10.0.0.5>" + "".join(f";{name}={value}" for name, value in params)
    more = (("Supported", supported), *((("Path", path),) if path is not None else ()))
    reply = desk.register(contact, headers=more, hops=hops)
    assert reply.status in (200, 400, 420, 423, 439)
    assert (reply.status == 200) or desk.bindings() == ()
