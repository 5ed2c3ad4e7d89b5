"""Keys sent by INFO: one after the other, with credentials where the call's own realm asks, and none to who refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.secret import Secret
from sip.digest.login import Login
from sip.message import Request
from sip.session.sent_info import MOST, SentKeys
from sip.session.table import SessionState
from sip.stack import CallerIdentity, Target
from tests.kit.builders import ANSWER, OFFER
from tests.kit.phone import Peer

if TYPE_CHECKING:
    from sip.session.session import Session

_CHALLENGE = (("WWW-Authenticate", 'Digest realm="carrier", nonce="n1", algorithm=MD5'),)


def _talking(peer: Peer) -> Session:
    """A call of ours whose INVITE was challenged, and then answered."""
    target = Target("sip:bob@192.0.2.2:5070", login=Login("ann", Secret("secret")))
    session = peer.stack.invite(target, caller=CallerIdentity("ann"), body=OFFER, now=0.0)
    (first,) = peer.hear()
    assert isinstance(first, Request)
    second = peer.reply(first, 401, headers=_CHALLENGE)[-1]
    assert isinstance(second, Request)
    peer.reply(second, 200, body=ANSWER)
    return session


def _pressed(peer: Peer, session: Session, keys: str) -> tuple[SentKeys, Request]:
    """Keys pressed at once, and the one request that goes out."""
    sent = SentKeys(session)
    for key in keys:
        sent.press(key, duration=0.1, now=peer.now)
    (request,) = peer.hear()
    assert isinstance(request, Request)
    return sent, request


def test_a_key_waits_for_the_answer_to_the_one_before() -> None:
    peer = Peer()
    _, first = _pressed(peer, _talking(peer), "1#")
    assert (first.method, first.header("Content-Type")) == ("INFO", "application/dtmf-relay")
    assert first.body == b"Signal=1\r\nDuration=100\r\n"
    (second,) = peer.reply(first, 200)
    assert isinstance(second, Request)
    assert second.body == b"Signal=#\r\nDuration=100\r\n"
    assert second.cseq.number == first.cseq.number + 1
    assert peer.reply(second, 200) == []


def test_a_challenge_is_answered_once() -> None:
    peer = Peer()
    _, first = _pressed(peer, _talking(peer), "1")
    (again,) = peer.reply(first, 401, headers=_CHALLENGE)
    assert isinstance(again, Request)
    assert (again.body, bool(again.header("Authorization"))) == (first.body, True)
    assert peer.reply(again, 401, headers=_CHALLENGE) == []


@pytest.mark.parametrize("status", [415, 500])
def test_who_refuses_one_gets_none_of_those_that_wait_and_the_call_goes_on(status: int) -> None:
    peer = Peer()
    session = _talking(peer)
    sent, first = _pressed(peer, session, "123")
    assert peer.reply(first, status) == []
    assert session.state is SessionState.CONFIRMED
    sent.press("4", duration=0.1, now=peer.now)
    (later,) = peer.hear()
    assert b"Signal=4" in later.body


def test_a_peer_that_knows_the_call_no_more_ends_it() -> None:
    peer = Peer()
    session = _talking(peer)
    _, first = _pressed(peer, session, "1")
    peer.reply(first, 481)
    assert session.state is not SessionState.CONFIRMED


def test_to_a_silent_peer_only_so_many_keys_wait() -> None:
    peer = Peer()
    sent, _ = _pressed(peer, _talking(peer), "1" * (MOST + 9))
    assert len(sent._waiting) == MOST
