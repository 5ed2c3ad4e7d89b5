"""The early dialogs of calls that we make: PRACK in each, forks, and what they say of media (RFC 3262, RFC 6337)."""

from __future__ import annotations

import pytest

from sip.events import SessionAnswered, SessionEnded, SessionReanswered, SessionRinging
from sip.message import Request, Response
from sip.session.early_dialogs import MOST_EARLY
from tests.kit.builders import ANSWER, OFFER
from tests.kit.phone import Peer


def starts(heard: list[Request | Response]) -> list[int | str]:
    return [each.status if isinstance(each, Response) else each.method for each in heard]


def reliable(number: int) -> tuple[tuple[str, str], ...]:
    return (("Require", "100rel"), ("RSeq", str(number)))


def test_we_announce_100rel_and_never_require_it() -> None:
    _, invite = Peer().placed_call()
    assert "100rel" in invite.listed("Supported")
    assert "Require" not in invite.fields


def test_each_reliable_response_is_acknowledged_once_and_in_order() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    (first,) = peer.reply(invite, 180, headers=reliable(700))
    assert isinstance(first, Request)
    assert (first.method, first.cseq.number, first.header("RAck")) == ("PRACK", 2, "700 1 INVITE")
    assert (first.to.tag, first.uri_text) == ("p1", "sip:bob@192.0.2.2:5070")
    peer.reply(first, 200)
    assert peer.reply(invite, 180, headers=reliable(700)) == []
    assert peer.reply(invite, 183, headers=reliable(702)) == []
    assert [event.status for event in peer.events if isinstance(event, SessionRinging)] == [180]
    (second,) = peer.reply(invite, 183, headers=reliable(701))
    assert isinstance(second, Request)
    assert (second.cseq.number, second.header("RAck")) == (3, "701 1 INVITE")
    peer.reply(second, 200)
    peer.reply(invite, 200, body=ANSWER)
    peer.stack.end(session, now=0.0)
    (bye,) = peer.hear()
    assert bye.cseq.number == 4
    assert isinstance(bye, Request)
    peer.reply(bye, 200)
    peer.assert_over()


def test_an_answer_in_a_reliable_183_counts_and_the_200_may_be_bare() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 183, headers=reliable(1), body=ANSWER)
    ringing = peer.event(SessionRinging)
    assert ringing.is_answer
    assert (ringing.fork, ringing.description is not None) == ("p1", True)
    assert starts(peer.reply(invite, 200)) == ["ACK"]
    assert peer.event(SessionAnswered).description == ringing.description
    assert session.turn.has_agreed


def test_another_answer_in_the_200_is_not_heard_after_a_reliable_one() -> None:
    peer = Peer()
    _, invite = peer.placed_call()
    peer.reply(invite, 183, headers=reliable(1), body=ANSWER)
    peer.reply(invite, 200, body=ANSWER.replace(b"50000", b"50002"))
    description = peer.event(SessionAnswered).description
    assert description is not None
    assert description.media[0].port == 50000


def test_an_unreliable_183_is_a_preview_and_the_200_decides() -> None:
    peer = Peer()
    _, invite = peer.placed_call()
    assert peer.reply(invite, 183, body=ANSWER) == []
    assert not peer.event(SessionRinging).is_answer
    peer.reply(invite, 200, body=ANSWER.replace(b"50000", b"50002"))
    description = peer.event(SessionAnswered).description
    assert description is not None
    assert description.media[0].port == 50002


def test_an_offer_in_a_reliable_response_is_answered_in_the_prack() -> None:
    peer = Peer()
    session, invite = peer.placed_call(body=None)
    assert peer.reply(invite, 183, headers=reliable(5), body=OFFER) == []
    assert peer.event(SessionRinging).description is not None
    peer.stack.acknowledge(session, ANSWER, now=0.0)
    (sent,) = peer.hear()
    assert isinstance(sent, Request)
    assert (sent.method, sent.body, sent.header("RAck")) == ("PRACK", ANSWER, "5 1 INVITE")
    peer.reply(sent, 200)
    (ack,) = peer.reply(invite, 200)
    assert (ack.body, isinstance(ack, Request)) == (b"", True)


@pytest.mark.parametrize("number", ["", "x", "-1", "99999999999999999999"])
def test_a_response_with_a_broken_number_is_heard_and_not_acknowledged(number: str) -> None:
    peer = Peer()
    _, invite = peer.placed_call()
    headers: tuple[tuple[str, str], ...] = (("Require", "100rel"),)
    if number:
        headers += (("RSeq", number),)
    assert peer.reply(invite, 180, headers=headers) == []
    assert peer.event(SessionRinging).status == 180


def test_a_reliable_response_to_a_cancelled_invite_is_acknowledged_too() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.stack.end(session, now=0.0)
    assert starts(peer.reply(invite, 180, headers=reliable(1))) == ["PRACK", "CANCEL"]
    assert starts(peer.reply(invite, 183, headers=reliable(2))) == ["PRACK"]


def test_a_reliable_response_to_our_reinvite_is_acknowledged_and_its_answer_kept() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 200, body=ANSWER)
    peer.stack.reinvite(session, OFFER, now=0.0)
    (again,) = peer.hear()
    assert isinstance(again, Request)
    heard = peer.reply(again, 183, headers=reliable(9), body=ANSWER)
    assert starts(heard) == ["PRACK"]
    assert isinstance(heard[0], Request)
    assert heard[0].header("RAck") == "9 2 INVITE"
    assert peer.reply(again, 183, headers=reliable(9), body=ANSWER) == []
    peer.reply(again, 200)
    assert peer.event(SessionReanswered).description is not None


# Forks.


def test_each_fork_has_its_own_early_dialog_and_the_one_that_answers_takes_over() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    for tag, number in (("one", 10), ("two", 500)):
        contact = f"<sip:{tag}@192.0.2.2:5070>"
        (sent,) = peer.reply(invite, 183, tag=tag, headers=reliable(number), body=ANSWER, contact=contact)
        assert isinstance(sent, Request)
        assert (sent.to.tag, sent.cseq.number) == (tag, 2)
        assert sent.uri_text == f"sip:{tag}@192.0.2.2:5070"
    (sent,) = peer.reply(invite, 180, tag="one", headers=reliable(11))
    assert sent.cseq.number == 3
    forks = [event.fork for event in peer.events if isinstance(event, SessionRinging)]
    assert forks == ["one", "two", "one"]
    peer.reply(invite, 200, tag="two", contact="<sip:two@192.0.2.2:5070>")
    assert peer.event(SessionAnswered).fork == "two"
    assert session.remote_tag == "two"
    heard = peer.reply(invite, 200, tag="one", contact="<sip:one@192.0.2.2:5070>")
    assert starts(heard) == ["ACK", "BYE"]
    assert [each.cseq.number for each in heard] == [1, 4]
    peer.stack.end(session, now=0.0)
    (bye,) = peer.hear()
    assert bye.cseq.number == 3


def test_requests_in_each_early_dialog_are_matched_and_strangers_are_not() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    for tag in ("one", "two"):
        peer.reply(invite, 183, tag=tag, headers=reliable(1), body=ANSWER)
    for tag, cseq in (("one", 50), ("two", 7)):
        peer.say_inside(session, "UPDATE", from_tag=tag, cseq=cseq, body=OFFER, branch=f"z9hG4bK-{tag}")
        peer.stack.accept_reoffer(session, ANSWER, now=0.0)
        assert starts(peer.hear()) == [200]
    assert starts(peer.say_inside(session, "UPDATE", from_tag="three", cseq=1)) == [481]
    assert starts(peer.say_inside(session, "PRACK", from_tag="one", cseq=51, branch="z9hG4bK-x")) == [481]


def test_199_ends_an_early_dialog_and_rings_nobody() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 180, tag="one")
    peer.reply(invite, 199, tag="one")
    assert [event.status for event in peer.events if isinstance(event, SessionRinging)] == [180]
    assert starts(peer.say_inside(session, "UPDATE", from_tag="one", cseq=1)) == [481]
    assert starts(peer.reply(invite, 200, tag="two", body=ANSWER)) == ["ACK"]


def test_a_peer_that_makes_up_early_dialogs_costs_no_more_than_a_few() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    sent = sum(len(peer.reply(invite, 180, tag=f"t{each}", headers=reliable(1))) for each in range(100))
    assert sent == MOST_EARLY
    peer.stack.end(session, now=0.0)
    peer.hear()
    peer.reply(invite, 487)
    peer.assert_over()


def test_a_bye_that_overtakes_the_2xx_ends_the_call_as_soon_as_it_begins() -> None:
    for ringing in (True, False):
        peer = Peer()
        session, invite = peer.placed_call()
        if ringing:
            peer.reply(invite, 180)
        assert starts(peer.say_inside(session, "BYE", from_tag="p1")) == [200]
        assert starts(peer.reply(invite, 200, body=ANSWER)) == ["ACK"]
        assert peer.event(SessionEnded).by == "remote"
        peer.assert_over()


def test_an_offer_of_a_fork_that_loses_does_not_stay_open_in_the_one_that_answers() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    for tag in ("one", "two"):
        peer.reply(invite, 183, tag=tag, headers=reliable(1), body=ANSWER)
    assert peer.say_inside(session, "UPDATE", from_tag="one", cseq=1, body=OFFER) == []
    peer.reply(invite, 200, tag="two")
    peer.stack.accept_reoffer(session, ANSWER, now=0.0)
    assert starts(peer.hear()) == [200]
    assert not session.turn.is_open


def test_a_2xx_without_contact_is_reached_where_its_early_dialog_was() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 180, contact="<sip:desk@192.0.2.2:5070>")
    (ack,) = peer.reply(invite, 200, body=ANSWER, contact=None)
    assert isinstance(ack, Request)
    assert ack.uri_text == "sip:desk@192.0.2.2:5070"
    assert session.state.name == "CONFIRMED"


def test_a_reinvite_of_ours_that_the_peer_never_answers_is_forgotten_after_its_bye() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 200, body=ANSWER)
    peer.stack.reinvite(session, OFFER, now=0.0)
    (again,) = peer.hear()
    assert isinstance(again, Request)
    assert starts(peer.say_inside(session, "BYE", cseq=9)) == [200]
    assert peer.reply(again, 100) == []
    peer.assert_over()


def test_a_2xx_without_any_answer_leaves_no_offer_open() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 200)
    assert not session.turn.is_open


def test_a_prack_that_was_overtaken_and_refused_is_sent_anew() -> None:
    """RFC 3261 s.12.2.2: whoever gets a lower number than before says 500, and keeps waiting for its PRACK."""
    peer = Peer()
    _, invite = peer.placed_call()
    (first,) = peer.reply(invite, 183, headers=reliable(7), body=ANSWER)
    assert isinstance(first, Request)
    peer.reply(first, 500)
    (second,) = peer.reply(invite, 183, headers=reliable(7), body=ANSWER)
    assert isinstance(second, Request)
    assert (second.header("RAck"), second.cseq.number) == ("7 1 INVITE", 3)
    peer.reply(second, 200)
    assert peer.reply(invite, 183, headers=reliable(7), body=ANSWER) == []


def test_a_prack_that_is_sent_anew_answers_the_offer_again() -> None:
    """RFC 3262 s.5: else the peer's offer would stay open for good."""
    peer = Peer()
    session, invite = peer.placed_call(body=None)
    peer.reply(invite, 183, headers=reliable(7), body=OFFER)
    peer.stack.acknowledge(session, ANSWER, now=0.0)
    (first,) = peer.hear()
    assert isinstance(first, Request)
    peer.reply(first, 500)
    (second,) = peer.reply(invite, 183, headers=reliable(7), body=OFFER)
    assert (second.body, second.header("Content-Type")) == (ANSWER, "application/sdp")
