"""Requests inside a dialog, and re-INVITE from both sides (RFC 3261 s.12.2.2, s.14; RFC 5407 s.3)."""

from __future__ import annotations

import pytest

from base.errors import LocalProtocolError
from sip.events import SessionEnded, SessionReanswered, SessionReoffered
from sip.message import Request, Response
from tests.kit.builders import ANSWER, OFFER, request
from tests.kit.phone import Peer

HELD = OFFER + b"a=sendonly\r\n"


def statuses(heard: list[Request | Response]) -> list[int | str]:
    return [each.status if isinstance(each, Response) else each.method for each in heard]


def inside(
    tag: str, method: str = "INVITE", cseq: int = 2, branch: str = "z9hG4bK-in", body: bytes = b""
) -> bytes:
    return request(method, to_tag=tag, cseq=cseq, branch=branch, body=body)


def test_a_lower_cseq_is_answered_with_500() -> None:
    peer = Peer()
    tag = peer.answered_call(cseq=1).local_tag
    assert statuses(peer.say(inside(tag, "OPTIONS", 5, "z9hG4bK-a"))) == [200]
    assert statuses(peer.say(inside(tag, "OPTIONS", 4, "z9hG4bK-b"))) == [500]


@pytest.mark.parametrize(
    ("method", "status"),
    [("OPTIONS", 200), ("INFO", 200), ("UPDATE", 200), ("PRACK", 481), ("REFER", 400), ("NOTIFY", 400)],
)
def test_a_request_in_the_dialog_gets_its_status(method: str, status: int) -> None:
    peer = Peer()
    tag = peer.answered_call().local_tag
    assert statuses(peer.say(inside(tag, method))) == [status]


def test_an_info_of_unknown_type_is_415() -> None:
    peer = Peer()
    tag = peer.answered_call().local_tag
    data = request("INFO", to_tag=tag, cseq=2, branch="z9hG4bK-i", body=b"x", content_type="text/plain")
    assert statuses(peer.say(data)) == [415]


def test_an_info_of_a_package_is_refused_with_those_that_we_take_which_are_none() -> None:
    """RFC 6086 s.4.2.2."""
    peer = Peer()
    tag = peer.answered_call().local_tag
    headers = (("Info-Package", "conference"),)
    (refusal,) = peer.say(request("INFO", to_tag=tag, cseq=2, branch="z9hG4bK-i", headers=headers, body=b"5"))
    assert statuses([refusal]) == [469]
    assert refusal.fields["Recv-Info"] == [""]


@pytest.mark.parametrize("method", ["BYE", "OPTIONS"])
def test_a_request_that_may_go_no_further_has_arrived(method: str) -> None:
    """RFC 4475 s.3.3.11: Max-Forwards 0 is for those who would forward."""
    peer = Peer()
    tag = peer.answered_call().local_tag
    data = request(
        method,
        to_tag=tag,
        cseq=2,
        branch="z9hG4bK-z",
        without=("Max-Forwards",),
        headers=(("Max-Forwards", "0"),),
    )
    assert statuses(peer.say(data)) == [200]


def test_a_reinvite_is_told_answered_and_acknowledged() -> None:
    peer = Peer()
    session = peer.answered_call()
    assert peer.say(inside(session.local_tag, body=HELD)) == []
    reoffered = peer.event(SessionReoffered)
    assert reoffered.offer is not None
    assert reoffered.offer.media[0].direction == "sendonly"
    peer.stack.accept_reoffer(session, ANSWER, now=0.0)
    (answer,) = peer.hear()
    assert statuses([answer]) == [200]
    assert statuses(peer.wait(0.6)) == [200]
    peer.say(inside(session.local_tag, "ACK"))
    assert peer.wait(60.0) == []
    assert session.state.name == "CONFIRMED"


def test_hold_and_resume_thrice() -> None:
    peer = Peer()
    session = peer.answered_call()
    for turn in range(6):
        branch, cseq = f"z9hG4bK-h{turn}", turn + 2
        peer.say(inside(session.local_tag, cseq=cseq, branch=branch, body=OFFER if turn % 2 else HELD))
        peer.stack.accept_reoffer(session, ANSWER, now=peer.now)
        assert statuses(peer.hear()) == [200]
        peer.say(inside(session.local_tag, "ACK", cseq, branch + "a"))
    assert peer.kinds().count("SessionReoffered") == 6
    assert peer.wait(60.0) == []


def test_a_reinvite_without_offer_gets_ours_and_answers_in_its_ack() -> None:
    peer = Peer()
    session = peer.answered_call()
    peer.say(inside(session.local_tag))
    assert peer.event(SessionReoffered).offer is None
    peer.stack.accept_reoffer(session, OFFER, now=0.0)
    peer.hear()
    peer.say(inside(session.local_tag, "ACK", body=ANSWER))
    description = peer.event(SessionReanswered).description
    assert description is not None
    assert description.media[0].port == 50000


def test_a_refused_reinvite_leaves_the_session_as_it_was() -> None:
    peer = Peer()
    session = peer.answered_call()
    peer.say(inside(session.local_tag, body=HELD))
    peer.stack.refuse_reoffer(session, 488, now=0.0)
    assert statuses(peer.hear()) == [488]
    peer.say(inside(session.local_tag, "ACK"))
    assert session.state.name == "CONFIRMED"


def test_broken_sdp_in_a_reinvite_is_400_and_the_session_lives() -> None:
    peer = Peer()
    session = peer.answered_call()
    assert statuses(peer.say(inside(session.local_tag, body=b"nonsense"))) == [400]
    assert session.state.name == "CONFIRMED"
    assert "SessionReoffered" not in peer.kinds()


def test_a_second_reinvite_before_the_first_is_answered_gets_500_with_retry_after() -> None:
    peer = Peer()
    session = peer.answered_call()
    peer.say(inside(session.local_tag, body=HELD))
    (answer,) = peer.say(inside(session.local_tag, cseq=3, branch="z9hG4bK-second", body=HELD))
    assert statuses([answer]) == [500]
    assert 0 <= int(answer.header("Retry-After") or "-1") <= 10


def test_a_reinvite_before_the_ack_of_the_last_answer_is_491() -> None:
    peer = Peer()
    session = peer.call()
    peer.stack.answer(session, ANSWER, now=0.0)
    peer.hear()
    assert statuses(peer.say(inside(session.local_tag, body=HELD))) == [491]
    peer.say(request("ACK", branch="z9hG4bK-x", to_tag=session.local_tag))
    peer.say(inside(session.local_tag, cseq=3, branch="z9hG4bK-3", body=HELD))
    peer.stack.accept_reoffer(session, ANSWER, now=0.0)
    peer.hear()
    assert statuses(peer.say(inside(session.local_tag, cseq=4, branch="z9hG4bK-4", body=HELD))) == [491]


def test_a_reinvite_that_crosses_ours_is_491() -> None:
    peer = Peer()
    session = peer.answered_call()
    peer.stack.reinvite(session, OFFER, now=0.0)
    (ours,) = peer.hear()
    assert statuses(peer.say(inside(session.local_tag, body=HELD))) == [491]
    assert isinstance(ours, Request)
    assert statuses(peer.reply(ours, 491)) == ["ACK"]
    assert "INVITE" in statuses(peer.wait(2.1))
    assert session.state.name == "CONFIRMED"


def test_a_reinvite_before_our_first_answer_is_500() -> None:
    peer = Peer()
    session = peer.call()
    peer.stack.ring(session, now=0.0)
    peer.hear()
    assert statuses(peer.say(inside(session.local_tag, body=HELD))) == [500]


def test_a_reinvite_after_bye_is_481() -> None:
    peer = Peer()
    session = peer.answered_call()
    peer.stack.end(session, now=0.0)
    (bye,) = peer.hear()
    assert statuses(peer.say(inside(session.local_tag, body=HELD))) == [481]
    assert isinstance(bye, Request)
    peer.reply(bye, 200)
    assert statuses(peer.say(inside(session.local_tag, cseq=3, branch="z9hG4bK-3", body=HELD))) == [481]
    peer.assert_over()


def test_a_cancelled_reinvite_gets_487_and_the_session_lives() -> None:
    peer = Peer()
    session = peer.answered_call()
    peer.say(inside(session.local_tag, body=HELD))
    assert statuses(peer.say(inside(session.local_tag, "CANCEL"))) == [200, 487]
    assert session.state.name == "CONFIRMED"
    peer.stack.accept_reoffer(session, ANSWER, now=0.0)
    assert peer.hear() == []


def test_a_bye_while_a_reinvite_waits_ends_both() -> None:
    peer = Peer()
    session = peer.answered_call()
    peer.say(inside(session.local_tag, body=HELD))
    heard = peer.say(inside(session.local_tag, "BYE", 3, "z9hG4bK-bye"))
    assert sorted(map(str, statuses(heard))) == ["200", "487"]
    assert peer.kinds()[-1] == "SessionEnded"
    peer.assert_over()


def test_our_bye_while_their_reinvite_waits_answers_it_with_487() -> None:
    peer = Peer()
    session = peer.answered_call()
    peer.say(inside(session.local_tag, body=HELD))
    peer.stack.end(session, now=0.0)
    assert sorted(map(str, statuses(peer.hear()))) == ["487", "BYE"]
    peer.assert_over()


def test_a_bye_while_our_reinvite_is_pending_ends_it_and_the_late_200_is_acknowledged() -> None:
    peer = Peer()
    session = peer.answered_call()
    peer.stack.reinvite(session, OFFER, now=0.0)
    (ours,) = peer.hear()
    assert statuses(peer.say(inside(session.local_tag, "BYE"))) == [200]
    assert isinstance(ours, Request)
    assert statuses(peer.reply(ours, 200, body=ANSWER)) == ["ACK"]
    assert "SessionReanswered" not in peer.kinds()
    peer.assert_over()


def test_an_unacknowledged_answer_to_a_reinvite_ends_the_session() -> None:
    peer = Peer()
    session = peer.answered_call()
    peer.say(inside(session.local_tag, body=HELD))
    peer.stack.accept_reoffer(session, ANSWER, now=0.0)
    heard = statuses(peer.wait(33.0))
    assert heard.count(200) == 11
    assert "BYE" in heard
    assert peer.event(SessionEnded).by == "timeout"
    peer.assert_over()


def test_our_reinvite_is_answered_and_refreshes_the_target() -> None:
    peer = Peer()
    session = peer.answered_call()
    peer.stack.reinvite(session, OFFER, now=0.0)
    (ours,) = peer.hear()
    assert isinstance(ours, Request)
    (ack,) = peer.reply(ours, 200, tag=None, body=ANSWER, contact="<sip:bob@192.0.2.2:6000>")
    assert isinstance(ack, Request)
    assert (ack.method, ack.uri_text, ack.cseq.number) == ("ACK", "sip:bob@192.0.2.2:6000", ours.cseq.number)
    assert peer.event(SessionReanswered).description is not None
    assert statuses(peer.reply(ours, 200, tag=None, body=ANSWER)) == ["ACK"]
    assert peer.kinds().count("SessionReanswered") == 1


@pytest.mark.parametrize("status", [408, 481])
def test_408_or_481_to_our_reinvite_ends_the_session(status: int) -> None:
    peer = Peer()
    session = peer.answered_call()
    peer.stack.reinvite(session, OFFER, now=0.0)
    (ours,) = peer.hear()
    assert isinstance(ours, Request)
    assert statuses(peer.reply(ours, status)) == ["ACK", "BYE"]
    assert peer.event(SessionEnded).status == status
    peer.assert_over()


def test_a_reinvite_without_session_is_our_own_mistake() -> None:
    peer = Peer()
    session = peer.call()
    with pytest.raises(LocalProtocolError):
        peer.stack.reinvite(session, OFFER, now=0.0)
