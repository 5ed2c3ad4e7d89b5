"""Whole calls between two stacks in virtual time, over wires that lose what they are told to lose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sip.events import SessionEnded, SessionRefused
from tests.kit.builders import LOCAL, PEER
from tests.kit.calls import Call

if TYPE_CHECKING:
    from tests.kit.wire import Fate


def lose_first(start: bytes) -> object:
    """A fate that loses the first datagram that begins so."""
    lost: list[bytes] = []

    def fate(_count: int, data: bytes) -> Fate:
        if data.startswith(start) and not lost:
            lost.append(data)
            return ()
        return (0.01,)

    return fate


def test_a_call_is_set_up_and_ended() -> None:
    call = Call(talk=5.0).run()
    assert call.alice.kinds() == ["SessionRinging", "SessionAnswered", "SessionEnded"]
    assert call.bob.kinds() == ["InviteReceived", "SessionConfirmed", "SessionEnded"]
    assert call.wire.starts() == ["INVITE", "180", "200", "ACK", "BYE", "200"]
    call.assert_over()


def test_the_callee_can_end_it() -> None:
    call = Call()
    call.wire.at(3.0, call.bob_ends)
    call.run()
    ended = call.alice.last(SessionEnded)
    assert isinstance(ended, SessionEnded)
    assert (ended.by, ended.cause) == ("remote", 16)
    call.assert_over()


@pytest.mark.parametrize("start", [b"INVITE", b"SIP/2.0 180", b"SIP/2.0 200", b"ACK", b"BYE"])
def test_a_lost_datagram_is_made_good(start: bytes) -> None:
    call = Call(talk=5.0, fate=lose_first(start)).run()  # type: ignore[arg-type]
    assert "SessionAnswered" in call.alice.kinds()
    assert call.alice.kinds()[-1] == "SessionEnded"
    assert "SessionConfirmed" in call.bob.kinds()
    assert call.bob.kinds()[-1] == "SessionEnded"
    call.assert_over()


@pytest.mark.parametrize("phase", range(3))
@pytest.mark.parametrize("ending", ["alice", "bob"])
def test_with_every_third_datagram_lost_the_call_sets_up_and_ends(phase: int, ending: str) -> None:
    call = Call(fate=lambda count, _: () if count % 3 == phase else (0.01,))
    call.wire.at(40.0, call.alice_ends if ending == "alice" else call.bob_ends)
    call.run()
    assert "SessionAnswered" in call.alice.kinds()
    assert "SessionConfirmed" in call.bob.kinds()
    assert call.alice.kinds()[-1] == call.bob.kinds()[-1] == "SessionEnded"
    call.assert_over()


def test_an_invite_that_nobody_hears_times_out_after_32_seconds() -> None:
    call = Call(fate=lambda _count, _data: ()).run()
    refused = call.alice.last(SessionRefused)
    assert isinstance(refused, SessionRefused)
    assert (refused.status, refused.cause) == (408, 102)
    assert [round(at, 3) for at, _, _ in call.wire.sent] == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    call.assert_over()


def test_a_2xx_never_acknowledged_is_sent_for_32_seconds_and_then_ended_by_bye() -> None:
    call = Call(fate=lambda _count, data: () if data.startswith(b"ACK") else (0.01,)).run()
    answers = [
        round(at - 0.01, 3)
        for at, sender, data in call.wire.sent
        if sender == LOCAL and data.startswith(b"SIP/2.0 200") and b"INVITE" in data
    ]
    assert answers == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert "BYE" in call.wire.starts(LOCAL)
    ended = call.bob.last(SessionEnded)
    assert isinstance(ended, SessionEnded)
    assert ended.by == "timeout"
    call.assert_over()


def test_a_call_is_answered_late_and_100_comes_after_200_ms() -> None:
    call = Call(answer_after=None)
    call.wire.at(3.0, lambda: call.bob.stack.answer(call.bobs, b"", now=call.wire.now))
    call.wire.at(6.0, call.alice_ends)
    call.run()
    assert call.wire.starts()[:4] == ["INVITE", "100", "200", "ACK"]
    assert call.wire.sent[1][0] == pytest.approx(0.21)
    call.assert_over()


def test_a_refused_call_is_acknowledged_and_forgotten() -> None:
    call = Call(answer_after=None)
    call.wire.at(1.0, lambda: call.bob.stack.reject(call.bobs, 486, now=call.wire.now))
    call.run()
    refused = call.alice.last(SessionRefused)
    assert isinstance(refused, SessionRefused)
    assert (refused.status, refused.reason, refused.cause) == (486, "Busy Here", 17)
    assert call.wire.starts()[-1] == "ACK"
    call.assert_over()


def test_a_lost_486_is_sent_again_after_t1() -> None:
    call = Call(answer_after=None, fate=lose_first(b"SIP/2.0 486"))  # type: ignore[arg-type]
    call.wire.at(1.0, lambda: call.bob.stack.reject(call.bobs, 486, now=call.wire.now))
    call.run()
    times = [at for at, _, data in call.wire.sent if data.startswith(b"SIP/2.0 486")]
    assert times == pytest.approx([1.0, 1.5])
    call.assert_over()


def test_byes_that_cross_end_both_sides() -> None:
    call = Call()
    call.wire.at(5.0, call.alice_ends)
    call.wire.at(5.0, call.bob_ends)
    call.run()
    assert call.wire.starts()[-4:] == ["BYE", "BYE", "200", "200"]
    call.assert_over()


def test_a_peer_that_vanished_does_not_keep_the_session() -> None:
    call = Call(fate=lambda _count, data: () if data.startswith(b"BYE") else (0.01,))
    call.wire.at(5.0, call.alice_ends)
    call.wire.at(60.0, call.bob_ends)
    call.run()
    call.assert_over()


@settings(max_examples=150, deadline=None)
@given(
    fates=st.lists(st.lists(st.floats(0.001, 3.0), max_size=3), min_size=1, max_size=30),
    ends=st.sampled_from(["alice", "bob", "both"]),
    at=st.floats(0.0, 20.0),
    answer_after=st.floats(0.0, 12.0),
    heal=st.booleans(),
)
def test_whatever_the_wire_does_both_ends_agree_and_nothing_stays(
    fates: list[list[float]], ends: str, at: float, answer_after: float, *, heal: bool
) -> None:
    def fate(count: int, _data: bytes) -> Fate:
        if heal and count >= len(fates):
            return (0.01,)
        return fates[count % len(fates)]

    call = Call(fate=fate, answer_after=answer_after)
    if ends in ("alice", "both"):
        call.wire.at(at, call.alice_ends)
    if ends in ("bob", "both"):
        call.wire.at(max(at, 13.0), call.bob_ends_if_called)
    call.run(900.0)
    if call.alice.stack.counters()["sessions"]:
        call.alice_ends()
        call.run(1800.0)
    if call.bob.stack.counters()["sessions"]:
        # Alice gave up on a wire that never carried her BYE; nothing but Bob's own hang-up can tell him.
        call.bob_ends()
        call.run(2700.0)
    call.assert_over()
    finals = {"SessionEnded", "SessionRefused", "SessionCancelled"}
    assert sum(kind in finals for kind in call.alice.kinds()) == 1
    assert sum(kind in finals for kind in call.bob.kinds()) <= call.bob.kinds().count("InviteReceived")
    assert call.wire.ends.keys() == {LOCAL, PEER}
