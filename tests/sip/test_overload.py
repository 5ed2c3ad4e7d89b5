"""Overload control: set limits, measured load, and that only new calls are refused (RFC 6357, RFC 3261 s.21.5.4)."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.ids import SequenceIds
from sip.io.load import LoadProbe
from sip.io.udp import UdpListener
from sip.listener import Listener
from sip.message import Request, Response
from sip.protection.overload import Overload, OverloadLimits
from sip.stack import Stack
from tests.kit.builders import OFFER, Everybody, request
from tests.kit.phone import Peer

if TYPE_CHECKING:
    from collections.abc import Callable

    from sip.flow import Flow
    from sip.session.session import Session
    from sip.verdicts import Admitted


def overload(**limits: object) -> Overload:
    return Overload(OverloadLimits(**limits), SequenceIds())  # type: ignore[arg-type]


def press(made: Overload, times: int, *, since: float = 0.0, lag: float = 1.0, cpu: float = 0.0) -> float:
    """Measure so often, ten times a second; the time after it."""
    for turn in range(times):
        made.measure(lag=lag, unread=0.0, cpu=cpu, now=since + turn * 0.1)
    return since + times * 0.1


def refused(made: Overload, calls: int, *, now: float) -> int:
    """How many of so many new calls are refused at that moment."""
    return sum(made.wait(0, now=now) > 0 for _ in range(calls))


def test_without_limits_and_load_nothing_is_refused() -> None:
    made = overload()
    assert refused(made, 1000, now=0.0) == 0
    assert not made.is_refusing


def test_calls_beyond_the_set_number_are_refused() -> None:
    made = overload(max_calls=10)
    assert made.wait(9, now=0.0) == 0
    assert made.wait(10, now=0.0) > 0
    assert made.wait(9, now=0.0) == 0
    assert made.tally["overload_calls"] == 1


def test_as_many_calls_come_in_each_second_as_are_set() -> None:
    made = overload(calls_per_second=100.0)
    accepted = 0
    for turn in range(6000):  # 600 a second for ten seconds
        now = turn / 600
        if not made.wait(0, now=now):
            made.take(now=now)
            accepted += 1
    assert 1000 <= accepted <= 1050
    assert made.tally["overload_rate"] == 6000 - accepted


def test_a_rate_below_one_in_a_second_still_lets_calls_in() -> None:
    made = overload(calls_per_second=0.5)
    taken = []
    for second in range(10):
        if not made.wait(0, now=float(second)):
            made.take(now=float(second))
            taken.append(second)
    assert taken == [0, 2, 4, 6, 8]


def test_asking_alone_uses_nothing_up() -> None:
    """The first INVITE of a phone is challenged: only what is admitted counts."""
    made = overload(calls_per_second=1.0)
    assert refused(made, 100, now=0.0) == 0


def test_callers_are_told_different_times() -> None:
    made = overload(max_calls=1, retry_after=(5, 20))
    times = {made.wait(1, now=0.0) for _ in range(100)}
    assert times == set(range(5, 21))


def test_one_pause_is_no_overload() -> None:
    made = overload()
    press(made, 2)
    assert refused(made, 100, now=0.4) == 0
    press(made, 1, lag=0.0)
    press(made, 2)
    assert refused(made, 100, now=1.0) == 0


def test_a_lasting_lag_has_ever_more_new_calls_refused_until_all_are() -> None:
    made = overload()
    counts = []
    now = press(made, 2)
    for _ in range(6):
        now = press(made, 1, since=now)
        counts.append(refused(made, 100, now=now))
    assert counts == [20, 40, 60, 80, 100, 100]


def test_between_the_limits_the_share_stays_and_below_them_it_shrinks() -> None:
    made = overload()
    now = press(made, 4)
    assert made.share == pytest.approx(0.4)
    now = press(made, 50, since=now, lag=0.15)
    assert made.share == pytest.approx(0.4)
    press(made, 20, since=now, lag=0.05)
    assert made.share == 0.0


def test_unread_datagrams_and_the_processor_count_as_load() -> None:
    made = overload(max_cpu=0.9)
    for turn in range(4):
        made.measure(lag=0.0, unread=0.6, cpu=0.0, now=turn / 10)
    assert made.share > 0
    made = overload(max_cpu=0.9)
    press(made, 4, lag=0.0, cpu=0.95)
    assert made.share > 0
    press(made, 40, lag=0.0, cpu=0.85)
    assert made.share > 0, "just below the limit is not yet over"
    press(made, 40, lag=0.0, cpu=0.7)
    assert made.share == 0


def test_a_processor_without_limit_may_be_full() -> None:
    made = overload()
    press(made, 100, lag=0.0, cpu=1.0)
    assert made.share == 0


def test_beginning_and_end_are_told_once() -> None:
    made = overload(max_calls=1)
    told: list[tuple[bool, str]] = []
    made.on_change = lambda refusing, why: told.append((refusing, why))
    for turn in range(10):
        made.wait(1, now=turn * 1.0)
        press(made, 5, since=turn * 1.0, lag=0.0)
    press(made, 100, since=10.0, lag=0.0)
    assert told == [(True, "calls"), (False, "")]


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 1), st.floats(0, 1)), max_size=200))
def test_whatever_is_measured_calm_ends_it(measured: list[tuple[float, float, float]]) -> None:
    made = overload(max_cpu=0.9)
    for turn, (lag, unread, cpu) in enumerate(measured):
        made.measure(lag=lag, unread=unread, cpu=cpu, now=turn / 10)
        assert 0.0 <= made.share <= 1.0
        made.wait(0, now=turn / 10)
    press(made, 100, since=100.0, lag=0.0)
    assert refused(made, 10, now=200.0) == 0
    assert not made.is_refusing


def test_reloaded_limits_take_over() -> None:
    made = overload(calls_per_second=100.0)
    made.configure(OverloadLimits(calls_per_second=2.0))
    for _ in range(10):
        if not made.wait(0, now=0.0):
            made.take(now=0.0)
    assert made.tally["overload_rate"] == 9


# In the stack: what is refused, how, and what is not.


class Choosy(Everybody):
    """Admits all, but has heard enough of strays."""

    def __init__(self, *, tolerant: bool = True) -> None:
        self.tolerant = tolerant
        self.asked = 0

    def tolerates(self, flow: Flow, *, now: float) -> bool:
        """As told."""
        return self.tolerant

    def admit(self, request: Request, flow: Flow, now: float) -> Admitted:
        """Count who was asked about."""
        self.asked += 1
        return super().admit(request, flow, now)


def busy(**limits: object) -> Peer:
    """A stack that has one call up and takes no further one."""
    made = Stack(SequenceIds("a"), admission=Choosy(), overload=overload(max_calls=1, **limits))
    made.listen("UDP", ("192.0.2.1", 5060))
    return Peer(made)


def another(**parts: object) -> bytes:
    return request(**{"call_id": "call-2", "branch": "z9hG4bK-2", "from_tag": "f2", "body": OFFER, **parts})  # type: ignore[arg-type]


@pytest.fixture
def peer() -> Peer:
    return busy()


@pytest.fixture
def session(peer: Peer) -> Session:
    return peer.answered_call()


def test_a_new_call_gets_503_with_retry_after_and_leaves_nothing(peer: Peer, session: Session) -> None:
    before = peer.stack.counters()
    (answer,) = peer.say(another())
    assert isinstance(answer, Response)
    assert answer.status == 503
    assert 5 <= int(answer.header("Retry-After") or "") <= 20
    assert answer.to.tag
    assert peer.stack.counters() == before
    assert peer.say(another(method="ACK", to_tag=answer.to.tag, body=b"")) == []


def test_it_is_refused_before_anybody_is_asked_who_calls(peer: Peer, session: Session) -> None:
    admission = peer.stack._reception.admission
    assert isinstance(admission, Choosy)
    before = admission.asked
    peer.say(another())
    assert admission.asked == before


def test_a_stranger_who_said_too_much_is_not_even_refused(peer: Peer, session: Session) -> None:
    admission = peer.stack._reception.admission
    assert isinstance(admission, Choosy)
    admission.tolerant = False
    assert peer.say(another()) == []


def test_the_call_in_progress_is_untouched(peer: Peer, session: Session) -> None:
    peer.say(another())
    (answer,) = peer.say_inside(session, "OPTIONS", cseq=2)
    assert isinstance(answer, Response)
    assert answer.status == 200
    peer.say_inside(session, "INVITE", cseq=3, body=OFFER)
    peer.stack.accept_reoffer(session, OFFER, now=peer.now)
    (answer,) = peer.hear()
    assert isinstance(answer, Response)
    assert answer.status == 200
    peer.say_inside(session, "ACK", cseq=3)
    (answer,) = peer.say_inside(session, "BYE", cseq=4)
    assert isinstance(answer, Response)
    assert answer.status == 200
    peer.assert_over()


def test_an_invite_that_came_in_is_not_refused_when_it_is_repeated(peer: Peer) -> None:
    session = peer.call()
    peer.say(request(body=OFFER))
    peer.stack.answer(session, b"v=0", now=peer.now)
    assert [getattr(each, "status", 0) for each in peer.hear()] == [200]


def test_when_the_call_is_over_the_next_one_comes_in(peer: Peer, session: Session) -> None:
    assert [getattr(each, "status", 0) for each in peer.say(another())] == [503]
    peer.say_inside(session, "BYE", cseq=2)
    assert peer.say(another(branch="z9hG4bK-3")) == []


@pytest.mark.parametrize("method", ["OPTIONS", "REGISTER", "CANCEL", "MESSAGE"])
def test_other_requests_are_served_as_ever(peer: Peer, session: Session, method: str) -> None:
    (answer,) = peer.say(another(method=method, body=b""))
    assert isinstance(answer, Response)
    assert answer.status != 503


def test_a_call_that_replaces_one_in_progress_is_no_new_one(peer: Peer, session: Session) -> None:
    replaces = f"{session.call_id};to-tag={session.local_tag};from-tag={session.remote_tag}"
    answers = peer.say(another(headers=(("Replaces", replaces),)))
    assert all(getattr(each, "status", 0) != 503 for each in answers)


def test_our_own_calls_do_not_count(peer: Peer) -> None:
    peer.placed_call()
    assert peer.say(another()) == []


# The probe: how late the loop is, what waits unread, what the thread costs.


class SlowLoop:
    """A clock that is called as late as told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.due: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, at: float, action: Callable[[], None]) -> SlowLoop:
        self.due.append((at, action))
        return self

    def cancel(self) -> None:
        self.due.clear()

    def run(self, *, late: float) -> None:
        at, action = self.due.pop()
        self.now = at + late
        action()


def test_the_probe_tells_how_late_it_is_called() -> None:
    loop = SlowLoop()
    made = overload()
    probe = LoadProbe(cast("asyncio.AbstractEventLoop", loop), made, lambda: 0.0, lambda: 0.0)
    for _ in range(3):
        loop.run(late=0.3)
    assert made.share > 0
    for _ in range(10):
        loop.run(late=0.0)
    assert made.share == 0
    probe.close()
    assert loop.due == []


def test_the_probe_tells_what_waits_unread() -> None:
    loop = SlowLoop()
    made = overload()
    LoadProbe(cast("asyncio.AbstractEventLoop", loop), made, lambda: 0.8, lambda: 0.0)
    for _ in range(4):
        loop.run(late=0.0)
    assert made.share > 0


def test_the_probe_tells_how_long_what_was_read_has_waited() -> None:
    loop = SlowLoop()
    made = overload()
    LoadProbe(cast("asyncio.AbstractEventLoop", loop), made, lambda: 0.0, lambda: 0.5)
    for _ in range(4):
        loop.run(late=0.0)
    assert made.share > 0


async def test_what_waits_unread_in_a_socket_is_seen() -> None:
    loop = asyncio.get_running_loop()
    here = ("127.0.0.1", 0)
    nothing = lambda *_: None  # noqa: E731 - nobody is told
    listener = UdpListener(loop, Listener("UDP", here), here, receive=nothing, failed=nothing, after=nothing)
    try:
        assert listener.unread() == 0.0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(20):
                sender.sendto(b"x" * 1000, listener.local)
        assert 0.0 < listener.unread() < 1.0
    finally:
        await listener.close()
