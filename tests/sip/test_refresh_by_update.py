"""Sessions refreshed by UPDATE, which needs no description (RFC 4028 s.7.4, RFC 3311), in virtual time."""

from __future__ import annotations

import pytest

from sip.events import InviteReceived
from sip.message import Request, Response
from sip.session.expires import TimerPolicy
from tests.kit.builders import ANSWER, OFFER, request
from tests.kit.phone import Peer
from tests.sip.test_session_timer import KNOWS, Refreshing, invited, placed, stack

ALLOWS = ("Allow", "INVITE, ACK, BYE, CANCEL, UPDATE")


def test_who_allows_update_is_refreshed_by_it() -> None:
    """S.7.4: an UPDATE without body, so that nothing can change."""
    peer = Refreshing()
    session, _ = placed(peer, ALLOWS, ("Session-Expires", "200;refresher=uac"))
    for _ in range(3):
        (refresh,) = peer.wait(100.1)
        assert isinstance(refresh, Request)
        assert (refresh.method, refresh.body) == ("UPDATE", b"")
        assert refresh.header("Session-Expires") == "200;refresher=uac"
        assert peer.reply(refresh, 200, headers=(("Session-Expires", "200;refresher=uac"),)) == []
    assert session.state.name == "CONFIRMED"


@pytest.mark.parametrize("status", [405, 501])
def test_who_refuses_update_is_refreshed_by_reinvite(status: int) -> None:
    peer = Refreshing()
    placed(peer, ALLOWS, ("Session-Expires", "200;refresher=uac"))
    (refresh,) = peer.wait(100.1)
    assert isinstance(refresh, Request)
    assert peer.reply(refresh, status) == []
    (again,) = peer.wait(0.1)
    assert isinstance(again, Request)
    assert again.method == "INVITE"


def test_an_update_by_the_peer_refreshes_and_says_what_holds() -> None:
    peer = Peer(stack(TimerPolicy()))
    session, _ = invited(peer, KNOWS, ("Session-Expires", "90;refresher=uac"))
    for turn in range(2, 6):
        peer.wait(45)
        headers = (KNOWS, ("Session-Expires", "90;refresher=uac"))
        (answer,) = peer.say_inside(session, "UPDATE", cseq=turn, headers=headers, branch=f"z9hG4bK-{turn}")
        assert isinstance(answer, Response)
        assert answer.header("Session-Expires") == "90;refresher=uac"
        assert answer.header("Require") == "timer"
    assert session.state.name == "CONFIRMED"


def test_an_update_before_the_answer_starts_no_timer() -> None:
    peer = Peer(stack(TimerPolicy()))
    peer.say(request(body=OFFER, headers=(KNOWS, ALLOWS)))
    session = peer.event(InviteReceived).session
    peer.stack.ring(session, now=0.0)
    peer.hear()
    peer.say_inside(session, "UPDATE", cseq=2, headers=(KNOWS, ("Session-Expires", "90;refresher=uac")))
    peer.wait(100)
    assert session.timer.machine.state.name == "OFF"
    peer.stack.answer(session, ANSWER, now=peer.now)
    assert session.timer.machine.state.name == "OURS"
