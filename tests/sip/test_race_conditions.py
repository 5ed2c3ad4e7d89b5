"""The flows of RFC 5407, each by the number of its section, with both ends ours and the wire scripted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.secret import Secret
from sip.digest.login import Login
from sip.events import SessionConfirmed, SessionEnded
from sip.message import Request, Response
from sip.stack import CallerIdentity, Target
from tests.kit.builders import ANSWER, LOCAL, OFFER, PEER, request
from tests.kit.calls import Call
from tests.kit.phone import Peer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kit.wire import Fate


def slow(*starts: bytes, after: float = 0.3) -> Callable[[int, bytes], Fate]:
    """A fate that holds up the first datagram that begins so; all others take 10 ms."""
    held: set[bytes] = set()

    def fate(_count: int, data: bytes) -> Fate:
        for start in starts:
            if data.startswith(start) and start not in held:
                held.add(start)
                return (after,)
        return (0.01,)

    return fate


def both_are_over(call: Call) -> None:
    call.run()
    call.assert_over()
    finals = {"SessionEnded", "SessionRefused", "SessionCancelled"}
    for end in (call.alice, call.bob):
        assert sum(kind in finals for kind in end.kinds()) == 1


def test_3_1_1_callee_receives_the_initial_invite_again_after_its_200() -> None:
    """The 180 and the 200 are late; the INVITE that repeats itself makes no second call."""
    call = Call(answer_after=0.2, fate=slow(b"SIP/2.0 180", b"SIP/2.0 200", after=0.9))
    call.wire.at(5.0, call.alice_ends)
    both_are_over(call)
    assert call.bob.kinds().count("InviteReceived") == 1


def test_3_1_2_callee_receives_cancel_when_it_has_answered() -> None:
    """CANCEL and 200 cross: the CANCEL is answered, the 200 acknowledged, and the call ended by BYE."""
    call = Call(answer_after=1.0)
    call.wire.at(1.005, call.alice_ends)
    both_are_over(call)
    assert call.wire.starts(PEER)[-3:] == ["CANCEL", "ACK", "BYE"]
    assert "SessionEnded" in call.bob.kinds()


def test_3_1_3_callee_receives_the_bye_of_an_early_dialog_when_it_has_answered() -> None:
    """The caller gives up by BYE before it has seen our 200: answered, ended, and its late ACK is nobody's."""
    peer = Peer()
    session = peer.call()
    peer.stack.ring(session, now=0.0)
    peer.stack.answer(session, ANSWER, now=0.0)
    peer.hear()
    bye = request("BYE", to_tag=session.local_tag, cseq=2, branch="z9hG4bK-b")
    assert [getattr(each, "status", 0) for each in peer.say(bye)] == [200]
    assert peer.event(SessionEnded).by == "remote"
    assert peer.say(request("ACK", to_tag=session.local_tag, branch="z9hG4bK-a")) == []
    assert peer.wait(40.0) == []
    peer.assert_over()


def test_3_1_4_callee_receives_a_reinvite_before_the_ack() -> None:
    """The ACK is late, the re-INVITE first: 491, and the caller tries again."""
    call = Call(fate=slow(b"ACK"))
    call.wire.at(0.1, lambda: offer(call, "INVITE"))
    call.wire.at(20.0, call.alice_ends)
    both_are_over(call)
    assert "491" in call.wire.starts(LOCAL)
    assert "SessionReanswered" in call.alice.kinds()


def test_3_1_5_callee_receives_a_reinvite_before_the_ack_that_holds_the_answer() -> None:
    peer = Peer()
    session = peer.call(body=b"")
    peer.stack.answer(session, OFFER, now=0.0)
    peer.hear()
    again = request("INVITE", to_tag=session.local_tag, cseq=2, branch="z9hG4bK-r", body=OFFER)
    assert [getattr(each, "status", 0) for each in peer.say(again)] == [491]
    peer.say(request("ACK", to_tag=session.local_tag, branch="z9hG4bK-a", body=ANSWER))
    assert peer.event(SessionConfirmed).description is not None
    again = request("INVITE", to_tag=session.local_tag, cseq=3, branch="z9hG4bK-s", body=OFFER)
    peer.say(again)
    assert peer.kinds()[-1] == "SessionReoffered"


def test_3_1_6_callee_receives_bye_before_the_ack() -> None:
    call = Call(fate=slow(b"ACK"))
    call.wire.at(0.1, call.alice_ends)
    both_are_over(call)
    ended = call.bob.last(SessionEnded)
    assert isinstance(ended, SessionEnded)
    assert ended.by == "remote"


def test_3_2_1_both_hang_up_at_once() -> None:
    call = Call()
    call.wire.at(5.0, call.alice_ends)
    call.wire.at(5.0, call.bob_ends)
    both_are_over(call)
    assert call.wire.starts()[-4:] == ["BYE", "BYE", "200", "200"]


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_3_2_2_an_offer_comes_to_who_has_just_hung_up(method: str) -> None:
    call = Call()
    call.wire.at(5.0, lambda: offer(call, method))
    call.wire.at(5.0, call.bob_ends)
    both_are_over(call)
    assert "481" in call.wire.starts(LOCAL)


def test_3_2_3_the_200_of_our_reinvite_comes_after_our_bye_and_is_acknowledged() -> None:
    call = Call()
    call.wire.at(5.0, lambda: offer(call, "INVITE"))
    call.wire.at(5.005, call.alice_ends)
    both_are_over(call)
    assert call.wire.starts(PEER)[-2:] == ["BYE", "ACK"]


def test_3_2_4_callee_receives_the_ack_when_it_has_hung_up() -> None:
    """BYE has to wait for the ACK (RFC 3261 s.15): it follows as soon as that one is there."""
    call = Call(fate=slow(b"ACK", after=3.0))
    call.wire.at(0.1, call.bob_ends)
    both_are_over(call)
    before, _ = " ".join(call.wire.starts()).split(" BYE", 1)
    assert before.count("ACK") == 2  # the first is still on its way


def test_the_bye_overtakes_the_200_of_its_call() -> None:
    call = Call(answer_after=1.0, fate=slow(b"SIP/2.0 200"))
    call.wire.at(1.05, call.bob_ends)
    both_are_over(call)
    assert call.wire.starts().count("BYE") == 1


@pytest.mark.parametrize("theirs", ["INVITE", "UPDATE"])
@pytest.mark.parametrize("ours", ["INVITE", "UPDATE"])
def test_3_3_1_and_3_3_2_reinvite_and_update_cross(ours: str, theirs: str) -> None:
    call = Call()
    call.wire.at(5.0, lambda: offer(call, ours))
    call.wire.at(5.0, lambda: offer(call, theirs, by_bob=True))
    call.wire.at(30.0, call.alice_ends)
    both_are_over(call)
    assert call.wire.starts().count("491") == 2
    assert "SessionReanswered" in call.bob.kinds()


def test_3_3_3_a_refer_comes_to_who_has_just_hung_up() -> None:
    peer = Peer()
    session = peer.answered_call(body=ANSWER)
    peer.stack.end(session, now=0.0)
    peer.hear()
    headers = (("Refer-To", "<sip:carol@192.0.2.3>"),)
    refer = request("REFER", to_tag=session.local_tag, cseq=2, branch="z9hG4bK-f", headers=headers)
    (answer,) = peer.say(refer)
    assert isinstance(answer, Response)
    assert answer.status in (481, 603)
    bye = request("BYE", to_tag=session.local_tag, cseq=3, branch="z9hG4bK-b")
    assert [getattr(each, "status", 0) for each in peer.say(bye)] == [200]


def test_a_bye_is_repeated_when_its_200_was_lost() -> None:
    lost: list[bytes] = []

    def fate(_count: int, data: bytes) -> Fate:
        if data.startswith(b"SIP/2.0 200") and b" BYE\r\n" in data and not lost:
            lost.append(data)
            return ()
        return (0.01,)

    call = Call(fate=fate)
    call.wire.at(5.0, call.alice_ends)
    both_are_over(call)
    assert call.wire.starts(PEER).count("BYE") == 2


def test_a_refusal_and_a_cancel_cross() -> None:
    call = Call(answer_after=None)
    call.wire.at(0.5, lambda: call.bob.stack.ring(call.bobs, now=call.wire.now))
    call.wire.at(1.0, lambda: call.bob.stack.reject(call.bobs, 486, now=call.wire.now))
    call.wire.at(1.005, call.alice_ends)
    call.run()
    call.assert_over()
    assert set(call.wire.starts(LOCAL)[-2:]) == {"486", "200"}


def test_the_cancel_of_an_invite_sent_again_waits_for_an_answer_to_that_one() -> None:
    """RFC 3261 s.9.1: the 100 to the INVITE that was challenged says nothing of the next."""
    peer = Peer()
    login = Login("ann", Secret("secret"))
    target = Target("sip:bob@192.0.2.2:5070", login=login)
    session = peer.stack.invite(target, caller=CallerIdentity("ann"), body=OFFER, now=0.0)
    (first,) = peer.hear()
    assert isinstance(first, Request)
    peer.reply(first, 180)
    challenge = (("WWW-Authenticate", 'Digest realm="r", nonce="n", algorithm=MD5'),)
    heard = peer.reply(first, 401, headers=challenge)
    second = heard[-1]
    assert isinstance(second, Request)
    assert (second.method, second.cseq.number) == ("INVITE", 2)
    peer.stack.end(session, now=0.0)
    assert peer.hear() == []
    (cancel,) = peer.reply(second, 100, tag=None)
    assert isinstance(cancel, Request)
    assert (cancel.method, cancel.via.branch) == ("CANCEL", second.via.branch)


def test_prack_crosses_cancel() -> None:
    call = Call(answer_after=None)
    call.wire.at(1.0, lambda: call.bob.stack.ring(call.bobs, 183, ANSWER, now=call.wire.now))
    call.wire.at(1.01, call.alice_ends)
    both_are_over(call)


def test_the_200_of_an_early_update_is_lost() -> None:
    lost: list[bytes] = []

    def fate(_count: int, data: bytes) -> Fate:
        if data.startswith(b"SIP/2.0 200") and b" UPDATE\r\n" in data and not lost:
            lost.append(data)
            return ()
        return (0.01,)

    call = Call(answer_after=None, fate=fate)
    call.wire.at(1.0, lambda: call.bob.stack.ring(call.bobs, 183, ANSWER, now=call.wire.now))
    call.wire.at(2.0, lambda: offer(call, "UPDATE"))
    call.wire.at(2.1, lambda: call.bob.stack.answer(call.bobs, ANSWER, now=call.wire.now))
    call.wire.at(10.0, call.alice_ends)
    both_are_over(call)
    assert "SessionReanswered" in call.alice.kinds()


def offer(call: Call, method: str, *, by_bob: bool = False) -> None:
    end, session = (call.bob, call.bobs) if by_bob else (call.alice, call.ours)
    if method == "UPDATE":
        end.stack.update(session, OFFER, now=call.wire.now)
    else:
        end.stack.reinvite(session, OFFER, now=call.wire.now)
