"""UPDATE (RFC 3311) in early and confirmed dialogs, both roles, and offers that cross (RFC 3261 s.14.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sip.events import SessionEnded, SessionReanswered, SessionReoffered, SessionReofferRefused
from sip.message import Request, Response
from sip.session.glare import MOST_GLARES, pause
from tests.kit.builders import ANSWER, LOCAL, OFFER, request
from tests.kit.calls import Call
from tests.kit.phone import Peer

if TYPE_CHECKING:
    from sip.session.session import Session

HELD = OFFER + b"a=sendonly\r\n"
ALLOW = (("Allow", "INVITE, ACK, BYE, CANCEL, UPDATE"),)


def starts(heard: list[Request | Response]) -> list[int | str]:
    return [each.status if isinstance(each, Response) else each.method for each in heard]


def update(tag: str, cseq: int = 2, body: bytes = b"", contact: str | None = None) -> bytes:
    return request(
        "UPDATE",
        to_tag=tag,
        cseq=cseq,
        branch=f"z9hG4bK-u{cseq}",
        body=body,
        contact=contact or "<sip:bob@192.0.2.2:5070>",
    )


def test_an_update_without_offer_refreshes_the_target_and_is_answered_at_once() -> None:
    peer = Peer()
    session = peer.answered_call()
    (answer,) = peer.say(update(session.local_tag, contact="<sip:new@192.0.2.2:5071>"))
    assert isinstance(answer, Response)
    assert answer.status == 200
    assert answer.body == b""
    assert answer.contacts[0].uri_text == "sip:192.0.2.1:5060"
    assert "SessionReoffered" not in peer.kinds()
    peer.stack.end(session, now=0.0)
    (bye,) = peer.hear()
    assert isinstance(bye, Request)
    assert bye.uri_text == "sip:new@192.0.2.2:5071"


def test_an_update_with_an_offer_is_answered_by_whoever_owns_the_session() -> None:
    peer = Peer()
    session = peer.answered_call(body=ANSWER)
    assert peer.say(update(session.local_tag, body=HELD)) == []
    offer = peer.event(SessionReoffered).offer
    assert offer is not None
    assert offer.media[0].direction == "sendonly"
    peer.stack.accept_reoffer(session, ANSWER, now=0.0)
    (answer,) = peer.hear()
    assert (answer.body, answer.header("Content-Type")) == (ANSWER, "application/sdp")
    peer.stack.accept_reoffer(session, ANSWER, now=0.0)
    assert peer.hear() == []


def test_a_refused_update_leaves_the_session_as_it_was() -> None:
    peer = Peer()
    session = peer.answered_call(body=ANSWER)
    peer.say(update(session.local_tag, body=HELD, contact="<sip:new@192.0.2.2:5071>"))
    peer.stack.refuse_reoffer(session, 488, now=0.0)
    assert starts(peer.hear()) == [488]
    assert session.dialog is not None
    assert session.dialog.target == "sip:bob@192.0.2.2:5070"
    assert peer.say(update(session.local_tag, cseq=3, body=OFFER)) == []


def test_a_second_update_before_the_first_is_answered_gets_500_with_retry_after() -> None:
    peer = Peer()
    session = peer.answered_call(body=ANSWER)
    peer.say(update(session.local_tag, body=HELD))
    (answer,) = peer.say(update(session.local_tag, cseq=3, body=HELD))
    assert starts([answer]) == [500]
    assert 0 <= int(answer.header("Retry-After") or "-1") <= 10


def test_an_update_while_our_offer_is_open_is_491() -> None:
    peer = Peer()
    session = peer.answered_call(body=ANSWER)
    peer.stack.reinvite(session, OFFER, now=0.0)
    peer.hear()
    assert starts(peer.say(update(session.local_tag, body=HELD))) == [491]
    assert starts(peer.say(update(session.local_tag, cseq=3))) == [200]


def test_an_update_before_the_invites_offer_is_answered_is_500() -> None:
    peer = Peer()
    session = peer.call()
    peer.stack.ring(session, now=0.0)
    peer.hear()
    (answer,) = peer.say(update(session.local_tag, body=HELD))
    assert starts([answer]) == [500]
    assert answer.header("Retry-After") is not None
    assert starts(peer.say(update(session.local_tag, cseq=3))) == [200]


def test_a_reinvite_while_an_update_is_open_is_500_and_while_ours_is_open_491() -> None:
    peer = Peer()
    session = peer.answered_call(body=ANSWER, headers=ALLOW)
    peer.say(update(session.local_tag, body=HELD))
    again = request("INVITE", to_tag=session.local_tag, cseq=3, branch="z9hG4bK-r", body=OFFER)
    assert starts(peer.say(again)) == [500]
    peer.stack.accept_reoffer(session, ANSWER, now=0.0)
    peer.hear()
    assert peer.stack.update(session, OFFER, now=0.0)
    assert starts(peer.hear()) == ["UPDATE"]
    again = request("INVITE", to_tag=session.local_tag, cseq=4, branch="z9hG4bK-s", body=OFFER)
    assert starts(peer.say(again)) == [491]


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({"to_tag": "none"}, 481),
        ({"body": b"nonsense"}, 400),
        ({"body": b"x", "content_type": "text/plain"}, 415),
        ({"contact": "<mailto:a@b>"}, 400),
        ({"headers": (("Require", "nothing-we-know"),)}, 420),
    ],
)
def test_an_update_that_cannot_be_served_gets_its_status(parts: dict[str, object], status: int) -> None:
    peer = Peer()
    session = peer.answered_call()
    tag = parts.pop("to_tag", session.local_tag)
    data = request("UPDATE", to_tag=tag, cseq=2, branch="z9hG4bK-u", **parts)  # type: ignore[arg-type]
    assert starts(peer.say(data)) == [status]


def test_an_update_outside_any_dialog_is_481() -> None:
    assert Peer().say_request("UPDATE").status == 481


def test_an_update_that_waits_when_the_call_ends_is_487() -> None:
    peer = Peer()
    session = peer.answered_call(body=ANSWER)
    peer.say(update(session.local_tag, body=HELD))
    bye = request("BYE", to_tag=session.local_tag, cseq=3, branch="z9hG4bK-bye")
    assert sorted(map(str, starts(peer.say(bye)))) == ["200", "487"]
    peer.assert_over()


def test_we_know_whether_the_peer_takes_update() -> None:
    assert Peer().answered_call(headers=ALLOW).allows_update
    assert not Peer().answered_call().allows_update
    peer = Peer()
    session, invite = peer.placed_call()
    known = [session.allows_update]
    peer.reply(invite, 180, headers=ALLOW)
    known.append(session.allows_update)
    peer.reply(invite, 200, body=ANSWER)
    known.append(session.allows_update)
    peer.stack.end(session, now=0.0)
    known.append(session.allows_update)
    assert known == [False, True, True, False]


def test_our_update_refreshes_an_early_and_a_confirmed_dialog() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    assert not peer.stack.update(session, now=0.0)
    peer.reply(invite, 180, headers=ALLOW)
    assert peer.stack.update(session, headers=(("X-Why", "refresh"),), now=0.0)
    (first,) = peer.hear()
    assert isinstance(first, Request)
    assert (first.method, first.cseq.number, first.header("X-Why")) == ("UPDATE", 2, "refresh")
    assert first.to.tag == "p1"
    assert not peer.stack.update(session, now=0.0)
    peer.reply(first, 200, contact="<sip:moved@192.0.2.2:5070>")
    peer.reply(invite, 200, body=ANSWER)
    peer.stack.end(session, now=0.0)
    (bye,) = peer.hear()
    assert isinstance(bye, Request)
    assert bye.cseq.number == 3
    assert "SessionReanswered" not in peer.kinds()
    peer.reply(bye, 200)
    peer.assert_over()


def test_our_offer_in_an_update_is_answered_or_refused() -> None:
    peer = Peer()
    session = peer.answered_call(body=ANSWER)
    peer.stack.update(session, OFFER, now=0.0)
    (sent,) = peer.hear()
    assert isinstance(sent, Request)
    assert sent.header("Content-Type") == "application/sdp"
    peer.reply(sent, 200, body=ANSWER)
    assert peer.event(SessionReanswered).description is not None
    peer.stack.update(session, OFFER, now=0.0)
    (sent,) = peer.hear()
    assert isinstance(sent, Request)
    peer.reply(sent, 488)
    assert peer.event(SessionReofferRefused).status == 488
    assert session.state.name == "CONFIRMED"


def test_an_offer_of_ours_before_the_first_exchange_is_over_is_refused_here() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 180, headers=ALLOW)
    assert not peer.stack.update(session, OFFER, now=0.0)
    assert peer.hear() == []
    assert peer.event(SessionReofferRefused).status == 491


@pytest.mark.parametrize("status", [408, 481, None])
def test_an_update_to_a_peer_that_is_gone_ends_the_call(status: int | None) -> None:
    peer = Peer()
    session = peer.answered_call(body=ANSWER)
    peer.stack.update(session, now=0.0)
    (sent,) = peer.hear()
    assert isinstance(sent, Request)
    if status is None:
        peer.wait(33.0)
    else:
        assert starts(peer.reply(sent, status)) == ["BYE"]
    assert peer.event(SessionEnded).by == "timeout"
    peer.assert_over()


@pytest.mark.parametrize("method", ["UPDATE", "INVITE"])
@pytest.mark.parametrize(("owner", "least", "most"), [(True, 2.1, 4.0), (False, 0.0, 2.0)])
def test_after_a_491_we_wait_and_offer_again(method: str, least: float, most: float, *, owner: bool) -> None:
    peer = Peer()
    session = _confirmed(peer, owner=owner)
    _offer(peer, session, method)
    (sent,) = peer.hear()
    assert isinstance(sent, Request)
    peer.reply(sent, 491)
    assert "SessionReofferRefused" not in peer.kinds()
    before = peer.now
    again: list[Request | Response] = []
    while not again:
        again = peer.wait(0.01)
        assert peer.now - before < 5
    assert least <= peer.now - before <= most + 0.01
    (second,) = again
    assert isinstance(second, Request)
    assert (second.method, second.body) == (method, OFFER)
    assert second.cseq.number == sent.cseq.number + 1
    peer.reply(second, 200, body=ANSWER)
    assert peer.event(SessionReanswered).description is not None


@pytest.mark.parametrize("method", ["UPDATE", "INVITE"])
@pytest.mark.parametrize("theirs", ["UPDATE", "INVITE"])
def test_an_offer_of_the_peers_goes_before_ours_that_waits_after_a_491(method: str, theirs: str) -> None:
    peer = Peer()
    session = _confirmed(peer, owner=True)
    _offer(peer, session, method)
    (sent,) = peer.hear()
    assert isinstance(sent, Request)
    peer.reply(sent, 491)
    peer.say_inside(session, theirs, cseq=7, body=HELD)
    assert peer.kinds()[-2:] == ["SessionReofferRefused", "SessionReoffered"]
    peer.stack.accept_reoffer(session, ANSWER, now=peer.now)
    assert starts(peer.hear()) == [200]
    if theirs == "INVITE":
        peer.say_inside(session, "ACK", cseq=7, branch="z9hG4bK-a")
    assert peer.wait(60.0) == []


def test_a_peer_that_answers_everything_with_491_is_not_asked_for_ever() -> None:
    peer = Peer()
    session = _confirmed(peer, owner=True)
    peer.stack.reinvite(session, OFFER, now=0.0)
    heard, tries = peer.hear(), 0
    while heard:
        sent = heard[0]
        assert isinstance(sent, Request)
        tries += 1
        peer.reply(sent, 491)
        heard = [each for each in peer.wait(5.0) if isinstance(each, Request) and each.method == "INVITE"]
    assert tries == MOST_GLARES
    assert peer.event(SessionReofferRefused).status == 491


@pytest.mark.parametrize("owner", [True, False])
def test_the_pause_is_drawn_in_steps_of_10_ms(*, owner: bool) -> None:
    class Drawn:
        def __init__(self, number: int) -> None:
            self._number = number

        def number(self, bits: int = 32) -> int:
            return self._number

    pauses = {pause(Drawn(number), owner=owner) for number in range(1000)}  # type: ignore[arg-type]
    assert (min(pauses), max(pauses)) == ((2.1, 4.0) if owner else (0.0, 2.0))


def test_a_reinvite_of_ours_waits_for_the_ack_of_theirs() -> None:
    peer = Peer()
    session = peer.answered_call(body=ANSWER)
    peer.say_inside(session, "INVITE", cseq=2, body=HELD)
    peer.stack.accept_reoffer(session, ANSWER, now=0.0)
    peer.stack.reinvite(session, OFFER, now=0.0)
    assert starts(peer.hear()) == [200]
    assert starts(peer.say_inside(session, "ACK", cseq=2, branch="z9hG4bK-a")) == ["INVITE"]
    assert "SessionReofferRefused" not in peer.kinds()


def test_offers_that_cross_on_the_wire_are_both_made_in_the_end() -> None:
    call = Call()
    call.wire.at(5.0, lambda: call.alice.stack.reinvite(call.ours, OFFER, now=call.wire.now))
    call.wire.at(5.0, lambda: call.bob.stack.reinvite(call.bobs, OFFER, now=call.wire.now))
    call.wire.at(30.0, call.alice_ends)
    call.run()
    assert call.wire.starts().count("491") == 2
    for end in (call.alice, call.bob):
        assert end.kinds().count("SessionReanswered") + end.kinds().count("SessionReofferRefused") == 1
    assert call.bob.kinds().count("SessionReanswered") == 1
    assert call.wire.starts(LOCAL).count("INVITE") == 2
    call.assert_over()


@pytest.mark.parametrize("heard", [True, False])
def test_a_reinvite_that_waits_is_cancelled_when_we_end_the_call(*, heard: bool) -> None:
    peer = Peer()
    session = peer.answered_call(body=ANSWER)
    peer.stack.reinvite(session, OFFER, now=0.0)
    (invite,) = peer.hear()
    assert isinstance(invite, Request)
    if heard:
        peer.reply(invite, 100)
    peer.stack.end(session, now=0.0)
    sent = starts(peer.hear())
    assert sent == (["CANCEL", "BYE"] if heard else ["BYE"])
    if not heard:
        assert starts(peer.reply(invite, 100)) == ["CANCEL"]
    peer.assert_over()


def _confirmed(peer: Peer, *, owner: bool) -> Session:
    if not owner:
        return peer.answered_call(body=ANSWER, headers=ALLOW)
    session, invite = peer.placed_call()
    peer.reply(invite, 200, body=ANSWER, headers=ALLOW)
    return session


def _offer(peer: Peer, session: Session, method: str) -> None:
    if method == "UPDATE":
        peer.stack.update(session, OFFER, now=peer.now)
    else:
        peer.stack.reinvite(session, OFFER, now=peer.now)
