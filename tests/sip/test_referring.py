"""REFER that we send: the NOTIFYs that tell what came of it (RFC 3515, RFC 4488, RFC 6665)."""

from __future__ import annotations

import pytest

from base.errors import LocalProtocolError
from base.secret import Secret
from sip.digest.login import Login
from sip.events import TransferReported
from sip.message import Request, Response
from tests.kit.builders import request
from tests.kit.phone import Peer

Headers = tuple[tuple[str, str], ...]


def ours(peer: Peer) -> tuple[str, Request]:
    """A call in which we have sent a REFER."""
    session = peer.answered_call()
    peer.stack.transfers.refer(session, "sip:carol@192.0.2.9", referred_by="<sip:us@192.0.2.1>", now=peer.now)
    (sent,) = peer.hear()
    assert isinstance(sent, Request)
    return session.local_tag, sent


def notify(
    peer: Peer,
    tag: str,
    fragment: bytes,
    state: str = "active;expires=60",
    *,
    event: str = "refer",
    cseq: int = 2,
) -> int:
    """The peer tells; our answer's status."""
    headers = (("Event", event), ("Subscription-State", state))
    (answer,) = peer.say(
        request(
            "NOTIFY",
            to_tag=tag,
            cseq=cseq,
            branch=f"z9hG4bK-n{cseq}",
            headers=headers,
            body=fragment,
            content_type="message/sipfrag",
        )
    )
    assert isinstance(answer, Response)
    return answer.status


def reports(peer: Peer) -> list[tuple[int, bool]]:
    return [(each.status, each.is_over) for each in peer.events if isinstance(each, TransferReported)]


def test_our_refer_is_followed_to_its_outcome() -> None:
    """RFC 3515 s.2.1, s.2.4.5."""
    peer = Peer()
    tag, sent = ours(peer)
    assert sent.method == "REFER"
    assert sent.header("Refer-To") == "<sip:carol@192.0.2.9>"
    assert sent.header("Referred-By") == "<sip:us@192.0.2.1>"
    assert sent.header("Contact")
    peer.reply(sent, 202)
    assert notify(peer, tag, b"SIP/2.0 180 Ringing\r\n") == 200
    final = b"SIP/2.0 200 OK\r\n"
    assert notify(peer, tag, final, "terminated;reason=noresource", event="refer;id=1", cseq=3) == 200
    assert reports(peer) == [(180, False), (200, True)]
    assert notify(peer, tag, final, cseq=4) == 481


def test_a_notify_may_come_before_the_202() -> None:
    """RFC 6665 s.4.1.2.4."""
    peer = Peer()
    tag, sent = ours(peer)
    assert notify(peer, tag, b"SIP/2.0 200 OK\r\n", "terminated;reason=noresource") == 200
    peer.reply(sent, 202)
    assert reports(peer) == [(200, True)]
    peer.wait(100.0)
    assert reports(peer) == [(200, True)]


@pytest.mark.parametrize(
    ("status", "is_lost"), [(405, False), (603, False), (401, False), (481, True), (408, True)]
)
def test_a_refused_refer_is_its_own_outcome(status: int, *, is_lost: bool) -> None:
    """A challenge without credentials is a refusal; 408 and 481 mean that the peer is gone (RFC 5057)."""
    peer = Peer()
    _, sent = ours(peer)
    peer.reply(sent, status)
    assert reports(peer) == [(status, True)]
    assert ("SessionEnded" in peer.kinds()) is is_lost


def test_a_refer_that_nobody_follows_up_is_given_up() -> None:
    peer = Peer()
    _, sent = ours(peer)
    peer.reply(sent, 202)
    peer.wait(33.0)
    assert reports(peer) == [(408, True)]


def test_a_peer_that_makes_no_subscription_has_said_all() -> None:
    """RFC 4488 s.4."""
    peer = Peer()
    _, sent = ours(peer)
    peer.reply(sent, 202, headers=(("Refer-Sub", "false"),))
    assert reports(peer) == [(202, True)]


def test_a_subscription_that_ends_without_an_outcome_is_a_failure() -> None:
    peer = Peer()
    tag, sent = ours(peer)
    peer.reply(sent, 202)
    assert notify(peer, tag, b"SIP/2.0 100 Trying\r\n", "terminated;reason=giveup") == 200
    assert reports(peer) == [(503, True)]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ((), 400),
        ((("Event", "refer"),), 400),
        ((("Event", "refer"), ("Subscription-State", "active;expires=x")), 400),
        ((("Event", "presence"), ("Subscription-State", "active")), 489),
        ((("Event", "refer;id=99"), ("Subscription-State", "active")), 481),
    ],
)
def test_a_notify_about_something_else_is_refused(headers: Headers, status: int) -> None:
    peer = Peer()
    tag, sent = ours(peer)
    peer.reply(sent, 202)
    (answer,) = peer.say(request("NOTIFY", to_tag=tag, cseq=2, branch="z9hG4bK-n", headers=headers))
    assert isinstance(answer, Response)
    assert answer.status == status


def test_only_one_refer_of_ours_at_a_time_and_none_outside_a_call() -> None:
    peer = Peer()
    session = peer.call()
    with pytest.raises(LocalProtocolError):
        peer.stack.transfers.refer(session, "sip:carol@192.0.2.9", now=0.0)
    other = Peer()
    ours(other)
    with pytest.raises(LocalProtocolError):
        other.stack.transfers.refer(next(iter(other.stack._context.sessions.values())), "sip:c@x", now=0.0)


def test_a_refer_of_ours_ends_with_its_call() -> None:
    peer = Peer()
    tag, sent = ours(peer)
    peer.reply(sent, 202)
    peer.say(request("BYE", to_tag=tag, cseq=2, branch="z9hG4bK-b"))
    peer.assert_over()
    assert reports(peer) == []


def test_a_refer_that_another_realm_than_the_call_s_challenges_gets_no_credentials() -> None:
    """RFC 3261 s.26.1.1: somebody on the way could ask for them."""
    peer = Peer()
    session = peer.answered_call()
    session.login = Login("us", Secret("a long password"), realm="carrier")
    peer.stack.transfers.refer(session, "sip:carol@192.0.2.9", now=0.0)
    (first,) = peer.hear()
    assert isinstance(first, Request)
    challenge = ("WWW-Authenticate", 'Digest realm="evil", nonce="n1", algorithm=MD5, qop="auth"')
    assert peer.reply(first, 401, headers=(challenge,)) == []
    assert reports(peer) == [(401, True)]


def test_a_challenged_refer_is_sent_again_with_credentials_and_followed_by_its_new_number() -> None:
    """RFC 3261 s.22.2; the NOTIFYs of the second carry its sequence number."""
    peer = Peer()
    session = peer.answered_call()
    session.login = Login("us", Secret("a long password"), realm="carrier")
    peer.stack.transfers.refer(session, "sip:carol@192.0.2.9", now=0.0)
    (first,) = peer.hear()
    assert isinstance(first, Request)
    challenge = ("WWW-Authenticate", 'Digest realm="carrier", nonce="n1", algorithm=MD5, qop="auth"')
    (second,) = peer.reply(first, 401, headers=(challenge,))
    assert isinstance(second, Request)
    assert second.header("Authorization")
    assert second.cseq.number == first.cseq.number + 1
    peer.reply(second, 202)
    final, event = b"SIP/2.0 200 OK\r\n", f"refer;id={second.cseq.number}"
    assert notify(peer, session.local_tag, final, "terminated;reason=noresource", event=event) == 200
    assert reports(peer) == [(200, True)]
    peer.stack.end(session, now=0.0)
    bye = peer.hear()[0]
    assert bye.cseq.number == second.cseq.number + 1
