"""A target's alternatives: tried while nobody is reached (RFC 5626 s.6 and s.7, RFC 3261 s.8.1.3.4, RFC 3263 s.4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from base.secret import Secret
from sip.digest.login import Login
from sip.events import SessionRefused
from sip.flow import Flow
from sip.message import Request
from sip.stack import CallerIdentity, Target
from tests.kit.builders import LOCAL, OFFER, PEER
from tests.kit.phone import Peer

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST = f"sip:first@{PEER[0]}:{PEER[1]}"
SECOND = f"sip:second@{PEER[0]}:{PEER[1]}"
THIRD = f"sip:third@{PEER[0]}:{PEER[1]}"
CHALLENGE = (("WWW-Authenticate", 'Digest realm="r", nonce="n", algorithm=MD5, qop="auth"'),)


def place(target: Target) -> tuple[Peer, Request]:
    peer = Peer()
    peer.stack.invite(target, caller=CallerIdentity("ann"), body=OFFER, now=0.0)
    (invite,) = peer.hear()
    assert isinstance(invite, Request)
    return peer, invite


def invites(heard: Sequence[object]) -> list[Request]:
    return [each for each in heard if isinstance(each, Request) and each.method == "INVITE"]


@pytest.mark.parametrize("status", [430, 503])
def test_430_and_503_move_the_call_on_as_a_new_request_of_the_same_call(status: int) -> None:
    peer, invite = place(
        Target(FIRST, alternatives=(Target(SECOND, routes=(f"<sip:{PEER[0]}:{PEER[1]};lr>",)),))
    )
    (again,) = invites(peer.reply(invite, status))
    assert again.uri_text == SECOND
    assert again.headers("Route") == [f"<sip:{PEER[0]}:{PEER[1]};lr>"]
    assert (again.call_id, again.from_.tag, str(again.to)) == (
        invite.call_id,
        invite.from_.tag,
        str(invite.to),
    )
    assert again.cseq.number == invite.cseq.number + 1
    assert again.via.branch != invite.via.branch
    assert again.body == invite.body
    assert peer.kinds() == []


def test_the_alternatives_are_tried_in_order_and_then_the_last_refusal_is_told() -> None:
    peer, invite = place(Target(FIRST, alternatives=(Target(SECOND), Target(THIRD))))
    (second,) = invites(peer.reply(invite, 503))
    (third,) = invites(peer.reply(second, 503))
    assert [second.uri_text, third.uri_text] == [SECOND, THIRD]
    assert invites(peer.reply(third, 430)) == []
    assert peer.event(SessionRefused).status == 430
    peer.assert_over()


@pytest.mark.parametrize("status", [302, 404, 408, 480, 486, 500, 600])
def test_somebody_who_answers_has_answered(status: int) -> None:
    peer, invite = place(Target(FIRST, alternatives=(Target(SECOND),)))
    assert invites(peer.reply(invite, status)) == []
    assert peer.event(SessionRefused).status == status


def test_silence_moves_the_call_on_but_not_after_a_provisional_answer() -> None:
    peer, _ = place(Target(FIRST, alternatives=(Target(SECOND),)))
    assert [each.uri_text for each in invites(peer.wait(32.1))][-1] == SECOND
    peer, invite = place(Target(FIRST, alternatives=(Target(SECOND),)))
    peer.reply(invite, 180)
    assert invites(peer.wait(400.0)) == []


def test_an_undeliverable_datagram_moves_the_call_on_at_once() -> None:
    peer, _ = place(Target(FIRST, alternatives=(Target(SECOND),)))
    peer.stack.transport_failed(PEER, now=0.0)
    assert [each.uri_text for each in invites(peer.hear())] == [SECOND]


def test_a_lost_connection_moves_the_call_to_the_next_flow() -> None:
    tcp = Flow("TCP", LOCAL, ("192.0.2.9", 40000))
    peer = Peer()
    peer.stack.connection_made(tcp, accepted=True, now=0.0)
    target = Target(FIRST, flow=tcp, alternatives=(Target(SECOND),))
    peer.stack.invite(target, caller=CallerIdentity("ann"), body=OFFER, now=0.0)
    peer.hear()
    peer.stack.connection_lost(tcp, now=0.1)
    (again,) = invites(peer.hear())
    assert again.uri_text == SECOND
    assert again.via.transport == "UDP"
    assert again.contacts[0].uri.transport is None


def test_a_device_that_has_answered_503_is_not_tried_by_its_other_flow_but_by_430_it_is() -> None:
    """RFC 5626 s.7: only a failed flow may be replaced by another of the same instance."""
    alternatives = (Target(SECOND, instance="urn:uuid:a"), Target(THIRD, instance="urn:uuid:b"))
    peer, invite = place(Target(FIRST, instance="urn:uuid:a", alternatives=alternatives))
    assert [each.uri_text for each in invites(peer.reply(invite, 503))] == [THIRD]
    peer, invite = place(Target(FIRST, instance="urn:uuid:a", alternatives=alternatives))
    assert [each.uri_text for each in invites(peer.reply(invite, 430))] == [SECOND]


def test_each_target_gets_its_own_credentials_and_nobody_elses() -> None:
    one, two = Login("one", Secret("tangerine-Boat-42")), Login("two", Secret("tangerine-Boat-43"))
    peer, invite = place(Target(FIRST, login=one, alternatives=(Target(SECOND, login=two), Target(THIRD))))
    (proven,) = invites(peer.reply(invite, 401, headers=CHALLENGE))
    (second,) = invites(peer.reply(proven, 503))
    assert second.headers("Authorization") == []
    (again,) = invites(peer.reply(second, 401, headers=CHALLENGE))
    assert 'username="two"' in again.headers("Authorization")[0]
    (third,) = invites(peer.reply(again, 503))
    assert third.headers("Authorization") == []
    assert invites(peer.reply(third, 401, headers=CHALLENGE)) == []


def test_an_alternative_without_an_address_is_left_out() -> None:
    peer, invite = place(Target(FIRST, alternatives=(Target("sip:nowhere.example"), Target(THIRD))))
    assert [each.uri_text for each in invites(peer.reply(invite, 503))] == [THIRD]


def test_a_call_that_was_given_up_is_not_tried_elsewhere() -> None:
    peer, invite = place(Target(FIRST, alternatives=(Target(SECOND),)))
    peer.reply(invite, 180)
    session = next(iter(peer.stack._context.sessions.values()))
    peer.stack.end(session, now=0.0)
    assert invites(peer.reply(invite, 503)) == []
