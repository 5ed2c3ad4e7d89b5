"""REFER in the dialog of a call (RFC 3515, RFC 4488, RFC 3892) and the NOTIFYs that follow it (RFC 6665)."""

from __future__ import annotations

import pytest

from sip.events import SessionEnded, TransferRequested
from sip.message import Request, Response
from sip.transfer.served_refer import HEARING, LIFETIME
from tests.kit.builders import request
from tests.kit.phone import Peer

TARGET = ("Refer-To", "<sip:carol@192.0.2.9>")
Headers = tuple[tuple[str, str], ...]


def refer(peer: Peer, tag: str, *headers: tuple[str, str], cseq: int = 2) -> list[Request | Response]:
    """Send a REFER in the dialog; what comes back at once."""
    return peer.say(
        request("REFER", to_tag=tag, cseq=cseq, branch=f"z9hG4bK-r{cseq}", headers=headers or (TARGET,))
    )


def asked(peer: Peer, *headers: tuple[str, str]) -> tuple[str, TransferRequested]:
    """A call in which the peer has sent a REFER that waits for a decision."""
    tag = peer.answered_call().local_tag
    assert refer(peer, tag, *headers) == []
    return tag, peer.event(TransferRequested)


def followed(peer: Peer) -> tuple[str, TransferRequested, Request]:
    """The REFER was accepted, its first NOTIFY sent and not yet answered."""
    tag, event = asked(peer)
    peer.stack.transfers.accept(event.referral, now=peer.now)
    accepted, notify = peer.hear()
    assert isinstance(accepted, Response)
    assert accepted.status == 202
    assert isinstance(notify, Request)
    return tag, event, notify


def sent_request(heard: list[Request | Response]) -> Request:
    """The one request that was sent."""
    (found,) = heard
    assert isinstance(found, Request)
    return found


def told(notify: Request | Response) -> tuple[bytes, str, str]:
    """What a NOTIFY says: the fragment, the state of the subscription, the event."""
    assert isinstance(notify, Request)
    assert notify.method == "NOTIFY"
    assert notify.header("Content-Type") == "message/sipfrag;version=2.0"
    return notify.body, notify.required("Subscription-State"), notify.required("Event")


def test_a_refer_is_asked_above_with_its_target_and_who_referred() -> None:
    """RFC 3515 s.2.4.2, RFC 3892 s.2.2."""
    peer = Peer()
    _, event = asked(peer, ("r", "Carol <sip:carol@192.0.2.9;method=INVITE>"), ("b", "<sip:bob@192.0.2.2>"))
    assert str(event.wish.uri) == "sip:carol@192.0.2.9"
    assert event.wish.referred_by == "<sip:bob@192.0.2.2>"
    assert event.wish.replaces is None
    assert event.replaced is None


def test_an_accepted_refer_is_followed_by_notify_until_the_final_answer() -> None:
    """RFC 3515 s.2.4.4, s.2.4.5: 100 at once, each step, and the subscription ends with the outcome."""
    peer = Peer()
    _, event, trying = followed(peer)
    assert told(trying) == (b"SIP/2.0 100 Trying\r\n", f"active;expires={LIFETIME}", "refer")
    assert trying.header("Contact")
    assert peer.reply(trying, 200) == []
    peer.now = 5.0
    peer.stack.transfers.report(event.referral, 180, now=peer.now)
    ringing = sent_request(peer.hear())
    assert told(ringing) == (b"SIP/2.0 180 Ringing\r\n", f"active;expires={LIFETIME - 5}", "refer")
    peer.reply(ringing, 200)
    peer.stack.transfers.report(event.referral, 200, now=peer.now)
    answered = sent_request(peer.hear())
    assert told(answered) == (b"SIP/2.0 200 OK\r\n", "terminated;reason=noresource", "refer")
    peer.reply(answered, 200)
    peer.stack.end(event.session, now=peer.now)
    peer.reply(sent_request(peer.hear()), 200)
    peer.assert_over()


def test_a_later_notify_waits_for_the_answer_to_the_one_before() -> None:
    """So that neither can overtake the other: only the newest is told."""
    peer = Peer()
    _, event, trying = followed(peer)
    for status in (180, 183, 486):
        peer.stack.transfers.report(event.referral, status, "Busy Here" if status == 486 else None, now=0.0)
    assert peer.hear() == []
    (last,) = peer.reply(trying, 200)
    assert told(last) == (b"SIP/2.0 486 Busy Here\r\n", "terminated;reason=noresource", "refer")


@pytest.mark.parametrize("status", [481, 405, 489, 500])
def test_a_refused_notify_ends_the_telling_and_nothing_else(status: int) -> None:
    """RFC 6665 s.4.2.2."""
    peer = Peer()
    _, event, trying = followed(peer)
    assert peer.reply(trying, status) == []
    peer.stack.transfers.report(event.referral, 180, now=0.0)
    peer.stack.transfers.report(event.referral, 200, now=0.0)
    assert peer.hear() == []
    assert "SessionEnded" not in peer.kinds()


def test_a_notify_that_nobody_answers_ends_the_telling() -> None:
    peer = Peer()
    _, event, _ = followed(peer)
    peer.wait(33.0)
    peer.stack.transfers.report(event.referral, 200, now=peer.now)
    assert peer.hear() == []


def test_a_sender_that_does_without_notify_gets_none() -> None:
    """RFC 4488 s.4: 202 says that no subscription was made."""
    peer = Peer()
    _, event = asked(peer, TARGET, ("Refer-Sub", "false"), ("Require", "norefersub"))
    peer.stack.transfers.accept(event.referral, now=0.0)
    (accepted,) = peer.hear()
    assert isinstance(accepted, Response)
    assert (accepted.status, accepted.header("Refer-Sub")) == (202, "false")
    peer.stack.transfers.report(event.referral, 180, now=0.0)
    peer.stack.transfers.report(event.referral, 200, now=0.0)
    assert peer.hear() == []


BAD: list[tuple[Headers, int]] = [
    ((("X-None", "1"),), 400),
    ((TARGET, TARGET), 400),
    ((("Refer-To", "<sip:a@192.0.2.9>, <sip:b@192.0.2.9>"),), 400),
    ((("Refer-To", "<sip:a@192.0.2.9"),), 400),
    ((("Refer-To", ""),), 400),
    ((("Refer-To", "<sip:%zz@192.0.2.9>"),), 400),
    ((("Refer-To", "<sip:c@192.0.2.9?Replaces=x>"),), 400),
    ((("Refer-To", "<sip:c@192.0.2.9?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2&replaces=y>"),), 400),
    ((("Refer-To", "<http://192.0.2.9/>"),), 416),
    ((("Refer-To", "<mailto:c@example.com>"),), 416),
    ((("Refer-To", "<sip:c@192.0.2.9;method=BYE>"),), 403),
    ((("Refer-To", "<sip:c@192.0.2.9;method=SUBSCRIBE?Event=dialog>"),), 403),
    ((TARGET, ("Refer-Sub", "perhaps")), 400),
    ((TARGET, ("Refer-Sub", "true"), ("Refer-Sub", "false")), 400),
    ((TARGET, ("Referred-By", "<sip:a@192.0.2.9>"), ("Referred-By", "<sip:b@192.0.2.9>")), 400),
    ((TARGET, ("Referred-By", "<sip:a@192.0.2.9")), 400),
    ((TARGET, ("Require", "multiple-refer")), 420),
]


@pytest.mark.parametrize(("headers", "status"), BAD, ids=str)
def test_a_refer_that_cannot_be_meant_is_refused(headers: Headers, status: int) -> None:
    """RFC 3515 s.2.4.2: no or two Refer-To are 400; a call goes on whatever is asked in it."""
    peer = Peer()
    tag = peer.answered_call().local_tag
    (answer,) = refer(peer, tag, *headers)
    assert isinstance(answer, Response)
    assert answer.status == status
    assert "TransferRequested" not in peer.kinds()
    assert "SessionEnded" not in peer.kinds()


def test_what_is_refused_above_is_refused_and_makes_no_subscription() -> None:
    peer = Peer()
    tag, event = asked(peer)
    peer.stack.transfers.refuse(event.referral, 603, now=0.0)
    (answer,) = peer.hear()
    assert isinstance(answer, Response)
    assert answer.status == 603
    peer.stack.transfers.report(event.referral, 200, now=0.0)
    assert peer.hear() == []
    assert refer(peer, tag, TARGET, cseq=3) == []


def test_a_second_refer_while_one_is_under_way_is_491_and_after_it_has_a_number() -> None:
    """RFC 3515 s.2.4.6: the NOTIFYs of a later REFER carry its sequence number."""
    peer = Peer()
    tag, event, trying = followed(peer)
    (answer,) = refer(peer, tag, cseq=3)
    assert isinstance(answer, Response)
    assert answer.status == 491
    peer.reply(trying, 200)
    peer.stack.transfers.report(event.referral, 404, now=0.0)
    peer.reply(sent_request(peer.hear()), 200)
    assert refer(peer, tag, cseq=4) == []
    peer.stack.transfers.accept(peer.event(TransferRequested).referral, now=0.0)
    assert told(peer.hear()[1])[2] == "refer;id=4"


def test_a_repeated_refer_gets_its_answer_again_and_is_not_asked_twice() -> None:
    peer = Peer()
    tag, _, _ = followed(peer)
    (again,) = refer(peer, tag)
    assert isinstance(again, Response)
    assert again.status == 202
    assert peer.kinds().count("TransferRequested") == 1


def test_who_follows_may_end_it_and_the_transfer_goes_on() -> None:
    """RFC 6665 s.4.1.2.3: SUBSCRIBE with Expires 0 is answered, and confirmed by a last NOTIFY."""
    peer = Peer()
    tag, event, trying = followed(peer)
    peer.reply(trying, 200)
    headers = (("Event", "refer;id=2"), ("Expires", "0"))
    answer, last = peer.say(request("SUBSCRIBE", to_tag=tag, cseq=3, branch="z9hG4bK-s", headers=headers))
    assert isinstance(answer, Response)
    assert (answer.status, answer.header("Expires")) == (200, "0")
    assert told(last)[:2] == (b"SIP/2.0 100 Trying\r\n", "terminated;reason=timeout")
    peer.stack.transfers.report(event.referral, 200, now=0.0)
    assert peer.reply(last, 200) == []  # type: ignore[arg-type]
    (gone,) = peer.say(request("SUBSCRIBE", to_tag=tag, cseq=4, branch="z9hG4bK-t", headers=headers))
    assert isinstance(gone, Response)
    assert gone.status == 481


def test_who_follows_may_refresh_and_else_hears_no_more_after_a_while() -> None:
    """RFC 6665 s.4.2.1.4: the subscription that nobody refreshes ends by a NOTIFY."""
    peer = Peer()
    tag, event, trying = followed(peer)
    peer.reply(trying, 200)
    assert peer.wait(LIFETIME - 10.0) == []
    headers = (("Event", "refer"), ("Expires", "3600"))
    answer, again = peer.say(request("SUBSCRIBE", to_tag=tag, cseq=3, branch="z9hG4bK-s", headers=headers))
    assert isinstance(answer, Response)
    assert answer.header("Expires") == str(LIFETIME)
    assert told(again)[1] == f"active;expires={LIFETIME}"
    peer.reply(again, 200)  # type: ignore[arg-type]
    last = peer.wait(LIFETIME + 1.0)[0]
    assert told(last)[1] == "terminated;reason=timeout"
    peer.reply(last, 200)  # type: ignore[arg-type]
    peer.stack.transfers.report(event.referral, 200, now=peer.now)
    assert peer.hear() == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ((("Event", "presence"),), 489),
        ((), 489),
        ((("Event", "refer;id=7"),), 481),
        ((("Event", "refer"), ("Expires", "soon")), 400),
    ],
)
def test_a_subscribe_that_is_about_no_referral_is_refused(headers: Headers, status: int) -> None:
    peer = Peer()
    tag, _, _ = followed(peer)
    (answer,) = peer.say(request("SUBSCRIBE", to_tag=tag, cseq=3, branch="z9hG4bK-s", headers=headers))
    assert isinstance(answer, Response)
    assert answer.status == status


def test_the_telling_outlives_the_call() -> None:
    """RFC 5057 s.3.1, RFC 5589 s.6: the transferor hangs up and still hears how it went."""
    peer = Peer()
    tag, event, trying = followed(peer)
    peer.reply(trying, 200)
    (bye,) = peer.say(request("BYE", to_tag=tag, cseq=3, branch="z9hG4bK-b"))
    assert isinstance(bye, Response)
    assert bye.status == 200
    assert peer.event(SessionEnded).by == "remote"
    peer.stack.transfers.report(event.referral, 200, now=0.0)
    (last,) = peer.hear()
    assert told(last)[1] == "terminated;reason=noresource"
    assert peer.reply(last, 481) == []  # type: ignore[arg-type]
    peer.assert_over()


@pytest.mark.parametrize("who", ["peer", "we"])
def test_a_call_that_ends_before_the_decision_refuses_the_refer(who: str) -> None:
    peer = Peer()
    tag, event = asked(peer)
    if who == "peer":
        heard = peer.say(request("BYE", to_tag=tag, cseq=3, branch="z9hG4bK-b"))
    else:
        peer.stack.end(event.session, now=0.0)
        heard = peer.hear()
    assert 603 in [each.status for each in heard if isinstance(each, Response)]
    peer.stack.transfers.accept(event.referral, now=0.0)
    peer.stack.transfers.report(event.referral, 200, now=0.0)
    assert peer.hear() == []
    peer.assert_over()


def test_a_forgotten_referral_leaves_no_timer() -> None:
    peer = Peer()
    tag, _, trying = followed(peer)
    peer.reply(trying, 200)
    peer.say(request("BYE", to_tag=tag, cseq=3, branch="z9hG4bK-b"))
    peer.wait(LIFETIME)
    peer.assert_over()


def test_our_bye_waits_until_the_outcome_is_heard() -> None:
    """A BYE that overtook the last NOTIFY would have it answered with 481 (RFC 5589 s.6.1)."""
    peer = Peer()
    _, event, trying = followed(peer)
    peer.stack.transfers.report(event.referral, 200, now=0.0)
    peer.stack.end(event.session, now=0.0)
    peer.stack.end(event.session, now=0.0)
    assert peer.hear() == []
    last = sent_request(peer.reply(trying, 200))
    assert told(last)[0] == b"SIP/2.0 200 OK\r\n"
    bye = sent_request(peer.reply(last, 200))
    assert bye.method == "BYE"
    peer.reply(bye, 200)
    peer.assert_over()


def test_our_bye_does_not_wait_for_ever() -> None:
    peer = Peer()
    _, event, trying = followed(peer)
    peer.reply(trying, 200)
    peer.stack.transfers.report(event.referral, 486, now=0.0)
    peer.stack.end(event.session, now=0.0)
    assert "BYE" not in [each.method for each in peer.wait(HEARING - 0.1) if isinstance(each, Request)]
    assert "BYE" in [each.method for each in peer.wait(0.2) if isinstance(each, Request)]
    peer.assert_over()


def test_a_peer_that_hangs_up_itself_meanwhile_gets_no_bye() -> None:
    peer = Peer()
    tag, event, trying = followed(peer)
    peer.reply(trying, 200)
    peer.stack.transfers.report(event.referral, 200, now=0.0)
    last = sent_request(peer.hear())
    peer.stack.end(event.session, now=0.0)
    (answer,) = peer.say(request("BYE", to_tag=tag, cseq=3, branch="z9hG4bK-b"))
    assert isinstance(answer, Response)
    assert answer.status == 200
    assert peer.reply(last, 481) == []
    peer.assert_over()
