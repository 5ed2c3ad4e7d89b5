"""The torture messages of RFC 4475 and RFC 5118: each gets the right answer, and the stack lives on after each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from base.ids import SequenceIds
from sip.events import InviteReceived
from sip.message import Request, Response
from sip.parser import parse
from sip.stack import Stack
from sip.verdicts import Challenge, RegisterReply
from tests.kit.builders import FLOW, LOCAL, Everybody, request, stack

if TYPE_CHECKING:
    from sip.flow import Flow

FOLDER = Path(__file__).parents[1] / "data" / "torture"

SILENCE = {"unreason", "noreason", "scalarlg", "bigcode", "bcast"}
EXPECTED = {
    "badinv01": {400},
    "clerr": {400},
    "ncl": {400},
    "scalar02": {400},
    "quotbal": {400},
    "mismatch01": {400},
    "insuf": {400},
    "multi01": {400},
    "mcl01": {400},
    "ltgtruri": {400},
    "lwsruri": {400},
    "lwsstart": {400},
    "trws": {400},
    "regbadct": {400},
    "baddn": {400},
    "badvers": {505},
    "mismatch02": {400, 501},
    "intmeth": {405},
    "esc02": {405},
    "unkscm": {416},
    "novelsc": {416},
    "bext01": {420},
    "invut": {415},
    "sdp01": {406},
    "zeromf": {200},
    "wsinv": {481},
    "esc01": {200},
    "escnull": {200},
    "lwsdisp": {200},
    "longreq": {200},
    "dblreq": {200},
    "semiuri": {200},
    "transports": {200},
    "mpart01": {405},
    "baddate": {200},
    "badbranch": {200},
    "badaspec": {200, 400},
    "escruri": {200, 400},
    "unksm2": {200, 400},
    "regaut01": {200},
    "cparam01": {200},
    "cparam02": {200},
    "regescrt": {200},
    "inv2543": {200},
    # RFC 5118
    "ipv6-good": {200},
    "ipv6-bad": {400},
    "port-ambiguous": {200},
    "port-unambiguous": {200},
    "via-received-param-with-delim": {481},
    "via-received-param-no-delim": {200},
    "ipv6-in-sdp": {200},
    "mult-ip-in-header": {481},
    "mult-ip-in-sdp": {200},
    "ipv4-mapped-ipv6": {200},
    "ipv6-bug-abnf-3-colons": {200},
    "ipv6-correct-abnf-2-colons": {200},
}


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
    assert {path.stem for path in FOLDER.glob("*.dat")} == EXPECTED.keys() | SILENCE


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_torture_request_gets_its_answer(name: str) -> None:
    finals = answers((FOLDER / f"{name}.dat").read_bytes())
    assert len(finals) == 1
    assert finals[0].status in EXPECTED[name], finals[0].reason


@pytest.mark.parametrize("name", sorted(EXPECTED.keys() - {"clerr"}))
def test_a_torture_request_gets_its_answer_over_a_stream_too(name: str) -> None:
    first, *_ = answers_over_a_stream((FOLDER / f"{name}.dat").read_bytes())
    assert first.status in EXPECTED[name] | {400}, first.reason


def test_clerr_is_waited_for_over_a_stream() -> None:
    assert answers_over_a_stream((FOLDER / "clerr.dat").read_bytes()) == []


@pytest.mark.parametrize("name", sorted(SILENCE))
def test_a_stray_response_is_dropped_silently_over_a_stream_too(name: str) -> None:
    assert answers_over_a_stream((FOLDER / f"{name}.dat").read_bytes()) == []


@pytest.mark.parametrize("name", sorted(SILENCE))
def test_a_stray_response_is_dropped_silently(name: str) -> None:
    assert answers((FOLDER / f"{name}.dat").read_bytes()) == []


def test_bext01_names_each_unsupported_option() -> None:
    answer = answers((FOLDER / "bext01.dat").read_bytes())[0]
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
    assert answers((FOLDER / f"{name}.dat").read_bytes())[0].header(header)


def test_an_unknown_authorization_scheme_is_challenged() -> None:
    class Challenging(Everybody):
        def admit(self, request: Request, flow: Flow, now: float) -> Challenge:  # type: ignore[override]
            return Challenge(401, (("WWW-Authenticate", 'Digest realm="x", nonce="y"'),))

    made = stack()
    made._reception.admission = Challenging()
    made.receive_datagram((FOLDER / "regaut01.dat").read_bytes(), FLOW, now=0.0)
    (data, _), *rest = made.take_output()
    assert data.startswith(b"SIP/2.0 401")
    assert not rest
    assert made.counters()["transactions"] == 0


def test_port_ambiguous_is_one_address() -> None:
    message = parse((FOLDER / "port-ambiguous.dat").read_bytes())
    assert isinstance(message, Request)
    assert message.uri.address == ("2001:db8::10:5070", 5060)
