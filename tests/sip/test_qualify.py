"""Asking peers with OPTIONS (RFC 3261 s.11) in virtual time: who is there, who is gone, and when that is told."""

from __future__ import annotations

from collections import Counter

import pytest

from sip.errors import UnresolvedTarget
from sip.events import PeerReachable, PeerUnreachable
from sip.flow import Flow
from sip.message import Request
from sip.qualify import PeerState, QualifyPlan
from sip.target import Target
from tests.kit.builders import LOCAL, PEER, stack
from tests.kit.phone import Peer
from tests.kit.wire import End, Wire

URI = f"sip:carrier@{PEER[0]}:{PEER[1]}"
PLAN = QualifyPlan(every=30.0, timeout=4.0, failures=2)


class Pair:
    """One who asks and one who is asked, on a wire that can be cut."""

    def __init__(self) -> None:
        self.asker = End(stack("a"), LOCAL)
        self.asked = End(stack("b", PEER), PEER)
        self.is_cut = False
        self.wire = Wire(self.asker, self.asked, fate=lambda _count, _data: () if self.is_cut else (0.01,))

    def watch(self, *, plan: QualifyPlan = PLAN, is_known_good: bool = False) -> None:
        self.asker.stack.qualify("carrier", Target(URI), plan, is_known_good=is_known_good, now=self.wire.now)

    def told(self) -> list[object]:
        return [each for each in self.asker.events if isinstance(each, PeerReachable | PeerUnreachable)]

    def asked_at(self) -> list[float]:
        return [
            round(at, 3)
            for (at, _, _), message in zip(self.wire.sent, self.wire.messages(), strict=True)
            if isinstance(message, Request)
        ]


def test_a_peer_is_asked_at_once_and_one_event_tells_that_it_is_there() -> None:
    pair = Pair()
    pair.watch()
    pair.wire.run(200.0)
    (told,) = pair.told()
    assert isinstance(told, PeerReachable)
    assert told.peer == "carrier"
    assert told.round_trip == pytest.approx(0.02)
    peer = pair.asker.stack.peer("carrier")
    assert peer is not None
    assert peer.state is PeerState.REACHABLE
    assert peer.round_trip == pytest.approx(0.02)


def test_the_questions_come_at_the_same_place_of_every_interval() -> None:
    pair = Pair()
    pair.watch()
    pair.wire.run(200.0)
    first, second, *rest = pair.asked_at()
    assert first == 0.0
    assert [round(each - second, 3) for each in rest] == [30.0 * turn for turn in range(1, len(rest) + 1)]


def test_many_peers_are_spread_over_the_interval() -> None:
    pair = Pair()
    for number in range(600):
        pair.asker.stack.qualify(f"phone {number}", Target(URI), PLAN, is_known_good=True, now=0.0)
    pair.wire.run(30.0)
    asked = Counter(int(at) for at in pair.asked_at())
    assert sum(asked.values()) == 600
    assert set(asked) == set(range(30))
    assert max(asked.values()) < 45


def test_one_lost_question_costs_nothing() -> None:
    pair = Pair()
    pair.watch()
    pair.wire.run(1.0)
    pair.is_cut = True
    before = len(pair.asked_at())
    while len(pair.asked_at()) == before:
        pair.wire.run(pair.wire.now + 0.5)
    pair.wire.run(pair.wire.now + 2.0)
    pair.is_cut = False
    pair.wire.run(pair.wire.now + 60.0)
    assert [type(each) for each in pair.told()] == [PeerReachable]


def test_a_peer_that_vanishes_is_gone_after_so_many_failures_and_comes_back_by_itself() -> None:
    pair = Pair()
    pair.watch()
    pair.wire.run(1.0)
    pair.is_cut = True
    pair.wire.run(1.0 + 30.0 + 2 * 4.0 + 0.1)
    assert pair.told()[1:] == [PeerUnreachable("carrier", 408)]
    pair.wire.run(600.0)
    assert len(pair.told()) == 2
    pair.is_cut = False
    pair.wire.run(631.0)
    assert [type(each) for each in pair.told()] == [PeerReachable, PeerUnreachable, PeerReachable]


def test_who_was_heard_just_now_is_not_asked_before_its_place_in_the_interval() -> None:
    pair = Pair()
    pair.watch(is_known_good=True)
    assert pair.asked_at() == []
    pair.wire.run(31.0)
    (asked,) = pair.asked_at()
    assert 0.0 < asked <= 30.0


def test_who_has_never_answered_and_need_not_is_asked_no_more() -> None:
    pair = Pair()
    pair.is_cut = True
    pair.watch(plan=QualifyPlan(must_answer=False))
    pair.wire.run(600.0)
    assert pair.told() == []
    assert pair.asker.stack.peer("carrier") is None
    assert max(pair.asked_at()) < 10.0
    assert pair.asker.stack.counters()["timers"] == 0


def test_who_need_not_answer_but_has_is_missed_when_gone() -> None:
    pair = Pair()
    pair.watch(plan=QualifyPlan(must_answer=False))
    pair.wire.run(100.0)
    pair.is_cut = True
    pair.wire.run(140.0)
    assert [type(each) for each in pair.told()] == [PeerReachable, PeerUnreachable]


@pytest.mark.parametrize("status", [200, 302, 401, 404, 405, 481, 501, 503, 603])
def test_any_final_answer_means_that_the_peer_is_there(status: int) -> None:
    peer = Peer()
    peer.stack.qualify("trunk", Target(URI), PLAN, now=0.0)
    (question,) = peer.hear()
    assert isinstance(question, Request)
    assert (question.method, question.uri_text) == ("OPTIONS", URI)
    assert question.header("Accept") == "application/sdp"
    peer.reply(question, 100, tag=None)
    assert peer.kinds() == []
    peer.now = 0.25
    peer.reply(question, status)
    assert peer.event(PeerReachable) == PeerReachable("trunk", 0.25)


def test_what_the_transport_refuses_counts_as_no_answer() -> None:
    peer = Peer()
    peer.stack.qualify("trunk", Target(URI), PLAN, now=0.0)
    peer.hear()
    peer.stack.transport_failed(PEER, now=0.1)
    peer.hear()
    assert peer.kinds() == []
    peer.wait(4.0)
    peer.stack.transport_failed(PEER, now=4.1)
    peer.hear()
    assert peer.event(PeerUnreachable) == PeerUnreachable("trunk", 503)


def test_behind_a_path_the_last_proxys_408_and_430_say_that_the_phone_is_gone() -> None:
    peer = Peer()
    target = Target("sip:1001@10.0.0.5:5062", routes=(f"<sip:{PEER[0]}:{PEER[1]};lr>",))
    peer.stack.qualify("1001", target, QualifyPlan(failures=1), is_known_good=False, now=0.0)
    (question,) = peer.hear()
    assert isinstance(question, Request)
    assert question.headers("Route") == [f"<sip:{PEER[0]}:{PEER[1]};lr>"]
    assert question.uri_text == "sip:1001@10.0.0.5:5062"
    peer.reply(question, 430)
    assert peer.event(PeerUnreachable) == PeerUnreachable("1001", 430)


def test_a_late_answer_to_a_question_given_up_changes_nothing() -> None:
    peer = Peer()
    peer.stack.qualify("trunk", Target(URI), QualifyPlan(every=30.0, timeout=4.0, failures=1), now=0.0)
    (question, *_) = peer.hear()
    assert isinstance(question, Request)
    peer.wait(4.5)
    peer.reply(question, 200)
    assert peer.kinds() == ["PeerUnreachable"]


def test_another_target_replaces_the_first_and_the_same_one_changes_nothing() -> None:
    peer = Peer()
    flow = Flow("UDP", LOCAL, ("192.0.2.3", 5060))
    peer.stack.qualify("1001", Target(URI), PLAN, is_known_good=True, now=0.0)
    due = peer.stack.next_timeout()
    peer.stack.qualify("1001", Target(URI), PLAN, is_known_good=True, now=0.0)
    assert peer.stack.next_timeout() == due
    peer.stack.qualify("1001", Target(URI, flow=flow), PLAN, is_known_good=True, now=0.0)
    peer.stack.handle_timeout(now=due or 0.0)
    assert [to.remote for _, to in peer.stack.take_output()] == [flow.remote]


def test_who_is_forgotten_is_asked_no_more_and_leaves_nothing() -> None:
    peer = Peer()
    peer.stack.qualify("trunk", Target(URI), PLAN, now=0.0)
    peer.hear()
    peer.stack.stop_qualifying("trunk")
    peer.stack.stop_qualifying("trunk")
    assert peer.stack.peer("trunk") is None
    assert peer.wait(100.0) == []
    peer.assert_over()


def test_a_name_without_an_address_cannot_be_asked() -> None:
    with pytest.raises(UnresolvedTarget):
        Peer().stack.qualify("trunk", Target("sip:carrier.example"), PLAN, now=0.0)
