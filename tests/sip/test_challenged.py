"""Requests inside a call that are challenged (RFC 3261 s.22): once, and only in the realm of the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.secret import Secret
from sip.digest.login import Login
from sip.events import SessionReofferRefused
from sip.message import Request, Response
from sip.stack import CallerIdentity, Target
from tests.kit.builders import ANSWER, OFFER
from tests.kit.phone import Peer

if TYPE_CHECKING:
    from sip.session.session import Session

ALLOW = (("Allow", "INVITE, ACK, BYE, CANCEL, UPDATE"),)


def starts(heard: list[Request | Response]) -> list[int | str]:
    return [each.status if isinstance(each, Response) else each.method for each in heard]


def _logged_in(peer: Peer) -> tuple[Session, Request]:
    """A call whose INVITE was challenged in the realm `carrier`, and the ACK of its answer."""
    target = Target("sip:bob@192.0.2.2:5070", login=Login("ann", Secret("secret")))
    session = peer.stack.invite(target, caller=CallerIdentity("ann"), body=OFFER, now=0.0)
    (first,) = peer.hear()
    assert isinstance(first, Request)
    second = peer.reply(first, 401, headers=challenge("carrier", "n1"))[-1]
    assert isinstance(second, Request)
    (ack,) = peer.reply(second, 200, body=ANSWER, headers=ALLOW)
    assert isinstance(ack, Request)
    return session, ack


def challenge(realm: str, nonce: str) -> tuple[tuple[str, str], ...]:
    return (("WWW-Authenticate", f'Digest realm="{realm}", nonce="{nonce}", algorithm=MD5'),)


def test_the_ack_of_a_challenged_call_holds_the_credentials_of_its_invite() -> None:
    """RFC 3261 s.13.2.2.4."""
    _, ack = _logged_in(Peer())
    assert 'realm="carrier"' in (ack.header("Authorization") or "")


@pytest.mark.parametrize("method", ["UPDATE", "INVITE"])
def test_an_offer_that_is_challenged_in_the_realm_of_the_call_is_sent_with_credentials_once(
    method: str,
) -> None:
    peer = Peer()
    session, _ = _logged_in(peer)
    _offer(peer, session, method)
    (sent,) = peer.hear()
    assert isinstance(sent, Request)
    again = peer.reply(sent, 401, headers=challenge("carrier", "n2"))[-1]
    assert isinstance(again, Request)
    assert (again.method, again.body, again.cseq.number) == (method, OFFER, sent.cseq.number + 1)
    assert 'nonce="n2"' in (again.header("Authorization") or "")
    heard = peer.reply(again, 401, headers=challenge("carrier", "n3"))
    assert starts(heard) == (["ACK"] if method == "INVITE" else [])
    assert peer.event(SessionReofferRefused).status == 401
    _offer(peer, session, method)
    third = peer.hear()[-1]
    assert isinstance(third, Request)
    assert third.cseq.number == again.cseq.number + 1


@pytest.mark.parametrize("method", ["UPDATE", "INVITE"])
def test_an_offer_that_another_realm_challenges_gets_no_credentials(method: str) -> None:
    peer = Peer()
    session, _ = _logged_in(peer)
    _offer(peer, session, method)
    (sent,) = peer.hear()
    assert isinstance(sent, Request)
    heard = peer.reply(sent, 401, headers=challenge("evil", "n2"))
    assert starts(heard) == (["ACK"] if method == "INVITE" else [])
    assert peer.event(SessionReofferRefused).status == 401


def _offer(peer: Peer, session: Session, method: str) -> None:
    if method == "UPDATE":
        peer.stack.update(session, OFFER, now=peer.now)
    else:
        peer.stack.reinvite(session, OFFER, now=peer.now)
