"""Connected identity: peers are told who answers and who comes later (RFC 3325 in answers, RFC 4916 in dialogs)."""

from __future__ import annotations

from sip.events import SessionRefreshDue
from sip.identity.connected import connected
from sip.message import Request, Response
from sip.target import CallerIdentity, Target
from tests.kit.builders import ANSWER, OFFER, request
from tests.kit.phone import Peer

ANA = CallerIdentity("1002", "Ana")
SAID = '"Ana" <sip:1002@192.0.2.1>'
UPDATE = ("Allow", "INVITE, ACK, BYE, UPDATE")


def test_the_answers_to_an_invite_say_who_rings_and_who_answered() -> None:
    peer = Peer()
    session = peer.call()
    connected(session, ANA, "asserted", now=0.0)
    peer.stack.ring(session, now=0.0)
    (ringing,) = peer.hear()
    assert ringing.headers("P-Asserted-Identity") == [SAID]
    piotr = CallerIdentity("1003", "Piotr")
    connected(session, piotr, "both", now=0.0)
    peer.stack.answer(session, ANSWER, now=0.0)
    (answer,) = peer.hear()
    assert answer.headers("P-Asserted-Identity") == ['"Piotr" <sip:1003@192.0.2.1>']
    assert ";party=called;" in (answer.header("Remote-Party-ID") or "")
    assert peer.say(request("ACK", branch="z9hG4bK-ack", to_tag=session.local_tag)) == []


def test_who_comes_later_is_told_by_update_once() -> None:
    peer = Peer()
    session = peer.answered_call(headers=(UPDATE,))
    connected(session, ANA, "asserted", now=0.0)
    connected(session, ANA, "asserted", now=0.0)
    (update,) = peer.hear()
    assert isinstance(update, Request)
    assert (update.method, update.body) == ("UPDATE", b"")
    assert update.headers("P-Asserted-Identity") == [SAID]
    assert update.from_.uri_text == "sip:ivr@192.0.2.1"


def test_from_changes_only_for_who_knows_of_that() -> None:
    """RFC 4916 s.4.3: the option is `from-change`; the tags stay as they are."""
    peer = Peer()
    session = peer.answered_call(headers=(UPDATE, ("Supported", "timer, from-change")))
    connected(session, ANA, "asserted", now=0.0)
    (update,) = peer.hear()
    assert (update.from_.display, update.from_.uri_text) == ("Ana", "sip:1002@192.0.2.1")
    assert update.from_.tag == session.local_tag
    hidden = CallerIdentity("+34600", is_private=True)
    peer.reply(update, 200)  # type: ignore[arg-type]
    connected(session, hidden, "asserted", now=0.0)
    (update,) = peer.hear()
    assert update.from_.uri_text == "sip:anonymous@anonymous.invalid"
    assert update.header("Privacy") == "id"


def test_who_takes_no_update_is_told_by_a_reinvite_that_repeats_our_description() -> None:
    peer = Peer()
    session = peer.answered_call()
    connected(session, ANA, "asserted", now=0.0)
    assert peer.hear() == []
    assert peer.event(SessionRefreshDue).session is session
    peer.stack.reinvite(session, ANSWER, now=0.0)
    (invite,) = peer.hear()
    assert invite.headers("P-Asserted-Identity") == [SAID]


def test_who_is_not_trusted_hears_nothing() -> None:
    peer = Peer()
    session = peer.answered_call(headers=(UPDATE, ("Supported", "from-change")))
    connected(session, ANA, "from", now=0.0)
    assert peer.hear() == []


def test_between_our_200_and_its_ack_it_waits_for_the_ack() -> None:
    peer = Peer()
    session = peer.call(headers=(UPDATE,))
    peer.stack.answer(session, ANSWER, now=0.0)
    peer.hear()
    connected(session, ANA, "asserted", now=0.0)
    assert peer.hear() == []
    (update,) = peer.say(request("ACK", branch="z9hG4bK-ack", to_tag=session.local_tag))
    assert update.headers("P-Asserted-Identity") == [SAID]


def test_what_our_invite_said_is_not_said_again() -> None:
    peer = Peer()
    target = Target("sip:bob@192.0.2.2:5070", identity="asserted")
    session = peer.stack.invite(target, caller=ANA, body=OFFER, now=0.0)
    (invite,) = peer.hear()
    assert isinstance(invite, Request)
    peer.reply(invite, 200, body=ANSWER, headers=(UPDATE,))
    connected(session, ANA, "asserted", now=0.0)
    assert peer.hear() == []
    connected(session, CallerIdentity("7"), "asserted", now=0.0)
    (update,) = peer.hear()
    assert update.headers("P-Asserted-Identity") == ["<sip:7@192.0.2.1>"]


def test_a_peer_whose_from_changes_is_addressed_by_its_new_name() -> None:
    """RFC 4916 s.4.4."""
    peer = Peer()
    session = peer.answered_call()
    before = request("UPDATE", cseq=2, to_tag=session.local_tag, branch="z9hG4bK-u")
    (answer,) = peer.say(before.replace(b'"Bob" <sip:bob@192.0.2.2>', b'"Carol" <sip:carol@192.0.2.2>'))
    assert isinstance(answer, Response)
    assert answer.status == 200
    peer.stack.end(session, now=0.0)
    (bye,) = peer.hear()
    assert bye.to.uri_text == "sip:carol@192.0.2.2"
    assert bye.to.tag == "f1"
