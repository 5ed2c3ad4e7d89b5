"""Reliable provisional responses and PRACK (RFC 3262) as the callee, with offers in any of them (RFC 6337 s.2)."""

from __future__ import annotations

import pytest

from base.ids import SequenceIds
from sip.events import (
    SessionCancelled,
    SessionConfirmed,
    SessionEnded,
    SessionReanswered,
    SessionReoffered,
)
from sip.message import Request, Response
from sip.session.reliable import MOST_HELD, Reliability
from sip.stack import Stack
from tests.kit.builders import ANSWER, LOCAL, OFFER, Everybody, request
from tests.kit.calls import Call
from tests.kit.phone import Peer

REQUIRES = (("Require", "100rel"),)
SUPPORTS = (("Supported", "timer, 100rel"),)


def starts(heard: list[Request | Response]) -> list[int | str]:
    return [each.status if isinstance(each, Response) else each.method for each in heard]


def one(heard: list[Request | Response]) -> Response:
    (found,) = heard
    assert isinstance(found, Response)
    return found


def rseq(response: Response) -> int:
    return int(response.header("RSeq") or "0")


def prack(tag: str, number: int, cseq: int = 2, body: bytes = b"", rack: str | None = None) -> bytes:
    return request(
        "PRACK",
        to_tag=tag,
        cseq=cseq,
        branch=f"z9hG4bK-p{cseq}",
        headers=(("RAck", rack or f"{number} 1 INVITE"),),
        body=body,
    )


def test_a_caller_who_requires_it_gets_every_provisional_response_reliably() -> None:
    peer = Peer()
    session = peer.call(headers=REQUIRES)
    assert starts(peer.wait(0.3)) == [100]
    peer.stack.ring(session, now=peer.now)
    ringing = one(peer.hear())
    assert (ringing.status, ringing.header("Require")) == (180, "100rel")
    assert 1 <= rseq(ringing) < 2**31
    assert ringing.contacts
    assert ringing.to.tag == session.local_tag


def test_a_caller_who_supports_it_gets_early_media_reliably_and_ringing_as_ever() -> None:
    peer = Peer()
    session = peer.call(headers=SUPPORTS)
    peer.stack.ring(session, now=0.0)
    assert one(peer.hear()).header("RSeq") is None
    peer.stack.ring(session, 183, ANSWER, now=0.0)
    assert rseq(one(peer.hear()))


@pytest.mark.parametrize(
    ("wanted", "headers", "reliable"),
    [
        (Reliability.REQUIRED, SUPPORTS, [False, False]),
        (Reliability.ALWAYS, SUPPORTS, [True, True]),
        (Reliability.ALWAYS, (), [False, False]),
        (Reliability.REQUIRED, REQUIRES, [True, True]),
    ],
)
def test_what_is_sent_reliably_is_a_setting(
    wanted: Reliability, headers: tuple[tuple[str, str], ...], reliable: list[bool]
) -> None:
    peer = Peer(Stack(SequenceIds("a"), admission=Everybody(), reliability=lambda profile: wanted))
    peer.stack.listen("UDP", LOCAL)
    found = []
    for status, body in ((180, b""), (183, ANSWER)):
        session = peer.call(headers=headers, call_id=f"c{status}", branch=f"z9hG4bK-{status}")
        peer.stack.ring(session, status, body, now=0.0)
        found.append(one(peer.hear()).header("RSeq") is not None)
    assert found == reliable


def test_it_is_sent_again_with_doubled_pauses_until_its_prack_comes() -> None:
    peer = Peer()
    session = peer.call(headers=REQUIRES)
    peer.stack.ring(session, now=0.0)
    first = one(peer.hear())
    times = [step / 2 for step in range(1, 9) if peer.wait(0.5)]
    assert times == [0.5, 1.5, 3.5]
    assert starts(peer.say(prack(session.local_tag, rseq(first)))) == [200]
    assert peer.wait(60.0) == []
    assert session.state.name == "RECEIVED"


def test_a_response_that_is_never_acknowledged_ends_the_invite_with_504() -> None:
    peer = Peer()
    session = peer.call(headers=REQUIRES)
    peer.stack.ring(session, now=0.0)
    peer.hear()
    heard = starts(peer.wait(31.9))
    assert heard == [180] * 6
    assert starts(peer.wait(0.2)) == [504]
    ended = peer.event(SessionEnded)
    assert (ended.by, ended.status) == ("timeout", 504)
    peer.say(request("ACK", to_tag=session.local_tag))
    peer.assert_over()


def test_only_the_newest_wait_for_a_caller_who_acknowledges_nothing() -> None:
    """The phones that ring say 181 as often as they like, and we may not send the next (RFC 3262 s.3)."""
    peer = Peer()
    session = peer.call(headers=REQUIRES)
    for _ in range(1000):
        peer.stack.ring(session, 181, now=0.0)
    peer.stack.ring(session, 182, now=0.0)
    said = [rseq(one(peer.hear()))]
    heard = starts(peer.say(prack(session.local_tag, said[0])))
    for cseq in range(3, 20):
        said.append(said[-1] + 1)
        heard += starts(peer.say(prack(session.local_tag, said[-1], cseq=cseq)))
    assert [each for each in heard if each not in (200, 481)] == [181] * (MOST_HELD - 1) + [182]


def test_the_next_one_waits_for_the_prack_of_the_one_before() -> None:
    peer = Peer()
    session = peer.call(headers=REQUIRES)
    peer.stack.ring(session, now=0.0)
    first = one(peer.hear())
    peer.stack.ring(session, 181, now=0.0)
    peer.stack.ring(session, 183, ANSWER, now=0.0)
    assert peer.hear() == []
    heard = peer.say(prack(session.local_tag, rseq(first)))
    assert starts(heard) == [200, 181]
    heard = peer.say(prack(session.local_tag, rseq(first) + 1, cseq=3))
    assert starts(heard) == [200, 183]
    assert isinstance(heard[1], Response)
    assert rseq(heard[1]) == rseq(first) + 2
    assert heard[1].body == ANSWER


@pytest.mark.parametrize(
    ("rack", "status"),
    [
        ("{next} 1 INVITE", 481),
        ("{this} 2 INVITE", 481),
        ("{this} 1 UPDATE", 481),
        ("{this} 1", 400),
        ("x 1 INVITE", 400),
        ("99999999999999999999999 1 INVITE", 400),
        ("{this} 1 INVITE", 200),
    ],
)
def test_a_prack_must_name_the_response(rack: str, status: int) -> None:
    peer = Peer()
    session = peer.call(headers=REQUIRES)
    peer.stack.ring(session, now=0.0)
    number = rseq(one(peer.hear()))
    named = rack.format(this=number, next=number + 1)
    assert starts(peer.say(prack(session.local_tag, 0, rack=named))) == [status]


def test_a_prack_without_rack_is_400_and_a_second_prack_481_but_a_repeated_one_200() -> None:
    peer = Peer()
    session = peer.call(headers=REQUIRES)
    peer.stack.ring(session, now=0.0)
    number = rseq(one(peer.hear()))
    bare = request("PRACK", to_tag=session.local_tag, cseq=2, branch="z9hG4bK-x")
    assert starts(peer.say(bare)) == [400]
    data = prack(session.local_tag, number, cseq=3)
    assert starts(peer.say(data)) == [200]
    assert starts(peer.say(data)) == [200]
    assert starts(peer.say(prack(session.local_tag, number, cseq=4))) == [481]


@pytest.mark.parametrize(("tag", "headers"), [("unknown", ()), (None, ())])
def test_a_prack_of_nothing_is_481(tag: str | None, headers: tuple[tuple[str, str], ...]) -> None:
    peer = Peer()
    peer.call()
    data = request("PRACK", to_tag=tag, cseq=2, branch="z9hG4bK-p", headers=(("RAck", "1 1 INVITE"),))
    assert starts(peer.say(data)) == [481]
    assert headers == ()


def test_a_200_waits_until_the_answer_in_the_183_is_acknowledged_and_does_not_repeat_it() -> None:
    peer = Peer()
    session = peer.call(headers=SUPPORTS)
    peer.stack.ring(session, 183, ANSWER, now=0.0)
    number = rseq(one(peer.hear()))
    peer.stack.answer(session, ANSWER, now=0.0)
    assert peer.hear() == []
    assert session.state.name == "ANSWERING"
    heard = peer.say(prack(session.local_tag, number))
    assert starts(heard) == [200, 200]
    assert [each.cseq.method for each in heard] == ["PRACK", "INVITE"]
    assert heard[1].body == b""
    peer.say(request("ACK", branch="z9hG4bK-a", to_tag=session.local_tag))
    assert peer.event(SessionConfirmed).description is None


def test_a_200_does_not_wait_for_the_prack_of_a_180_without_sdp() -> None:
    peer = Peer()
    session = peer.call(headers=REQUIRES)
    peer.stack.ring(session, now=0.0)
    number = rseq(one(peer.hear()))
    peer.stack.answer(session, ANSWER, now=0.0)
    answer = one(peer.hear())
    assert (answer.status, answer.body) == (200, ANSWER)
    peer.say(request("ACK", branch="z9hG4bK-a", to_tag=session.local_tag))
    assert starts(peer.say(prack(session.local_tag, number))) == [200]
    assert peer.wait(60) == []


def test_a_200_answers_what_only_an_unreliable_183_previewed() -> None:
    peer = Peer()
    session = peer.call()
    peer.stack.ring(session, 183, ANSWER, now=0.0)
    peer.hear()
    peer.stack.answer(session, ANSWER, now=0.0)
    assert one(peer.hear()).body == ANSWER


@pytest.mark.parametrize(("way", "told"), [("CANCEL", SessionCancelled), ("BYE", SessionCancelled)])
def test_a_caller_may_give_up_while_our_answer_waits(way: str, told: type) -> None:
    peer = Peer()
    session = peer.call(headers=SUPPORTS)
    peer.stack.ring(session, 183, ANSWER, now=0.0)
    peer.hear()
    peer.stack.answer(session, ANSWER, now=0.0)
    data = (
        request("CANCEL")
        if way == "CANCEL"
        else request("BYE", to_tag=session.local_tag, cseq=2, branch="z9hG4bK-b")
    )
    assert starts(peer.say(data)) == [200, 487]
    assert isinstance(peer.events[-1], told) or told.__name__ in peer.kinds()
    peer.say(request("ACK", to_tag=session.local_tag))
    peer.assert_over()


def test_we_may_refuse_while_our_answer_waits_and_it_is_504_when_no_prack_comes() -> None:
    for refusing in (True, False):
        peer = Peer()
        session = peer.call(headers=SUPPORTS)
        peer.stack.ring(session, 183, ANSWER, now=0.0)
        peer.hear()
        peer.stack.answer(session, ANSWER, now=0.0)
        if refusing:
            peer.stack.end(session, now=0.0)
            assert starts(peer.hear()) == [480]
        else:
            assert starts(peer.wait(32.1))[-1] == 504
        peer.say(request("ACK", to_tag=session.local_tag))
        peer.assert_over()


def test_an_offer_in_a_prack_is_answered_in_its_200_and_the_call_answered_after_it() -> None:
    peer = Peer()
    session = peer.call(headers=SUPPORTS)
    peer.stack.ring(session, 183, ANSWER, now=0.0)
    number = rseq(one(peer.hear()))
    assert peer.say(prack(session.local_tag, number, body=OFFER)) == []
    assert peer.event(SessionReoffered).offer is not None
    peer.stack.answer(session, ANSWER, now=0.0)
    assert peer.hear() == []
    peer.stack.accept_reoffer(session, ANSWER, now=0.0)
    heard = peer.hear()
    assert [(each.cseq.method, each.body) for each in heard] == [("PRACK", ANSWER), ("INVITE", b"")]


def test_an_offer_in_a_prack_may_be_refused() -> None:
    peer = Peer()
    session = peer.call(headers=SUPPORTS)
    peer.stack.ring(session, 183, ANSWER, now=0.0)
    number = rseq(one(peer.hear()))
    peer.say(prack(session.local_tag, number, body=OFFER))
    peer.stack.refuse_reoffer(session, 488, now=0.0)
    assert starts(peer.hear()) == [488]
    peer.stack.answer(session, ANSWER, now=0.0)
    assert starts(peer.hear()) == [200]


def test_an_offer_in_a_prack_before_our_answer_is_none() -> None:
    peer = Peer()
    session = peer.call(headers=REQUIRES)
    peer.stack.ring(session, now=0.0)
    number = rseq(one(peer.hear()))
    answer = one(peer.say(prack(session.local_tag, number, body=OFFER)))
    assert (answer.status, answer.body) == (200, b"")
    assert "SessionReoffered" not in peer.kinds()


def test_broken_sdp_in_a_prack_is_400() -> None:
    peer = Peer()
    session = peer.call(headers=SUPPORTS)
    peer.stack.ring(session, 183, ANSWER, now=0.0)
    number = rseq(one(peer.hear()))
    assert starts(peer.say(prack(session.local_tag, number, body=b"nonsense"))) == [400]


def test_our_offer_in_a_reliable_response_is_answered_by_the_prack() -> None:
    peer = Peer()
    session = peer.call(headers=REQUIRES, body=b"")
    peer.stack.ring(session, 183, OFFER, now=0.0)
    offered = one(peer.hear())
    assert offered.body == OFFER
    assert starts(peer.say(prack(session.local_tag, rseq(offered), body=ANSWER))) == [200]
    assert peer.event(SessionReanswered).description is not None
    peer.stack.answer(session, OFFER, now=0.0)
    assert one(peer.hear()).body == b""
    peer.say(request("ACK", branch="z9hG4bK-a", to_tag=session.local_tag))
    assert session.state.name == "CONFIRMED"


def test_our_offer_that_the_prack_does_not_answer_is_made_again_in_the_200() -> None:
    peer = Peer()
    session = peer.call(headers=REQUIRES, body=b"")
    peer.stack.ring(session, 183, OFFER, now=0.0)
    assert starts(peer.say(prack(session.local_tag, rseq(one(peer.hear()))))) == [200]
    assert peer.event(SessionReanswered).description is None
    peer.stack.answer(session, OFFER, now=0.0)
    assert one(peer.hear()).body == OFFER
    peer.say(request("ACK", branch="z9hG4bK-a", to_tag=session.local_tag, body=ANSWER))
    assert peer.event(SessionConfirmed).description is not None


def test_an_update_after_the_prack_changes_the_early_session() -> None:
    peer = Peer()
    session = peer.call(headers=SUPPORTS)
    peer.stack.ring(session, 183, ANSWER, now=0.0)
    peer.say(prack(session.local_tag, rseq(one(peer.hear()))))
    peer.say(request("UPDATE", to_tag=session.local_tag, cseq=3, branch="z9hG4bK-u", body=OFFER))
    peer.stack.accept_reoffer(session, ANSWER, now=0.0)
    assert one(peer.hear()).body == ANSWER


@pytest.mark.parametrize(
    "start", [b"SIP/2.0 180", b"SIP/2.0 183", b"PRACK", b"SIP/2.0 200", b"INVITE", b"ACK"]
)
def test_whatever_is_lost_once_the_call_with_early_media_comes_up(start: bytes) -> None:
    lost: list[bytes] = []

    def fate(_count: int, data: bytes) -> tuple[float, ...]:
        if data.startswith(start) and not lost:
            lost.append(data)
            return ()
        return (0.01,)

    call = Call(answer_after=None, fate=fate)
    call.wire.at(1.0, lambda: call.bob.stack.ring(call.bobs, 183, ANSWER, now=call.wire.now))
    call.wire.at(5.0, lambda: call.bob.stack.answer(call.bobs, ANSWER, now=call.wire.now))
    call.wire.at(40.0, call.alice_ends)
    call.run()
    assert "SessionAnswered" in call.alice.kinds()
    assert "SessionConfirmed" in call.bob.kinds()
    assert lost or start == b"SIP/2.0 180"
    call.assert_over()
