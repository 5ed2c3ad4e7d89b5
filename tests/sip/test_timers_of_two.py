"""Any sequence of timer negotiations between two endpoints (RFC 4028): one refreshes, and only silence ends a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from sip.events import InviteReceived, SessionAnswered, SessionRefreshDue, SessionReoffered
from sip.session.expires import TimerPolicy
from sip.session.timer import TimerState
from sip.stack import CallerIdentity, Target
from tests.kit.builders import ANSWER, LOCAL, OFFER, PEER, stack
from tests.kit.wire import End, Wire

if TYPE_CHECKING:
    from sip.events import Event
    from sip.session.session import Session

POLICIES = st.builds(
    TimerPolicy,
    expires=st.integers(90, 4000),
    minimum=st.integers(90, 600),
    refresher=st.sampled_from(["any", "us", "peer"]),
).filter(lambda policy: policy.minimum <= policy.expires)


class Pair:
    """Two endpoints with timers of their own; each repeats its description when it has to refresh."""

    def __init__(self, one: TimerPolicy, other: TimerPolicy) -> None:
        self.alice, self.bob = (
            End(stack("a", PEER, timing=lambda _: one), PEER),
            End(stack("b", LOCAL, timing=lambda _: other), LOCAL),
        )
        self.wire = Wire(self.alice, self.bob)
        self.theirs: Session | None = None
        self.alice.react = lambda event: self._react(self.alice, event)
        self.bob.react = lambda event: self._react(self.bob, event)
        self.ours = self.alice.stack.invite(
            Target("sip:bob@192.0.2.1"), caller=CallerIdentity("alice"), body=OFFER, now=0.0
        )

    def _react(self, end: End, event: Event) -> None:
        now = self.wire.now
        if isinstance(event, InviteReceived):
            self.theirs = event.session
            end.stack.answer(event.session, ANSWER, now=now)
        elif isinstance(event, SessionReoffered):
            end.stack.accept_reoffer(event.session, ANSWER if end is self.bob else OFFER, now=now)
        elif isinstance(event, SessionRefreshDue):
            end.stack.reinvite(event.session, ANSWER if end is self.bob else OFFER, now=now)


@settings(deadline=None)
@given(
    POLICIES,
    POLICIES,
    st.lists(st.tuples(st.floats(1, 3000), st.booleans()), max_size=4),
)
def test_there_is_always_one_refresher_and_no_refreshed_call_ends(
    one: TimerPolicy, other: TimerPolicy, reinvites: list[tuple[float, bool]]
) -> None:
    pair = Pair(one, other)
    for at, is_alice in reinvites:
        end = pair.alice if is_alice else pair.bob

        def change(end: End = end, *, is_alice: bool = is_alice) -> None:
            session = pair.ours if is_alice else pair.theirs
            if session is not None and session.state.name == "CONFIRMED":
                end.stack.reinvite(session, OFFER if is_alice else ANSWER, now=pair.wire.now)

        pair.wire.at(at, change)
    pair.wire.run(12_000)
    assert isinstance(pair.alice.last(SessionAnswered), SessionAnswered)
    assert pair.theirs is not None
    states = {pair.ours.timer.machine.state, pair.theirs.timer.machine.state}
    assert states == {TimerState.OURS, TimerState.THEIRS}
    assert (pair.ours.state.name, pair.theirs.state.name) == ("CONFIRMED", "CONFIRMED")
    assert "SessionEnded" not in pair.alice.kinds() + pair.bob.kinds()


@settings(deadline=None)
@given(POLICIES, POLICIES, st.floats(1, 3000))
def test_when_one_end_vanishes_the_other_finds_out(
    one: TimerPolicy, other: TimerPolicy, gone_at: float
) -> None:
    pair = Pair(one, other)
    pair.wire.run(gone_at)
    del pair.wire.ends[LOCAL]
    pair.wire.run(gone_at + 5000)
    assert "SessionEnded" in pair.alice.kinds()
    assert set(pair.alice.stack.counters().values()) == {0}
