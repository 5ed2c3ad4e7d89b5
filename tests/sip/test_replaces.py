"""Replaces (RFC 3891): reading it, and INVITEs that want the place of a dialog of ours."""

from __future__ import annotations

import pytest

from sip.events import InviteReceived, TransferRequested
from sip.message import Response
from sip.transfer.replaces import Replaces
from tests.kit.builders import ANSWER, OFFER, request
from tests.kit.phone import Peer


def test_a_replaces_is_read_and_written() -> None:
    """RFC 3891 s.6.1."""
    read = Replaces.parse("98732@sip.example.com ;from-tag=r33th4x0r; to-tag=ff87ff;early-only")
    assert read == Replaces("98732@sip.example.com", "ff87ff", "r33th4x0r", early_only=True)
    assert str(read) == "98732@sip.example.com;to-tag=ff87ff;from-tag=r33th4x0r;early-only"


def test_a_refer_names_the_dialog_that_its_target_must_give_up() -> None:
    """RFC 5589 s.7: here one of our own."""
    peer = Peer()
    consult = peer.answered_call()
    first = peer.answered_call(call_id="call-2", branch="z9hG4bK-2", from_tag="f2")
    peer.say(request("ACK", call_id="call-2", from_tag="f2", to_tag=first.local_tag, branch="z9hG4bK-ack2"))
    value = f"call-1%3Bto-tag%3D{consult.local_tag}%3Bfrom-tag%3Df1"
    header = ("Refer-To", f"<sip:ivr@192.0.2.1?Replaces={value}&Subject=x>")
    data = request(
        "REFER",
        call_id="call-2",
        from_tag="f2",
        to_tag=first.local_tag,
        cseq=2,
        headers=(header,),
        branch="z9hG4bK-9",
    )
    assert peer.say(data) == []
    event = peer.event(TransferRequested)
    assert event.session is first
    assert event.replaced is consult
    assert str(event.wish.uri) == "sip:ivr@192.0.2.1"


def pickup(peer: Peer, *headers: tuple[str, str]) -> int | None:
    """Another INVITE with these headers; the status that refuses it, or None while it waits for us."""
    data = request(
        call_id="call-9",
        branch="z9hG4bK-9",
        from_tag="f9",
        headers=headers,
        body=OFFER,
        sent_by="192.0.2.2:5070",
    )
    heard = peer.say(data)
    assert all(isinstance(each, Response) for each in heard)
    return heard[0].status if heard and isinstance(heard[0], Response) else None


def test_an_invite_names_the_session_whose_place_it_wants() -> None:
    """RFC 3891 s.3."""
    peer = Peer()
    session = peer.answered_call()
    assert (
        pickup(peer, ("Require", "replaces"), ("Replaces", f"call-1;to-tag={session.local_tag};from-tag=f1"))
        is None
    )
    assert peer.event(InviteReceived).replaced is session
    assert peer.event(InviteReceived).session is not session


def test_an_ordinary_invite_wants_nobodys_place() -> None:
    peer = Peer()
    peer.answered_call()
    assert pickup(peer) is None
    assert peer.event(InviteReceived).replaced is None


@pytest.mark.parametrize(
    "value",
    [
        "call-1",
        "call-1;to-tag={tag}",
        "call-1;from-tag=f1",
        ";to-tag={tag};from-tag=f1",
        "call-1;to-tag={tag};to-tag={tag};from-tag=f1",
        "call-1;to-tag={tag};from-tag=f1, call-2;to-tag=1;from-tag=2",
        'call-1;to-tag="{tag}";from-tag=f1',
        "call 1;to-tag={tag};from-tag=f1",
        "",
    ],
)
def test_a_broken_replaces_is_400(value: str) -> None:
    peer = Peer()
    tag = peer.answered_call().local_tag
    assert pickup(peer, ("Replaces", value.format(tag=tag))) == 400


def test_two_of_them_or_one_beside_join_are_400() -> None:
    """RFC 3891 s.3, RFC 3911 s.4."""
    peer = Peer()
    header = ("Replaces", f"call-1;to-tag={peer.answered_call().local_tag};from-tag=f1")
    assert pickup(peer, header, header) == 400
    other = Peer()
    header = ("Replaces", f"call-1;to-tag={other.answered_call().local_tag};from-tag=f1")
    assert pickup(other, header, ("Join", header[1])) == 400


@pytest.mark.parametrize(
    "value",
    ["call-2;to-tag={tag};from-tag=f1", "call-1;to-tag=x;from-tag=f1", "call-1;to-tag={tag};from-tag=f2"],
)
def test_a_dialog_that_is_not_there_is_481(value: str) -> None:
    """The whole of Call-ID and both tags counts, to-tag being ours."""
    peer = Peer()
    tag = peer.answered_call().local_tag
    assert pickup(peer, ("Replaces", value.format(tag=tag))) == 481
    assert peer.kinds().count("InviteReceived") == 1


def test_the_tags_the_wrong_way_round_are_481() -> None:
    peer = Peer()
    tag = peer.answered_call().local_tag
    assert pickup(peer, ("Replaces", f"call-1;to-tag=f1;from-tag={tag}")) == 481


def test_early_only_on_an_answered_call_is_486() -> None:
    """RFC 3891 s.3: too late to pick up what has been answered."""
    peer = Peer()
    tag = peer.answered_call().local_tag
    assert pickup(peer, ("Replaces", f"call-1;to-tag={tag};from-tag=f1;early-only")) == 486


def test_a_call_that_still_rings_at_ours_cannot_be_taken() -> None:
    """RFC 3891 s.3: an early dialog that the other side began is 481."""
    peer = Peer()
    session = peer.call()
    peer.stack.ring(session, now=0.0)
    peer.hear()
    assert pickup(peer, ("Replaces", f"call-1;to-tag={session.local_tag};from-tag=f1")) == 481


def test_a_call_that_has_just_ended_is_603() -> None:
    """RFC 3891 s.3: the call is over, and so is what was asked."""
    peer = Peer()
    session = peer.answered_call()
    peer.stack.end(session, now=0.0)
    peer.hear()
    assert pickup(peer, ("Replaces", f"call-1;to-tag={session.local_tag};from-tag=f1")) == 603


def test_a_call_that_we_placed_is_found_by_the_same_tags() -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    peer.reply(invite, 200, tag="theirs", body=ANSWER)
    value = f"{session.call_id};to-tag={session.local_tag};from-tag=theirs"
    assert pickup(peer, ("Replaces", value)) is None
    assert peer.event(InviteReceived).replaced is session


def test_a_call_of_ours_that_rings_is_found_by_the_tag_of_who_rings() -> None:
    """RFC 3891 s.3: also with early-only; before anybody rings there is no dialog to name."""
    peer = Peer()
    session, invite = peer.placed_call()
    value = f"{session.call_id};to-tag={session.local_tag};from-tag=theirs;early-only"
    assert pickup(peer, ("Replaces", value)) == 481
    peer.reply(invite, 180, tag="theirs")
    other = request(
        call_id="call-8", branch="z9hG4bK-8", from_tag="f8", headers=(("Replaces", value),), body=OFFER
    )
    assert peer.say(other) == []
    assert peer.event(InviteReceived).replaced is session


def test_join_is_not_served() -> None:
    """RFC 3911: required it is 420, otherwise the call is an ordinary one."""
    peer = Peer()
    tag = peer.answered_call().local_tag
    join = ("Join", f"call-1;to-tag={tag};from-tag=f1")
    assert pickup(peer, join, ("Require", "join")) == 420
    other = Peer()
    assert pickup(other, join) is None
    assert other.event(InviteReceived).replaced is None
