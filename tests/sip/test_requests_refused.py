"""Requests that are not served, each with the status that RFC 3261 s.8.2 and s.16.3 give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sip.events import MalformedMessage
from sip.flow import Flow
from sip.verdicts import Drop, Refuse, Verdict
from tests.kit.builders import FLOW, OFFER, Everybody, request, stack
from tests.kit.phone import Peer

if TYPE_CHECKING:
    from sip.message import Request

BROKEN: list[dict[str, Any]] = [
    {"without": ("From",)},
    {"without": ("To",)},
    {"without": ("Call-ID",)},
    {"without": ("CSeq",)},
    {"cseq_method": "BYE"},
    {"without": ("To",), "headers": (("To", "*"),)},
    {"cseq": 2**31},
    {"headers": (("CSeq", "2 INVITE"),)},
    {"headers": (("f", "<sip:other@192.0.2.2>;tag=2"),)},
    {"headers": (("Max-Forwards", "70"),)},
    {"without": ("Max-Forwards",), "headers": (("Max-Forwards", "256"),)},
    {"without": ("Max-Forwards",), "headers": (("Max-Forwards", "many"),)},
    {"headers": (("Expires", "99999999999"),)},
    {"headers": (("Expires", "-1"),)},
    {"contact": "sip:a@b?x=y"},
    {"contact": "<tel:123>"},
    {"contact": "<sip:a@192.0.2.2>, <sip:b@192.0.2.2>"},
    {"uri": "sip:"},
    {"uri": "sip:a@"},
    {"uri": "sip:%4@192.0.2.1"},
    {"uri": "<sip:a@192.0.2.1>"},
    {"body": b"v=0", "content_type": None},
    {"body": b"not SDP at all"},
    {"headers": (("Bad Header", "x"),)},
]


@pytest.mark.parametrize("parts", BROKEN, ids=str)
def test_a_broken_request_is_answered_with_400(parts: dict[str, Any]) -> None:
    peer = Peer()
    answer = peer.say_request(**parts)
    assert answer.status == 400
    assert "To" in parts.get("without", ()) or answer.to.tag
    assert "InviteReceived" not in peer.kinds()
    peer.assert_over()


@pytest.mark.parametrize("parts", BROKEN[:20], ids=str)
def test_an_ack_is_never_answered(parts: dict[str, Any]) -> None:
    parts = {**parts, "cseq_method": parts.get("cseq_method", "ACK")}
    assert Peer().say(request("ACK", **parts)) == []


REFUSED: list[tuple[str, dict[str, Any], int]] = [
    ("INVITE", {"without": ("Max-Forwards",), "headers": (("Max-Forwards", "0"),)}, 483),
    ("INVITE", {"uri": "mailto:a@b"}, 416),
    ("INVITE", {"headers": (("Require", "unheard-of"),)}, 420),
    ("INVITE", {"headers": (("Content-Encoding", "gzip"),), "body": OFFER}, 415),
    ("INVITE", {"body": b"<x/>", "content_type": "text/xml"}, 415),
    ("INVITE", {"headers": (("Accept", "text/plain"),)}, 406),
    ("MESSAGE", {"body": b"hello", "content_type": "text/plain"}, 405),
    ("SUBSCRIBE", {}, 489),
    ("NOTIFY", {}, 481),
    ("REFER", {}, 403),
    ("PUBLISH", {}, 405),
    ("FROBNICATE", {}, 405),
    ("BYE", {}, 481),
    ("BYE", {"to_tag": "unknown"}, 481),
    ("INVITE", {"to_tag": "unknown"}, 481),
    ("OPTIONS", {"to_tag": "unknown"}, 481),
    ("CANCEL", {}, 481),
    ("OPTIONS", {}, 200),
]


@pytest.mark.parametrize(("method", "parts", "status"), REFUSED, ids=lambda value: str(value)[:60])
def test_a_request_gets_its_status(method: str, parts: dict[str, Any], status: int) -> None:
    peer = Peer()
    answer = peer.say_request(method, **parts)
    assert answer.status == status
    assert answer.to.tag
    if status == 405:
        assert "INVITE" in answer.listed("Allow")
    if status == 489:
        assert "dialog" in answer.listed("Allow-Events")
    peer.assert_over()


@pytest.mark.parametrize(
    "to", ['"a;tag=1" <sip:echo@192.0.2.1>', "<sip:echo@192.0.2.1;tag=1>", "<sip:echo@192.0.2.1>;tagged=1"]
)
def test_an_answer_carries_our_tag_wherever_else_the_word_stands(to: str) -> None:
    """RFC 3261 s.8.2.6.2."""
    answer = Peer().say_request(without=("To", "Max-Forwards"), headers=(("To", to), ("Max-Forwards", "0")))
    assert answer.status == 483
    assert answer.header("To") == f"{to};tag={answer.to.tag}"


@pytest.mark.parametrize("to", ["<sip:echo@192.0.2.1>;\ttag=1", "<sip:echo@192.0.2.1>;tag"])
def test_a_request_with_a_tag_gets_no_second_one(to: str) -> None:
    """RFC 3261 s.8.2.6.2."""
    answer = Peer().say_request(without=("To",), headers=(("To", to),))
    assert answer.status == 481
    assert answer.header("To") == to


def test_a_refused_invite_is_sent_until_its_ack() -> None:
    peer = Peer()
    first = peer.say_request(uri="mailto:a@b")
    assert len(peer.wait(3.6)) == 3
    peer.say(request("ACK", uri="mailto:a@b", to_tag=first.to.tag))
    assert peer.wait(40.0) == []
    peer.assert_over()


def test_a_request_without_via_is_dropped_and_counted() -> None:
    peer = Peer()
    assert peer.say(request("OPTIONS", without=("Via",))) == []
    assert peer.kinds() == ["MalformedMessage"]


@pytest.mark.parametrize("data", [b"\r\n\r\n", b"\0", b"", b"\r\n"])
def test_a_keep_alive_is_no_fault(data: bytes) -> None:
    peer = Peer()
    assert peer.say(data) == []
    assert peer.kinds() == []


def test_noise_is_counted_with_its_source() -> None:
    peer = Peer()
    peer.say(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert peer.event(MalformedMessage).source == "192.0.2.2:5070"


def test_a_body_shorter_than_its_content_length_is_refused_and_a_longer_one_cut() -> None:
    data = request(body=OFFER)
    peer = Peer()
    (answer,) = peer.say(data[:-10])
    assert getattr(answer, "status", None) == 400
    assert peer.say(data + b"rubbish after the end") == []
    assert peer.kinds() == ["InviteReceived"]


def test_a_merged_request_is_refused_with_482() -> None:
    peer = Peer()
    peer.call()
    assert peer.say_request(branch="z9hG4bK-other-way", body=OFFER).status == 482
    assert peer.kinds() == ["InviteReceived"]


def test_a_broken_multipart_body_is_415_and_one_with_sdp_is_found() -> None:
    part = (
        b"--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\nContent-Type: application/sdp\r\n\r\n"
        + OFFER
    )
    peer = Peer()
    session = peer.call(body=part + b"\r\n--x--\r\n", content_type='multipart/mixed; boundary="x"')
    assert session.offer is not None
    assert session.offer.media[0].port == 40000
    other = Peer()
    assert other.say_request(body=part, content_type="multipart/mixed").status == 415


class Judge(Everybody):
    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict

    def admit(self, request: Request, flow: Flow, now: float) -> Verdict:  # type: ignore[override]
        return self.verdict


def judged(verdict: Verdict) -> Peer:
    peer = Peer()
    peer.stack._reception.admission = Judge(verdict)
    return peer


def test_a_dropped_request_gets_no_answer() -> None:
    peer = judged(Drop())
    assert peer.say(request(body=OFFER)) == []
    assert set(peer.stack.counters().values()) == {0}


def test_a_stranger_refused_costs_no_memory_and_is_not_answered_twice() -> None:
    peer = judged(Refuse(403))
    assert peer.say_request(body=OFFER).status == 403
    assert set(peer.stack.counters().values()) == {0}
    assert peer.wait(40.0) == []


def test_stateless_answers_to_retransmissions_carry_the_same_tag() -> None:
    peer = judged(Refuse(403))
    assert peer.say_request(body=OFFER).to.tag == peer.say_request(body=OFFER).to.tag


def test_a_banned_source_is_not_read() -> None:
    class Banning(Everybody):
        def is_banned(self, flow: Flow, *, now: float) -> bool:
            return flow == FLOW

    peer = Peer()
    peer.stack._reception.admission = Banning()
    assert peer.say(request("OPTIONS")) == []


def test_answers_go_to_the_source_port_with_rport_and_to_the_via_port_without() -> None:
    made = stack()
    far = Flow("UDP", FLOW.local, ("198.51.100.7", 40001))
    made.receive_datagram(request("OPTIONS", sent_by="10.0.0.1:5080"), far, now=0.0)
    ((data, flow),) = made.take_output()
    assert flow.remote == ("198.51.100.7", 40001)
    assert b"rport=40001" in data
    assert b"received=198.51.100.7" in data
    plain = request("OPTIONS", branch="z9hG4bK-2", call_id="2", sent_by="10.0.0.1:5080").replace(
        b";rport", b""
    )
    made.receive_datagram(plain, far, now=0.0)
    ((data, flow),) = made.take_output()
    assert flow.remote == ("198.51.100.7", 5080)
    assert b";received=198.51.100.7" in data


def test_options_says_what_we_can() -> None:
    answer = Peer().say_request("OPTIONS")
    assert "INVITE" in answer.listed("Allow")
    assert answer.header("Accept") == "application/sdp"
    assert answer.header("Supported") is not None


@pytest.mark.parametrize(
    "data",
    [
        request("BYE", to_tag="nobodys"),
        request("INVITE", to_tag="nobodys", body=OFFER),
        request("CANCEL"),
        request("OPTIONS").replace(b"CSeq: 1 OPTIONS\r\n", b""),
        request("OPTIONS").replace(b"SIP/2.0\r\nVia", b"SIP/7.0\r\nVia"),
    ],
)
def test_stray_and_broken_requests_leave_no_transaction_and_count_against_their_source(data: bytes) -> None:
    class Weary(Everybody):
        borne = 3

        def tolerates(self, flow: Flow, *, now: float) -> bool:
            self.borne -= 1
            return self.borne >= 0

    peer = Peer()
    peer.stack._reception.admission = Weary()
    assert [len(peer.say(data)) for _ in range(5)] == [1, 1, 1, 0, 0]
    assert peer.stack.counters()["transactions"] == 0


def test_a_ping_leaves_no_transaction() -> None:
    peer = Peer()
    assert peer.say_request("OPTIONS").status == 200
    assert peer.stack.counters()["transactions"] == 0
