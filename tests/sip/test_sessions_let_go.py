"""A session that is over is freed with its last message, and does not wait for the collector (RFC 3261 s.12.3)."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from sip.events import TransferRequested
from sip.message import Request
from sip.session.session import Session
from tests.kit.builders import ANSWER, OFFER, request
from tests.kit.phone import Peer

if TYPE_CHECKING:
    from collections.abc import Callable


def _answered_and_ended(peer: Peer) -> None:
    peer.stack.end(peer.answered_call(), now=peer.now)


def _cancelled(peer: Peer) -> None:
    peer.call()
    peer.say(request("CANCEL"))


def _rung_reliably(peer: Peer) -> None:
    session = peer.call(headers=(("Require", "100rel"),))
    peer.stack.ring(session, 183, ANSWER, now=peer.now)
    peer.stack.end(session, now=peer.now)


def _placed_and_ended(peer: Peer) -> None:
    session, invite = peer.placed_call()
    peer.reply(invite, 180)
    peer.reply(invite, 200, body=ANSWER)
    peer.stack.end(session, now=peer.now)
    peer.reply(_sent(peer), 200)


def _refused(peer: Peer) -> None:
    _, invite = peer.placed_call()
    peer.reply(invite, 183, headers=(("Require", "100rel"), ("RSeq", "1")), body=ANSWER)
    peer.reply(invite, 486)


def _never_answered(peer: Peer) -> None:
    peer.placed_call()


def _withdrawn(peer: Peer) -> None:
    session, invite = peer.placed_call()
    peer.reply(invite, 180)
    peer.stack.end(session, now=peer.now)


def _ended_after_a_glare(peer: Peer) -> None:
    session = peer.answered_call()
    peer.stack.reinvite(session, OFFER, now=peer.now)
    peer.reply(_sent(peer), 491)
    peer.stack.end(session, now=peer.now)


def _ended_in_a_reinvite(peer: Peer) -> None:
    session = peer.answered_call()
    peer.stack.reinvite(session, OFFER, now=peer.now)
    invite = _sent(peer)
    peer.stack.end(session, now=peer.now)
    peer.hear()
    peer.reply(invite, 200, body=ANSWER)


def _updated(peer: Peer) -> None:
    session = peer.answered_call(headers=(("Allow", "UPDATE"),))
    peer.stack.update(session, OFFER, now=peer.now)
    peer.reply(_sent(peer), 200, body=ANSWER)
    peer.stack.end(session, now=peer.now)


def _transferred(peer: Peer) -> None:
    session = peer.answered_call()
    headers = (("Refer-To", "<sip:carol@192.0.2.9>"),)
    peer.say(request("REFER", to_tag=session.local_tag, cseq=2, branch="z9hG4bK-r", headers=headers))
    referral = peer.event(TransferRequested).referral
    peer.stack.transfers.accept(referral, now=peer.now)
    peer.stack.transfers.report(referral, 200, now=peer.now)
    (last,) = peer.reply(_sent(peer), 200)
    assert isinstance(last, Request)
    peer.reply(last, 200)
    peer.stack.end(session, now=peer.now)


def _sent(peer: Peer) -> Request:
    """The latest request that was sent."""
    return next(each for each in reversed(peer.hear()) if isinstance(each, Request))


@pytest.mark.parametrize(
    "life",
    [
        _answered_and_ended,
        _cancelled,
        _rung_reliably,
        _placed_and_ended,
        _refused,
        _never_answered,
        _withdrawn,
        _ended_after_a_glare,
        _ended_in_a_reinvite,
        _updated,
        _transferred,
    ],
)
def test_a_session_that_is_over_is_freed_at_once(life: Callable[[Peer], None]) -> None:
    gc.collect()
    before = _sessions()
    gc.disable()
    try:
        peer = Peer()
        life(peer)
        peer.assert_over()
        peer.events.clear()
        assert _sessions() == before
    finally:
        gc.enable()


def _sessions() -> int:
    return sum(isinstance(each, Session) for each in gc.get_objects())
