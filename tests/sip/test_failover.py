"""When a server fails the next is tried (RFC 3263 s.4.3), sooner than Timer B if so wished; 503 with Retry-After."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sip.errors import ServersUnavailable
from sip.events import SessionAnswered, SessionRefused
from sip.locating.avoidance import MOST, Avoided
from sip.message import Request, Response
from sip.parser import parse
from sip.retry_after import retry_after
from sip.stack import CallerIdentity, Target
from tests.kit.builders import ANSWER, OFFER, PEER, stack
from tests.kit.calls import ALL_ZERO, LONG
from tests.kit.phone import Peer
from tests.kit.wire import End, Wire

URI = "sip:+34600111222@carrier.example"
DEAD = Target(URI, ("192.0.2.66", 5060), server="carrier.example", try_for=4.0)
ALIVE = Target(URI, PEER, server="carrier.example", transport="UDP")


def call(peer: Peer, target: Target) -> list[Request]:
    """The INVITEs that are sent at once."""
    peer.stack.invite(target, caller=CallerIdentity("ann"), body=OFFER, now=peer.now)
    return [each for each in peer.hear() if isinstance(each, Request)]


def test_a_silent_server_is_given_up_after_the_time_of_its_target() -> None:
    peer = Peer()
    call(peer, replace(DEAD, alternatives=(ALIVE,)))
    heard = peer.wait(3.9)
    assert {each.via.branch for each in heard} == {heard[0].via.branch}
    (again,) = peer.wait(0.2)
    assert isinstance(again, Request)
    assert again.via.branch != heard[0].via.branch
    assert again.call_id == heard[0].call_id


def test_a_single_silent_server_is_a_refusal_by_then() -> None:
    peer = Peer()
    call(peer, DEAD)
    peer.wait(4.1)
    assert peer.event(SessionRefused).status == 408
    assert peer.wait(28.0) == []  # its INVITE is not repeated any more
    peer.assert_over()


def test_any_answer_in_time_means_patience() -> None:
    peer = Peer()
    (invite,) = call(peer, Target(URI, PEER, server="carrier.example", try_for=4.0, alternatives=(DEAD,)))
    peer.reply(invite, 100, tag=None)
    assert peer.wait(60.0) == []


def late(answer_after: float, *, rings: bool) -> Wire:
    """A carrier that answers the first INVITE only when we have gone elsewhere."""
    us, carrier = End(stack("a", ("192.0.2.1", 5060)), ("192.0.2.1", 5060)), End(stack("b", PEER), PEER)
    wire = Wire(us, carrier)

    def react(event: object) -> None:
        session = getattr(event, "session", None)
        if type(event).__name__ == "InviteReceived" and session is not None:
            if rings:
                carrier.stack.ring(session, now=wire.now)
            else:
                carrier.stack.answer(session, ANSWER, now=wire.now)

    carrier.react = react
    # Each datagram to the carrier is under way that long; what comes back is quick.
    wire.fate = lambda _count, data: (answer_after,) if data.startswith(b"INVITE") else (0.01,)
    us.stack.invite(
        Target(URI, PEER, server="carrier.example", try_for=1.0),
        caller=CallerIdentity("ann"),
        body=OFFER,
        now=0.0,
    )
    wire.run(LONG)
    assert us.stack.counters() == ALL_ZERO
    assert carrier.stack.counters() == ALL_ZERO
    assert not any(isinstance(event, SessionAnswered) for event in us.events)
    return wire


def test_a_provisional_answer_that_comes_too_late_is_cancelled() -> None:
    wire = late(2.0, rings=True)
    assert wire.starts(("192.0.2.1", 5060)).count("CANCEL") == 1


def test_a_2xx_that_comes_too_late_is_acknowledged_and_ended() -> None:
    sent = late(2.0, rings=False).starts(("192.0.2.1", 5060))
    assert "ACK" in sent
    assert sent.count("BYE") == 1


def test_a_server_that_rings_too_late_and_never_says_the_last_word_is_forgotten() -> None:
    """RFC 3261 s.9.1: a cancelled INVITE without a final answer is over after 64*T1."""
    peer = Peer()
    (invite,) = call(peer, Target(URI, PEER, server="carrier.example", try_for=1.0))
    peer.wait(1.5)
    (cancel,) = peer.reply(invite, 180)
    assert isinstance(cancel, Request)
    assert (cancel.method, cancel.header("Reason")) == (
        "CANCEL",
        'SIP;cause=408;text="answered too late"',
    )
    assert peer.reply(invite, 180) == []
    peer.reply(cancel, 200)
    peer.wait(40.0)
    peer.assert_over()


def test_a_server_that_says_503_with_retry_after_is_left_alone_for_so_long() -> None:
    """RFC 3261 s.21.5.4."""
    peer = Peer()
    (invite,) = call(peer, ALIVE)
    peer.reply(invite, 503, headers=(("Retry-After", "60 (we are full)"),))
    with pytest.raises(ServersUnavailable) as refused:
        call(peer, ALIVE)
    assert refused.value.status == 503
    assert call(peer, replace(ALIVE, alternatives=(DEAD,)))  # there is another
    peer.wait(61.0)
    assert len(call(peer, ALIVE)) == 1


def test_503_without_retry_after_is_of_this_call_only() -> None:
    peer = Peer()
    (invite,) = call(peer, ALIVE)
    peer.reply(invite, 503)
    assert len(call(peer, ALIVE)) == 1


def test_a_phone_that_says_503_does_not_silence_all_behind_its_address() -> None:
    peer = Peer()
    phone = Target("sip:ann@192.0.2.2:5070")
    (invite,) = call(peer, phone)
    peer.reply(invite, 503, headers=(("Retry-After", "3600"),))
    assert len(call(peer, phone)) == 1


def test_a_server_that_was_silent_is_tried_last_for_a_while() -> None:
    peer = Peer()
    both = replace(DEAD, alternatives=(ALIVE,))
    call(peer, both)
    peer.wait(4.5)
    peer.stack.invite(both, caller=CallerIdentity("ann"), body=OFFER, now=peer.now)
    destinations = {flow.remote for data, flow in peer.stack.take_output() if data.startswith(b"INVITE")}
    assert destinations == {PEER}


def test_a_server_that_refuses_a_call_is_no_longer_tried_last() -> None:
    peer = Peer()
    both = replace(ALIVE, try_for=4.0, alternatives=(DEAD,))
    call(peer, both)
    peer.wait(4.5)
    (invite,) = call(peer, ALIVE)
    peer.reply(invite, 486)
    peer.stack.invite(both, caller=CallerIdentity("ann"), body=OFFER, now=peer.now)
    destinations = {flow.remote for data, flow in peer.stack.take_output() if data.startswith(b"INVITE")}
    assert destinations == {PEER}


def test_what_is_remembered_of_servers_is_bounded() -> None:
    avoided = Avoided()
    response = parse(b"SIP/2.0 503 No\r\nRetry-After: 99\r\nContent-Length: 0\r\n\r\n")
    assert isinstance(response, Response)
    for port in range(1, 3 * MOST):
        target = Target(URI, ("192.0.2.9", port), server="x")
        avoided.note(target, 503, response, now=0.0)
        avoided.note(target, 408, None, now=0.0)
    assert len(avoided._refusing) == len(avoided._failed) == MOST


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("18", 18.0), ("120 (later);duration=3", 120.0), ("-1", None), ("x", None), ("99999999999", None)],
)
def test_retry_after_is_read_with_its_comment_and_parameters(value: str, seconds: float | None) -> None:
    response = parse(f"SIP/2.0 503 No\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n".encode())
    assert isinstance(response, Response)
    assert retry_after(response) == seconds
