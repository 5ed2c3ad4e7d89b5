"""STUN on the SIP port (RFC 5626 s.4.4.2; RFC 8489): keep-alives of phones, and whatever else comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.flow import Flow
from sip.stun import answer, binding_request, is_stun, mapped_address
from tests.kit.builders import LOCAL, PEER, Everybody, stack

TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")
REQUEST = binding_request(TRANSACTION)


def with_attributes(attributes: bytes) -> bytes:
    return REQUEST[:2] + len(attributes).to_bytes(2, "big") + REQUEST[4:] + attributes


def test_the_answer_holds_the_address_as_in_the_sample_of_rfc_5769_section_2_2() -> None:
    found = answer(REQUEST, ("192.0.2.1", 32853))
    assert found is not None
    assert found == bytes.fromhex("0101000c2112a442") + TRANSACTION + bytes.fromhex(
        "002000080001a147e112a643"
    )


def test_and_of_section_2_3_for_ipv6() -> None:
    source = ("2001:db8:1234:5678:11:2233:4455:6677", 32853)
    found = answer(REQUEST, source)
    assert found is not None
    assert found[20:] == bytes.fromhex("002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9")
    assert mapped_address(found, TRANSACTION) == source


def test_what_we_answer_we_can_read_and_only_to_our_own_question() -> None:
    found = answer(REQUEST, ("192.0.2.9", 5060))
    assert found is not None
    assert mapped_address(found, TRANSACTION) == ("192.0.2.9", 5060)
    assert mapped_address(found, bytes(12)) is None
    assert mapped_address(REQUEST, TRANSACTION) is None


def test_an_attribute_that_must_be_understood_and_is_not_gets_420_with_its_name() -> None:
    found = answer(with_attributes(bytes.fromhex("0003000400000002")), PEER)
    assert found is not None
    assert found[:2] == bytes.fromhex("0111")
    assert bytes.fromhex("0009000400000414") in found
    assert bytes.fromhex("000a000200030000") in found
    assert len(found) % 4 == 0


@pytest.mark.parametrize("attribute", ["80220004616263640", "0006000461626364", "8028000400000000"])
def test_other_attributes_change_nothing(attribute: str) -> None:
    found = answer(with_attributes(bytes.fromhex(attribute[:16])), PEER)
    assert found is not None
    assert found[:2] == bytes.fromhex("0101")
    assert len(found) == 32


@pytest.mark.parametrize(
    "data",
    [
        with_attributes(b"")[:19],
        REQUEST[:2] + b"\x00\x04" + REQUEST[4:],
        REQUEST + b"\x00",
        with_attributes(b"\x80\x22\x00\x08abcd"),
        b"\x01\x01" + REQUEST[2:],
        b"\x00\x11" + REQUEST[2:],
        b"\x00\x03" + REQUEST[2:],
        with_attributes(b"\x80\x22\x00\x00" * 17),
        with_attributes(b"\x80\x22" + (600).to_bytes(2, "big") + bytes(600)),
    ],
)
def test_what_is_no_whole_binding_request_gets_no_answer(data: bytes) -> None:
    assert not is_stun(data) or answer(data, PEER) is None


@given(st.binary(max_size=80))
def test_no_octets_raise(tail: bytes) -> None:
    for data in (tail, REQUEST[:8] + tail, with_attributes(tail)):
        if is_stun(data):
            answer(data, PEER)
            mapped_address(data, TRANSACTION)


def test_the_endpoint_answers_by_the_same_flow_and_keeps_nothing() -> None:
    made = stack()
    flow = Flow("UDP", LOCAL, PEER)
    made.receive_datagram(REQUEST, flow, now=0.0)
    ((data, where),) = made.take_output()
    assert (mapped_address(data, TRANSACTION), where) == (PEER, flow)
    assert made.next_event() is None
    assert set(made.counters().values()) == {0}


def test_a_flood_is_counted_by_the_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Everybody, "tolerates", lambda *_, **__: False)
    made = stack()
    made.receive_datagram(REQUEST, Flow("UDP", LOCAL, PEER), now=0.0)
    assert made.take_output() == []


def test_on_a_connection_it_is_no_message() -> None:
    made = stack()
    flow = Flow("TCP", LOCAL, PEER)
    made.connection_made(flow, accepted=True, now=0.0)
    made.receive_stream(REQUEST, flow, now=0.0)
    assert made.take_output() == []
