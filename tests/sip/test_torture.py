"""The torture messages of RFC 4475 and RFC 5118: each gets the right answer, and the stack lives on after each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.ids import SequenceIds
from sip.events import InviteReceived
from sip.message import Request, Response
from sip.parser import parse
from sip.stack import Stack
from sip.verdicts import Challenge, RegisterReply
from tests.kit.builders import FLOW, LOCAL, Everybody, request, stack
from tests.kit.torture import ANSWERS, HALF, NAMES, STRAY, torture

if TYPE_CHECKING:
    from sip.flow import Flow


class Anyhow:
    """A registrar that takes any binding that can be read."""

    def handle(self, request: Request, caller: object, now: float) -> RegisterReply:
        for contact in request.contacts:
            assert contact.uri_text
        return RegisterReply(200, None, (), ())

    def next_timeout(self) -> None:
        return None

    def handle_timeout(self, now: float) -> tuple[()]:
        return ()

    def connection_lost(self, flow: Flow, now: float) -> tuple[()]:
        return ()

    def lives_on(self, flow: Flow, now: float) -> bool:
        return False


def answers(data: bytes) -> list[Response]:
    """What the stack says to one datagram; INVITEs that get through are answered."""
    made = Stack(SequenceIds(), admission=Everybody(), registrar=Anyhow())
    made.listen("UDP", LOCAL)
    made.receive_datagram(data, FLOW, now=0.0)
    while (event := made.next_event()) is not None:
        if isinstance(event, InviteReceived):
            made.answer(event.session, b"", now=0.0)
    sent = [parse(each) for each, _ in made.take_output()]
    made.receive_datagram(request("OPTIONS", branch="z9hG4bK-alive", call_id="alive"), FLOW, now=0.1)
    assert made.take_output()[0][0].startswith(b"SIP/2.0 200"), "not alive"
    assert all(isinstance(each, Response) for each in sent)
    return [each for each in sent if isinstance(each, Response)]


def answers_over_a_stream(data: bytes) -> list[Response]:
    """What the stack says to the same octets on a connection, and that it still serves another one."""
    made = Stack(SequenceIds(), admission=Everybody(), registrar=Anyhow())
    made.listen("TCP", LOCAL)
    torn, other = (FLOW._replace(transport="TCP", remote=("192.0.2.2", port)) for port in (40001, 40002))
    for flow in (torn, other):
        made.connection_made(flow, accepted=True, now=0.0)
    made.receive_stream(data, torn, now=0.0)
    while (event := made.next_event()) is not None:
        if isinstance(event, InviteReceived):
            made.answer(event.session, b"", now=0.0)
    sent = [parse(each) for each, _ in made.take_output() if each]
    made.receive_stream(request("OPTIONS", branch="z9hG4bK-alive", call_id="alive"), other, now=0.1)
    assert made.take_output()[0][0].startswith(b"SIP/2.0 200"), "not alive"
    assert all(isinstance(each, Response) for each in sent)
    return [each for each in sent if isinstance(each, Response)]


def test_each_file_has_a_verdict() -> None:
    assert set(NAMES) == ANSWERS.keys() | STRAY


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_a_torture_request_gets_its_answer(name: str) -> None:
    finals = answers(torture(name))
    assert len(finals) == 1
    assert finals[0].status in ANSWERS[name], finals[0].reason


@pytest.mark.parametrize("name", sorted(ANSWERS.keys() - HALF - {"dblreq", "inv2543"}))
def test_a_torture_request_gets_the_same_answer_over_a_stream(name: str) -> None:
    finals = answers_over_a_stream(torture(name))
    assert len(finals) == 1
    assert finals[0].status in ANSWERS[name], finals[0].reason


def test_over_a_stream_dblreq_is_two_requests_and_the_second_is_broken() -> None:
    assert [each.status for each in answers_over_a_stream(torture("dblreq"))] == [200, 400]


def test_inv2543_cannot_be_told_from_what_follows_it_on_a_stream() -> None:
    """RFC 3261 s.20.14: Content-Length must be there."""
    (answer,) = answers_over_a_stream(torture("inv2543"))
    assert (answer.status, answer.reason) == (400, "Bad Request (no Content-Length)")


@pytest.mark.parametrize("name", sorted(HALF))
def test_half_a_message_is_waited_for_over_a_stream(name: str) -> None:
    assert answers_over_a_stream(torture(name)) == []


@pytest.mark.parametrize("name", sorted(STRAY))
def test_a_stray_response_is_dropped_silently(name: str) -> None:
    assert answers(torture(name)) == []


@pytest.mark.parametrize("name", sorted(STRAY))
def test_a_stray_response_over_a_stream_is_dropped_and_what_follows_is_served(name: str) -> None:
    ping = request("OPTIONS", branch="z9hG4bK-next", call_id="next")
    assert [each.status for each in answers_over_a_stream(torture(name) + ping)] == [200]


def test_bext01_names_each_unsupported_option() -> None:
    answer = answers(torture("bext01"))[0]
    assert answer.listed("Unsupported") == [
        "nothingSupportsThis",
        "nothingSupportsThisEither",
        "noProxiesSupportThis",
        "norDoAnyProxiesSupportThis",
    ]


@pytest.mark.parametrize(
    ("name", "header"), [("intmeth", "Allow"), ("invut", "Accept")], ids=["405 says Allow", "415 says Accept"]
)
def test_a_refusal_says_what_would_be_right(name: str, header: str) -> None:
    assert answers(torture(name))[0].header(header)


def test_an_unknown_authorization_scheme_is_challenged() -> None:
    class Challenging(Everybody):
        def admit(self, request: Request, flow: Flow, now: float) -> Challenge:  # type: ignore[override]
            return Challenge(401, (("WWW-Authenticate", 'Digest realm="x", nonce="y"'),))

    made = stack()
    made._reception.admission = Challenging()
    made.receive_datagram(torture("regaut01"), FLOW, now=0.0)
    (data, _), *rest = made.take_output()
    assert data.startswith(b"SIP/2.0 401")
    assert not rest
    assert made.counters()["transactions"] == 0


def test_port_ambiguous_is_one_address() -> None:
    message = parse(torture("port-ambiguous"))
    assert isinstance(message, Request)
    assert message.uri.address == ("2001:db8::10:5070", 5060)
