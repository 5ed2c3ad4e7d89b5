"""Sessions that we ask for: answers, forks, CANCEL and its races (RFC 3261 s.9.1, s.13.2; RFC 5407)."""

from __future__ import annotations

import pytest

from sip.errors import ParseError, UnresolvedTarget
from sip.events import SessionAnswered, SessionRefused, SessionRinging
from sip.message import Request, Response
from sip.session.sent_invite import MOST_ANSWERS
from sip.stack import CallerIdentity, Target
from tests.kit.builders import ANSWER, FLOW, OFFER
from tests.kit.phone import Peer


def starts(heard: list[Request | Response]) -> list[int | str]:
    return [each.status if isinstance(each, Response) else each.method for each in heard]


def test_an_invite_says_who_calls_whom() -> None:
    peer = Peer()
    caller = CallerIdentity("+48 22", 'The "Centre"', "centre.example")
    target = Target("sip:bob@example.com", ("192.0.2.2", 5070))
    session = peer.stack.invite(target, caller=caller, body=OFFER, headers=(("X-Id", "7"),), now=0.0)
    ((_, flow),) = peer.stack._context.output
    (invite,) = peer.hear()
    assert isinstance(invite, Request)
    assert flow.remote == ("192.0.2.2", 5070)
    assert invite.uri_text == "sip:bob@example.com"
    assert invite.from_.display == 'The "Centre"'
    assert invite.from_.uri_text == "sip:+48%2022@centre.example"
    assert invite.from_.tag == session.local_tag
    assert invite.header("X-Id") == "7"
    assert invite.contacts[0].uri_text == "sip:192.0.2.1:5060"
    assert (session.direction, session.user) == ("out", "bob")


@pytest.mark.parametrize("uri", ["tel:123", "sip:bob@name.example"])
def test_a_target_without_address_is_refused_at_once(uri: str) -> None:
    peer = Peer()
    with pytest.raises(UnresolvedTarget):
        peer.stack.invite(Target(uri), caller=CallerIdentity("a"), body=OFFER, now=0.0)
    with pytest.raises(ParseError):
        peer.stack.invite(Target("nonsense"), caller=CallerIdentity("a"), body=OFFER, now=0.0)
    assert set(peer.stack.counters().values()) == {0}


def test_ringing_and_answer_are_told_and_acknowledged() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    assert peer.reply(invite, 100, tag=None) == []
    assert peer.kinds() == []
    peer.reply(invite, 183, body=ANSWER)
    ringing = peer.event(SessionRinging)
    assert ringing.status == 183
    assert ringing.description is not None
    (ack,) = peer.reply(invite, 200, body=ANSWER)
    assert isinstance(ack, Request)
    assert (ack.method, ack.cseq.number, ack.to.tag) == ("ACK", 1, "p1")
    assert ack.via.branch != invite.via.branch
    assert peer.event(SessionAnswered).description is not None
    assert starts(peer.reply(invite, 200, body=ANSWER)) == ["ACK"]
    assert peer.kinds().count("SessionAnswered") == 1
    assert session.state.name == "CONFIRMED"


def test_answers_without_to_tag_are_tolerated() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 183, tag=None)
    assert starts(peer.reply(invite, 200, tag=None, body=ANSWER)) == ["ACK"]
    assert starts(peer.reply(invite, 200, tag=None, body=ANSWER)) == ["ACK"]
    assert peer.kinds().count("SessionAnswered") == 1
    peer.stack.end(session, now=0.0)
    (bye,) = peer.hear()
    assert isinstance(bye, Request)
    peer.reply(bye, 200, tag=None)
    peer.assert_over()


def test_an_answer_without_sdp_or_with_broken_sdp_is_told_as_such_and_can_be_ended() -> None:
    for body in (b"", b"broken"):
        peer = Peer()
        session, invite = peer.placed_call()
        assert starts(peer.reply(invite, 200, body=body)) == ["ACK"]
        assert peer.event(SessionAnswered).description is None
        peer.stack.end(session, cause=65, now=0.0)
        assert starts(peer.hear()) == ["BYE"]


def test_a_late_offer_answer_waits_for_our_sdp_in_the_ack() -> None:
    peer = Peer()
    session, invite = peer.placed_call(body=None)
    assert peer.reply(invite, 200, body=OFFER) == []
    assert peer.event(SessionAnswered).description is not None
    assert peer.reply(invite, 200, body=OFFER) == []
    peer.stack.acknowledge(session, ANSWER, now=0.0)
    (ack,) = peer.hear()
    assert ack.body == ANSWER
    (again,) = peer.reply(invite, 200, body=OFFER)
    assert again.body == ANSWER


def test_a_late_offer_call_ended_before_our_answer_is_acknowledged_first() -> None:
    peer = Peer()
    session, invite = peer.placed_call(body=None)
    peer.reply(invite, 200, body=OFFER)
    peer.stack.end(session, now=0.0)
    assert starts(peer.hear()) == ["ACK", "BYE"]


def test_a_second_2xx_from_a_fork_is_acknowledged_and_ended() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 200, tag="first", body=ANSWER)
    heard = peer.reply(invite, 200, tag="second", body=ANSWER, contact="<sip:fork@192.0.2.7:5070>")
    assert starts(heard) == ["ACK", "BYE"]
    assert [each.to.tag for each in heard] == ["second", "second"]
    assert session.state.name == "CONFIRMED"
    assert session.remote_tag == "first"
    assert starts(peer.reply(invite, 200, tag="second", body=ANSWER)) == ["ACK"]
    assert peer.kinds().count("SessionAnswered") == 1


def test_a_peer_that_makes_up_tag_after_tag_costs_no_more_than_a_few() -> None:
    peer = Peer()
    _, invite = peer.placed_call()
    peer.reply(invite, 200, tag="first", body=ANSWER)
    heard = [peer.reply(invite, 200, tag=f"fork{number}", body=ANSWER) for number in range(1000)]
    assert sum(map(len, heard)) == 2 * (MOST_ANSWERS - 1)


@pytest.mark.parametrize("status", [302, 401, 407, 404, 486, 488, 503, 603])
def test_a_refusal_is_told_and_acknowledged_with_the_branch_of_the_invite(status: int) -> None:
    peer = Peer()
    _, invite = peer.placed_call()
    (ack,) = peer.reply(invite, status)
    assert isinstance(ack, Request)
    assert (ack.method, ack.via.branch, ack.to.tag) == ("ACK", invite.via.branch, "p1")
    assert starts(peer.reply(invite, status)) == ["ACK"]
    assert peer.event(SessionRefused).status == status
    assert peer.kinds().count("SessionRefused") == 1
    peer.assert_over()


def test_a_refusal_tells_the_cause_of_its_reason_header() -> None:
    peer = Peer()
    _, invite = peer.placed_call()
    peer.reply(invite, 480, headers=(("Reason", "Q.850;cause=20"),))
    assert peer.event(SessionRefused).cause == 20


def test_an_unreachable_peer_is_503_at_once() -> None:
    peer = Peer()
    peer.placed_call()
    peer.stack.transport_failed(("192.0.2.2", 5070), now=0.0)
    peer.hear()
    assert peer.event(SessionRefused).status == 503
    peer.assert_over()


def test_cancel_is_held_back_until_a_provisional_comes() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.stack.end(session, now=0.0)
    assert peer.hear() == []
    (cancel,) = peer.reply(invite, 100, tag=None)
    assert isinstance(cancel, Request)
    assert (cancel.method, cancel.via.branch, cancel.uri_text) == (
        "CANCEL",
        invite.via.branch,
        invite.uri_text,
    )
    assert cancel.header("Reason") == "Q.850;cause=16"
    assert cancel.to.tag is None
    peer.reply(cancel, 200)
    assert starts(peer.reply(invite, 487)) == ["ACK"]
    refused = peer.event(SessionRefused)
    assert (refused.status, refused.cause) == (487, 16)
    peer.assert_over()


def test_a_200_that_crosses_our_cancel_is_acknowledged_and_ended() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 180)
    peer.stack.end(session, now=0.0)
    assert starts(peer.hear()) == ["CANCEL"]
    heard = peer.reply(invite, 200, body=ANSWER)
    assert starts(heard) == ["ACK", "BYE"]
    assert peer.event(SessionRefused).status == 487
    assert "SessionAnswered" not in peer.kinds()
    assert isinstance(heard[1], Request)
    peer.reply(heard[1], 200)
    assert starts(peer.reply(invite, 200, body=ANSWER)) == ["ACK"]
    peer.assert_over()


def test_a_cancel_answered_but_never_followed_by_487_does_not_hang() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 180)
    peer.stack.end(session, now=0.0)
    (cancel,) = peer.hear()
    assert isinstance(cancel, Request)
    peer.reply(cancel, 200)
    peer.wait(31.0)
    assert "SessionRefused" not in peer.kinds()
    peer.wait(2.0)
    assert peer.event(SessionRefused).status == 487
    peer.assert_over()


def test_a_cancel_of_an_invite_that_nobody_hears_ends_with_timer_b() -> None:
    peer = Peer()
    session, _ = peer.placed_call()
    peer.stack.end(session, now=0.0)
    assert set(starts(peer.wait(33.0))) == {"INVITE"}
    assert peer.event(SessionRefused).status == 487
    peer.assert_over()


def test_our_bye_that_gets_481_is_over() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 200, body=ANSWER)
    peer.stack.end(session, now=0.0)
    (bye,) = peer.hear()
    assert isinstance(bye, Request)
    assert bye.cseq.number == 2
    peer.reply(bye, 481)
    assert peer.stack.counters()["sessions"] == 0
    peer.assert_over()


def test_credentials_are_never_sent_for_a_challenge_to_our_bye() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 200, body=ANSWER)
    peer.stack.end(session, now=0.0)
    (bye,) = peer.hear()
    assert isinstance(bye, Request)
    assert peer.reply(bye, 401, headers=(("WWW-Authenticate", 'Digest realm="evil", nonce="1"'),)) == []
    peer.assert_over()


def test_the_callee_ends_the_call() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 200, body=ANSWER)
    assert starts(peer.say_inside(session, "BYE")) == [200]
    assert starts(peer.say_inside(session, "BYE")) == [200]
    assert peer.kinds()[-1] == "SessionEnded"
    peer.assert_over()


def test_a_bye_that_overtakes_the_200_is_answered_and_the_200_ended() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 180)
    assert starts(peer.say_inside(session, "BYE", from_tag="p1")) == [200]
    assert starts(peer.reply(invite, 200, body=ANSWER)) == ["ACK"]


def test_a_reinvite_that_overtakes_the_200_is_491() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 180)
    heard = peer.say_inside(session, "INVITE", from_tag="p1", body=OFFER)
    assert starts(heard) == [491]


def test_requests_follow_the_record_routes() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    routes = (("Record-Route", "<sip:192.0.2.8;lr>, <sip:192.0.2.9:5062;lr>"),)
    peer.stack.next_event()
    invite.fields["Record-Route"] = [routes[0][1]]
    peer.reply(invite, 200, body=ANSWER)
    peer.stack.end(session, now=0.0)
    ((data, flow),) = peer.stack.take_output()
    assert data.startswith(b"BYE sip:bob@192.0.2.2:5070 SIP/2.0")
    assert b"Route: <sip:192.0.2.9:5062;lr>\r\nRoute: <sip:192.0.2.8;lr>\r\n" in data
    assert flow.remote == ("192.0.2.9", 5062)


def test_a_strict_router_gets_the_target_as_the_last_route() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    invite.fields["Record-Route"] = ["<sip:192.0.2.9:5062>"]
    peer.reply(invite, 200, body=ANSWER)
    peer.stack.end(session, now=0.0)
    ((data, _),) = peer.stack.take_output()
    assert data.startswith(b"BYE sip:192.0.2.9:5062 SIP/2.0")
    assert b"Route: <sip:bob@192.0.2.2:5070>\r\n" in data


def test_a_response_to_nothing_is_dropped() -> None:
    peer = Peer()
    _, invite = peer.placed_call()
    stray = peer.say_request("OPTIONS", call_id="x", branch="z9hG4bK-x")
    assert peer.say(stray.encode()) == []
    invite.fields["CSeq"] = ["1 BYE"]
    assert peer.reply(invite, 200) == []


@pytest.mark.parametrize("place", ["[2001:db8::7]:5070", "999.999.1.1:5070", "name.example:5070"])
def test_a_contact_that_cannot_be_sent_to_is_reached_where_the_peer_was_heard(place: str) -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 200, contact=f"<sip:b@{place}>", body=ANSWER)
    peer.stack.end(session, now=0.0)
    assert {flow.remote for _, flow in peer.stack.take_output()} == {FLOW.remote}


def test_a_caller_without_a_name_is_anonymous() -> None:
    peer = Peer()
    peer.stack.invite(Target("sip:b@192.0.2.2:5070"), caller=CallerIdentity(""), body=OFFER, now=0.0)
    (invite,) = peer.hear()
    assert isinstance(invite, Request)
    assert invite.from_.uri.user == "anonymous"


@pytest.mark.parametrize("way", ["own line", "list"])
def test_a_response_with_another_via_below_ours_is_not_for_us(way: str) -> None:
    peer = Peer()
    _, invite = peer.placed_call()
    ours, other = invite.fields["Via"][0], "SIP/2.0/UDP 192.0.2.77;branch=z9hG4bK-other"
    invite.fields["Via"] = [ours, other] if way == "own line" else [f"{ours}, {other}"]
    assert peer.reply(invite, 486) == []
    assert peer.kinds() == []
