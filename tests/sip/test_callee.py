"""Sessions that a peer asks for: answers, ACK, CANCEL, BYE and their races (RFC 3261 s.9, s.13.3, s.15; RFC 5407)."""

from __future__ import annotations

import pytest

from base.errors import LocalProtocolError
from sip.events import SessionConfirmed, SessionEnded
from sip.message import Request, Response
from tests.kit.builders import ANSWER, OFFER, request
from tests.kit.phone import Peer


def statuses(heard: list[Request | Response]) -> list[int | str]:
    return [each.status if isinstance(each, Response) else each.method for each in heard]


def test_the_session_tells_who_dialled_what() -> None:
    session = Peer().call(uri="sip:%2B34600@192.0.2.1;user=phone")
    assert (session.user, session.direction, session.call_id) == ("+34600", "in", "call-1")
    assert session.caller is not None
    assert session.caller.display == "Bob"
    assert session.offer is not None


def test_an_answer_carries_contact_allow_and_the_tag_of_the_ringing() -> None:
    peer = Peer()
    session = peer.call(headers=(("Record-Route", "<sip:192.0.2.9;lr>"),))
    peer.stack.ring(session, now=0.0)
    peer.stack.answer(session, ANSWER, now=0.0)
    ringing, answer = peer.hear()
    assert isinstance(ringing, Response)
    assert isinstance(answer, Response)
    assert (ringing.status, answer.status) == (180, 200)
    assert ringing.to.tag == answer.to.tag == session.local_tag
    assert answer.contacts[0].uri_text == "sip:192.0.2.1:5060"
    assert answer.header("Record-Route") == "<sip:192.0.2.9;lr>"
    assert answer.body == ANSWER


def test_a_100_repeats_the_timestamp_of_its_invite() -> None:
    """RFC 3261 s.8.2.6.1; later answers do not."""
    peer = Peer()
    session = peer.call(headers=(("Timestamp", "54.21"),))
    (trying,) = peer.wait(0.3)
    assert statuses([trying]) == [100]
    assert trying.header("Timestamp") == "54.21"
    peer.stack.ring(session, now=peer.now)
    assert peer.hear()[0].header("Timestamp") is None


def test_an_ack_with_another_cseq_is_no_ack() -> None:
    peer = Peer()
    session = peer.call()
    peer.stack.answer(session, ANSWER, now=0.0)
    peer.hear()
    peer.say(request("ACK", branch="z9hG4bK-2", to_tag=session.local_tag, cseq=2))
    assert session.state.name == "ANSWERED"
    assert statuses(peer.wait(1.0)) == [200]
    peer.say(request("ACK", branch="z9hG4bK-3", to_tag=session.local_tag))
    assert session.state.name == "CONFIRMED"
    assert peer.wait(10.0) == []


def test_an_ack_with_a_wrong_tag_is_no_ack() -> None:
    peer = Peer()
    session = peer.call()
    peer.stack.answer(session, ANSWER, now=0.0)
    peer.hear()
    peer.say(request("ACK", branch="z9hG4bK-2", to_tag=session.local_tag, from_tag="other"))
    assert session.state.name == "ANSWERED"


def test_an_ack_with_the_branch_of_its_invite_is_taken_too() -> None:
    peer = Peer()
    session = peer.call()
    peer.stack.answer(session, ANSWER, now=0.0)
    peer.hear()
    peer.say(request("ACK", to_tag=session.local_tag))
    assert session.state.name == "CONFIRMED"


def test_an_invite_that_comes_again_after_the_ack_gets_the_200_again() -> None:
    peer = Peer()
    session = peer.answered_call()
    assert statuses(peer.say(request(body=OFFER))) == [200]
    assert session.state.name == "CONFIRMED"
    assert peer.kinds().count("InviteReceived") == 1


def test_a_late_offer_is_answered_in_the_ack() -> None:
    peer = Peer()
    session = peer.call(body=b"")
    assert session.offer is None
    peer.stack.answer(session, OFFER, now=0.0)
    peer.hear()
    peer.say(request("ACK", branch="z9hG4bK-2", to_tag=session.local_tag, body=ANSWER))
    description = peer.event(SessionConfirmed).description
    assert description is not None
    assert description.media[0].port == 50000


def test_a_cancel_before_the_answer_ends_it_with_487() -> None:
    peer = Peer()
    session = peer.call()
    peer.stack.ring(session, now=0.0)
    peer.hear()
    heard = peer.say(request("CANCEL", contact=None))
    assert statuses(heard) == [200, 487]
    assert heard[0].to.tag == heard[1].to.tag
    assert peer.kinds()[-1] == "SessionCancelled"
    peer.say(request("ACK", to_tag=session.local_tag))
    peer.assert_over()


def test_a_cancel_after_the_answer_changes_nothing() -> None:
    peer = Peer()
    session = peer.call()
    peer.stack.answer(session, ANSWER, now=0.0)
    peer.hear()
    assert statuses(peer.say(request("CANCEL", contact=None))) == [200]
    assert session.state.name == "ANSWERED"
    assert "SessionCancelled" not in peer.kinds()


def test_a_cancel_sent_again_is_answered_again_and_told_once() -> None:
    peer = Peer()
    peer.call()
    peer.say(request("CANCEL", contact=None))
    assert statuses(peer.say(request("CANCEL", contact=None))) == [200]
    assert peer.kinds().count("SessionCancelled") == 1


def test_a_bye_in_the_early_dialog_is_answered_and_the_invite_gets_487() -> None:
    peer = Peer()
    session = peer.call()
    peer.stack.ring(session, now=0.0)
    peer.hear()
    heard = peer.say(request("BYE", branch="z9hG4bK-2", to_tag=session.local_tag, cseq=2))
    assert statuses(heard) == [200, 487]
    assert peer.kinds()[-1] == "SessionCancelled"
    peer.assert_over()


def test_a_bye_before_the_ack_ends_it_and_stops_the_200() -> None:
    peer = Peer()
    session = peer.call()
    peer.stack.answer(session, ANSWER, now=0.0)
    peer.hear()
    assert statuses(peer.say(request("BYE", branch="z9hG4bK-2", to_tag=session.local_tag, cseq=2))) == [200]
    assert peer.wait(60.0) == []
    assert peer.kinds()[-1] == "SessionEnded"
    peer.assert_over()


def test_our_bye_waits_for_the_ack() -> None:
    peer = Peer()
    session = peer.call()
    peer.stack.answer(session, ANSWER, now=0.0)
    peer.stack.end(session, cause=17, now=0.0)
    assert statuses(peer.hear()) == [200]
    heard = peer.say(request("ACK", branch="z9hG4bK-2", to_tag=session.local_tag))
    assert statuses(heard) == ["BYE"]
    assert heard[0].header("Reason") == "Q.850;cause=17"
    assert peer.kinds().count("SessionEnded") == 1


def test_our_bye_that_waited_32_seconds_for_an_ack_goes_out() -> None:
    peer = Peer()
    session = peer.call()
    peer.stack.answer(session, ANSWER, now=0.0)
    peer.stack.end(session, now=0.0)
    peer.hear()
    assert "BYE" in statuses(peer.wait(32.1))
    peer.assert_over()


def test_a_bye_tells_its_reason_and_comes_again_without_harm() -> None:
    peer = Peer()
    session = peer.answered_call()
    bye = request(
        "BYE",
        branch="z9hG4bK-2",
        to_tag=session.local_tag,
        cseq=2,
        headers=(("Reason", 'SIP;cause=200, Q.850;cause=21;text="no thanks"'),),
    )
    assert statuses(peer.say(bye)) == [200]
    assert statuses(peer.say(bye)) == [200]
    ended = peer.event(SessionEnded)
    assert (ended.by, ended.cause, ended.reason) == ("remote", 21, "no thanks")
    assert peer.kinds().count("SessionEnded") == 1
    peer.assert_over()


def test_commands_to_a_session_that_is_over_do_nothing() -> None:
    peer = Peer()
    session = peer.call()
    peer.say(request("CANCEL", contact=None))
    for _ in range(2):
        peer.stack.ring(session, now=0.0)
        peer.stack.answer(session, ANSWER, now=0.0)
        peer.stack.reject(session, 486, now=0.0)
        peer.stack.end(session, now=0.0)
        peer.stack.accept_reoffer(session, ANSWER, now=0.0)
        peer.stack.refuse_reoffer(session, 488, now=0.0)
    assert peer.hear() == []


def test_answering_twice_is_our_own_mistake() -> None:
    peer = Peer()
    session = peer.call()
    peer.stack.answer(session, ANSWER, now=0.0)
    with pytest.raises(LocalProtocolError, match="ANSWER is not possible in ANSWERED"):
        peer.stack.answer(session, ANSWER, now=0.0)


@pytest.mark.parametrize(("cause", "status"), [(17, 486), (1, 404), (16, 480), (34, 503)])
def test_ending_an_unanswered_call_refuses_it_with_the_status_of_the_cause(cause: int, status: int) -> None:
    peer = Peer()
    peer.stack.end(peer.call(), cause=cause, now=0.0)
    assert statuses(peer.hear()) == [status]
    peer.assert_over()


def test_early_media_is_sent_in_a_183() -> None:
    peer = Peer()
    session = peer.call()
    peer.stack.ring(session, 183, ANSWER, now=0.0)
    (progress,) = peer.hear()
    assert progress.body == ANSWER
    assert progress.header("Content-Type") == "application/sdp"


def test_a_caller_without_contact_is_reached_where_he_came_from() -> None:
    peer = Peer()
    session = peer.answered_call(contact=None)
    peer.stack.end(session, now=0.0)
    ((data, flow),) = peer.stack.take_output()
    assert data.startswith(b"BYE sip:192.0.2.2:5070 SIP/2.0")
    assert flow.remote == ("192.0.2.2", 5070)


def test_a_number_may_be_called_by_its_tel_uri() -> None:
    """RFC 3966: visual separators are no part of the number."""
    peer = Peer()
    assert peer.call(uri="tel:+34-911.222(333);phone-context=x").user == "+34911222333"


@pytest.mark.parametrize(
    ("method", "uri"), [("REGISTER", "tel:+34911"), ("INVITE", "tel:"), ("INVITE", "mailto:a@b")]
)
def test_what_no_number_is_asked_of_is_no_scheme_of_ours(method: str, uri: str) -> None:
    assert Peer().say_request(method, uri=uri, body=b"").status == 416


def test_very_long_tags_and_fifty_accept_headers_change_nothing() -> None:
    """RFC 3261 s.7.3.1: fifty fields are one list; s.19.3: a tag is any token."""
    peer = Peer()
    tag = "t" * 4000
    accepted = tuple(("Accept", f"application/x-{number}, application/sdp") for number in range(50))
    session = peer.call(headers=accepted, from_tag=tag)
    peer.stack.answer(session, ANSWER, now=0.0)
    (answer,) = peer.hear()
    assert isinstance(answer, Response)
    assert (answer.status, answer.from_.tag) == (200, tag)
    assert peer.say(request("ACK", branch="z9hG4bK-2", from_tag=tag, to_tag=session.local_tag)) == []
    bye = request("BYE", branch="z9hG4bK-3", cseq=2, from_tag=tag, to_tag=session.local_tag)
    assert statuses(peer.say(bye)) == [200]
    peer.assert_over()
