"""Whatever bytes arrive, in whatever state: the stack does not raise, and in the end forgets everything."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sip.events import InviteReceived, MalformedMessage, SessionReoffered
from sip.message import response_to
from tests.kit.builders import ANSWER, FLOW, OFFER, request, stack
from tests.kit.phone import Peer

TORTURE = [
    path.read_bytes() for path in sorted((Path(__file__).parents[1] / "data" / "torture").glob("*.dat"))
]
METHODS = ["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "REGISTER", "UPDATE", "PRACK", "X"]
SNIPPETS = [
    b"\r\n",
    b"\0",
    b'"',
    b"<",
    b">",
    b";",
    b",",
    b":",
    b"%",
    b"=",
    b" ",
    b"\xff",
    b"SIP/2.0",
    b"tag=",
    b"[",
    b"9" * 30,
]


def assert_nothing_was_found_late(peer: Peer) -> None:
    """The net in the stack's door caught nothing: the checks saw every fault."""
    reasons = [event.reason for event in peer.events if isinstance(event, MalformedMessage)]
    assert not [reason for reason in reasons if reason.startswith("found late")]


def mutated(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for at, length, new in changes:
        at %= len(data) + 1
        data = data[:at] + new + data[at + length :]
    return data


CHANGES = st.lists(
    st.tuples(
        st.integers(0, 2000), st.integers(0, 12), st.one_of(st.sampled_from(SNIPPETS), st.binary(max_size=6))
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_taken(data: bytes) -> None:
    made = stack()
    made.receive_datagram(data, FLOW, now=0.0)
    made.receive_datagram(b"INVITE sip:a@b SIP/2.0\r\n" + data, FLOW, now=0.0)
    made.receive_datagram(b"SIP/2.0 200 OK\r\n" + data, FLOW, now=0.0)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(TORTURE), CHANGES)
def test_any_damage_to_a_request_is_taken(data: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    peer = Peer()
    peer.say(mutated(data, changes))
    for event in list(peer.events):
        if isinstance(event, InviteReceived):
            peer.stack.ring(event.session, now=0.0)
            peer.stack.answer(event.session, ANSWER, now=0.0)
    peer.hear()
    peer.assert_over()
    assert_nothing_was_found_late(peer)


@settings(max_examples=300, deadline=None)
@given(
    status=st.sampled_from([100, 180, 200, 302, 401, 487, 500, 603]), changes=CHANGES, ending=st.booleans()
)
def test_any_damage_to_a_response_is_taken(
    status: int, changes: list[tuple[int, int, bytes]], *, ending: bool
) -> None:
    peer = Peer()
    session, invite = peer.placed_call()
    invite.fields["Record-Route"] = ["<sip:192.0.2.9;lr>"]
    peer.reply(invite, 180)
    data = response_to(invite, status, tag="p1", headers=(("Contact", "<sip:a@192.0.2.2>"),), body=ANSWER)
    peer.say(mutated(data, changes))
    if ending:
        peer.stack.end(session, now=0.0)
    peer.hear()
    peer.wait(100.0)
    peer.stack.end(session, now=peer.now)
    peer.assert_over()
    assert_nothing_was_found_late(peer)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(METHODS), st.integers(0, 6), st.integers(1, 3), st.booleans()), max_size=14
    )
)
def test_any_order_of_requests_in_a_dialog_is_taken(steps: list[tuple[str, int, int, bool]]) -> None:
    peer = Peer()
    session = peer.call(headers=(("Supported", "100rel"),))
    for turn, (method, action, cseq, repeat) in enumerate(steps):
        branch = f"z9hG4bK-{cseq if repeat else turn + 10}"
        tag = None if method == "CANCEL" else session.local_tag
        body = OFFER if method == "INVITE" or (method in ("UPDATE", "PRACK") and action % 2) else b""
        number = session.reliable.number if session.reliable is not None else 1
        rack = (("RAck", f"{number} 1 INVITE"),)
        peer.say(request(method, branch=branch, to_tag=tag, cseq=cseq, headers=rack, body=body))
        if action == 1 and session.state.name == "RECEIVED":
            peer.stack.answer(session, ANSWER, now=peer.now)
        elif action == 2 and session.reoffers.machine.state.name != "ANSWERED":
            peer.stack.accept_reoffer(session, ANSWER, now=peer.now)
        elif action == 3 and session.state.name in ("CONFIRMED", "ENDING", "ENDED"):
            peer.stack.reinvite(session, OFFER, now=peer.now)
        elif action == 4:
            peer.wait(1.0)
        elif action == 5 and session.state.name == "RECEIVED":
            peer.stack.ring(session, 183, ANSWER, now=peer.now)
        elif action == 6:
            peer.stack.update(session, OFFER, now=peer.now)
        peer.hear()
    assert all(event.session is session for event in peer.events if isinstance(event, SessionReoffered))
    peer.stack.end(session, now=peer.now)
    peer.assert_over()
    finals = {"SessionEnded", "SessionCancelled"}
    assert sum(kind in finals for kind in peer.kinds()) <= 1
