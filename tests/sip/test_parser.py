"""Datagrams into messages and back: what is kept, what is mended, what is refused."""

from __future__ import annotations

import pytest

from sip.errors import ParseError, UnreadableMessage
from sip.message import Request, Response, ack_for, cancel_for, fields_of, response_to
from sip.parser import MAX_HEADERS, parse
from tests.kit.builders import OFFER, parsed_request, request


def test_headers_are_found_in_any_spelling() -> None:
    message = parse(
        b"OPTIONS sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP a\r\nCALL-id:  x \r\nX-Odd: 1\r\nx-odd: 2\r\n\r\n"
    )
    assert message.header("Via") == message.header("v") == "SIP/2.0/UDP a"
    assert message.call_id == "x"
    assert message.headers("X-ODD") == ["1", "2"]
    assert message.header("Subject") is None
    assert message.headers("Subject") == []


def test_a_list_header_is_split_outside_quotes_and_brackets() -> None:
    message = parse(
        b'OPTIONS sip:a@b SIP/2.0\r\nRoute: <sip:a;lr>, "x,y" <sip:b,c>\r\nRoute: <sip:d>\r\n\r\n'
    )
    assert message.listed("Route") == ["<sip:a;lr>", '"x,y" <sip:b,c>', "<sip:d>"]


def test_folded_lines_are_joined() -> None:
    message = parse(b"OPTIONS sip:a@b SIP/2.0\r\nSubject: one\r\n  two\r\n\tthree\r\n\r\n")
    assert message.header("Subject") == "one two three"


def test_lone_line_ends_cannot_smuggle_a_header_into_our_answer() -> None:
    data = request("OPTIONS").replace(b"call-1", b"call-1\nX-Smuggled: yes\rX-Other: yes")
    message = parsed_request(data)
    assert message.call_id == "call-1"
    assert b"Smuggled" not in response_to(message, 200)


def test_messages_with_bare_lf_are_read() -> None:
    message = parse(b"OPTIONS sip:a@b SIP/2.0\nCall-ID: x\n\nbody")
    assert message.call_id == "x"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"hello",
        b"INVITE sip:a@b\r\n\r\n",
        b"INVITE sip:a@b HTTP/1.1\r\n\r\n",
        b"SIP/2.0 20 OK\r\n\r\n",
        b"SIP/2.0 099 x\r\n\r\n",
        b"SIP/3.0 200 OK\r\n\r\n",
        b"\xff\xfe sip:a SIP/2.0\r\n\r\n",
    ],
)
def test_what_is_no_sip_message_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableMessage):
        parse(data)


@pytest.mark.parametrize(
    "line", [b"no colon", b"Bad Name: x", b": x", b"Content-Length: -1", b"Content-Length: 1e3"]
)
def test_a_broken_line_is_a_fault_that_can_be_answered(line: bytes) -> None:
    assert parse(b"OPTIONS sip:a@b SIP/2.0\r\n" + line + b"\r\n\r\n").fault


def test_too_many_headers_are_a_fault() -> None:
    assert parse(b"OPTIONS sip:a@b SIP/2.0\r\n" + b"X: y\r\n" * MAX_HEADERS + b"\r\n").fault


def test_a_missing_header_is_an_error_only_when_it_is_asked_for() -> None:
    message = parse(b"OPTIONS sip:a@b SIP/2.0\r\n\r\n")
    assert message.fault is None
    for ask in ("from_", "to", "cseq", "via", "call_id"):
        with pytest.raises(ParseError, match="no "):
            getattr(message, ask)


def test_a_message_survives_writing_and_reading() -> None:
    first = parsed_request(request(body=OFFER, headers=(("X-A", "1"), ("X-A", "2"))))
    again = parse(first.encode())
    assert isinstance(again, Request)
    assert (again.method, again.uri_text, again.fields, again.body) == (
        first.method,
        first.uri_text,
        first.fields,
        first.body,
    )


def test_a_response_copies_what_it_must_and_adds_the_tag_once() -> None:
    ask = parsed_request(
        request(headers=(("Via", "SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKp"), ("Record-Route", "<sip:p;lr>")))
    )
    answer = parse(response_to(ask, 180, tag="mine", headers=(("X", "y"),), body=b"hi"))
    assert isinstance(answer, Response)
    assert (answer.status, answer.reason, answer.body) == (180, "Ringing", b"hi")
    assert len(answer.headers("Via")) == 2
    assert answer.to.tag == "mine"
    assert answer.header("Record-Route") == "<sip:p;lr>"
    inside = parsed_request(request(to_tag="there"))
    assert parse(response_to(inside, 481, tag="mine")).to.tag == "there"
    assert parse(response_to(ask, 486, tag="mine")).header("Record-Route") is None


def test_the_first_of_several_vias_on_one_line_is_stamped() -> None:
    ask = parsed_request(
        request(sent_by="10.0.0.1").replace(b";rport", b";rport, SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKp")
    )
    via = parse(response_to(ask, 200)).header("Via")
    assert (
        via
        == "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK-1;rport=5070;received=192.0.2.2, SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKp"
    )


def test_ack_and_cancel_repeat_what_identifies_the_invite() -> None:
    invite = parsed_request(request(headers=(("Route", "<sip:p;lr>"),), body=OFFER))
    refusal = parse(response_to(invite, 486, tag="t"))
    assert isinstance(refusal, Response)
    for made, method, tag in (
        (ack_for(invite, refusal), "ACK", "t"),
        (cancel_for(invite, ()), "CANCEL", None),
    ):
        assert (made.method, made.uri_text, made.cseq) == (method, invite.uri_text, (1, method))
        assert made.headers("Via") == invite.headers("Via")
        assert made.header("Route") == "<sip:p;lr>"
        assert made.to.tag == tag
        assert made.body == b""


def test_fields_are_made_of_pairs() -> None:
    assert fields_of((("via", "1"), ("Via", "2"), ("x-y", "3"))) == {"Via": ["1", "2"], "x-y": ["3"]}
