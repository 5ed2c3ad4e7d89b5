"""Whatever two ends do, in whatever order, over a wire that loses, doubles and overtakes: they agree in the end.

RFC 3261, RFC 3262 and RFC 3311 together: every transaction ends, every table is empty, no input meets a hole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from base.ids import SequenceIds
from sip.events import (
    InviteReceived,
    SessionAnswered,
    SessionReanswered,
    SessionReoffered,
    SessionRinging,
)
from sip.session.reliable import Reliability
from sip.session.table import SessionState
from sip.stack import CallerIdentity, Stack, Target
from tests.kit.builders import ANSWER, LOCAL, OFFER, PEER, Everybody
from tests.kit.wire import End, Wire

if TYPE_CHECKING:
    from sip.events import Event
    from sip.session.session import Session
    from tests.kit.wire import Fate

Act = Literal["ring", "progress", "answer", "reject", "update", "refresh", "reinvite", "ask", "end"]
ACTS: tuple[Act, ...] = (
    "ring",
    "progress",
    "answer",
    "reject",
    "update",
    "refresh",
    "reinvite",
    "ask",
    "end",
)
HELD = OFFER + b"a=sendonly\r\n"
MOST_LOST = 5
"""Datagrams lost in one run: fewer than any transaction sends, so that everything comes through in the end."""


class Pair:
    """Alice calls Bob; each does what the script says, if it can be done, and answers what it is asked."""

    def __init__(
        self, fates: list[list[float]], *, wanted: Reliability, pause: float, late: bool, refuses: bool
    ) -> None:
        self.refuses = refuses
        self.pause = pause
        self.alice = End(self._stack("a", PEER, wanted), PEER)
        self.bob = End(self._stack("b", LOCAL, wanted), LOCAL)
        self.wire = Wire(self.alice, self.bob, fate=lambda count, _data: self._fate(fates, count))
        self.alice.react = lambda event: self._heed(self.alice, event)
        self.bob.react = lambda event: self._heed(self.bob, event)
        self.theirs: Session | None = None
        self.ours = self.alice.stack.invite(
            Target("sip:bob@192.0.2.1"),
            caller=CallerIdentity("alice"),
            body=None if late else OFFER,
            now=0.0,
        )

    @staticmethod
    def _stack(prefix: str, address: tuple[str, int], wanted: Reliability) -> Stack:
        made = Stack(SequenceIds(prefix), admission=Everybody(), reliability=lambda profile: wanted)
        made.listen("UDP", address)
        return made

    @staticmethod
    def _fate(fates: list[list[float]], count: int) -> Fate:
        return fates[count] if count < len(fates) else (0.01,)

    def _heed(self, end: End, event: Event) -> None:
        """React, at once or after some thought."""
        if self.pause and not isinstance(event, InviteReceived):
            self.wire.at(self.wire.now + self.pause, lambda: self._react(end, event))
        else:
            self._react(end, event)

    def _react(self, end: End, event: Event) -> None:
        now, stack = self.wire.now, end.stack
        match event:
            case InviteReceived(session=session):
                self.theirs = session
            case SessionReoffered(session=session, offer=None):
                stack.accept_reoffer(session, OFFER, now=now)
            case SessionReoffered(session=session) if self.refuses:
                stack.refuse_reoffer(session, 488, now=now)
            case SessionReoffered(session=session):
                stack.accept_reoffer(session, ANSWER, now=now)
            case SessionRinging(session=session) | SessionAnswered(session=session):
                stack.acknowledge(session, ANSWER, now=now)
            case SessionReanswered(session=session, description=found) if found is not None:
                stack.acknowledge(session, ANSWER, now=now)
            case _:
                pass

    def act(self, who: str, act: Act) -> None:
        """Do something, if whoever does it may do it now."""
        end, session = (self.alice, self.ours) if who == "alice" else (self.bob, self.theirs)
        if session is None:
            return
        stack, now, state = end.stack, self.wire.now, session.state
        is_early = session.direction == "in" and state is SessionState.RECEIVED
        if act == "end":
            stack.end(session, now=now)
        elif act == "update":
            stack.update(session, HELD, now=now)
        elif act == "refresh":
            stack.update(session, now=now)
        elif act in ("reinvite", "ask") and state is SessionState.CONFIRMED:
            stack.reinvite(session, HELD if act == "reinvite" else b"", now=now)
        elif is_early and act == "ring":
            stack.ring(session, now=now)
        elif is_early and act == "progress":
            stack.ring(session, 183, ANSWER, now=now)
        elif is_early and act == "answer":
            stack.answer(session, ANSWER, now=now)
        elif is_early and act == "reject":
            stack.reject(session, 486, now=now)

    @property
    def is_up(self) -> tuple[bool, bool]:
        """Whether each end thinks that they talk."""
        return (
            self.ours.state is SessionState.CONFIRMED,
            self.theirs is not None and self.theirs.state is SessionState.CONFIRMED,
        )


ARRIVES = st.lists(st.floats(0.001, 3.0), min_size=1, max_size=3)


@st.composite
def fates(draw: st.DrawFn) -> list[list[float]]:
    """What becomes of the first datagrams: a few lost, others doubled or overtaken."""
    found = draw(st.lists(ARRIVES, max_size=40))
    for place in draw(st.lists(st.integers(0, 39), max_size=MOST_LOST)):
        if place < len(found):
            found[place] = []
    return found


@settings(max_examples=400, deadline=None)
@given(
    fates=fates(),
    script=st.lists(
        st.tuples(st.floats(0.0, 40.0), st.sampled_from(["alice", "bob"]), st.sampled_from(ACTS)), max_size=14
    ),
    answer_after=st.none() | st.floats(0.0, 20.0),
    wanted=st.sampled_from(Reliability),
    pause=st.just(0.0) | st.floats(0.01, 8.0),
    late=st.booleans(),
    refuses=st.booleans(),
)
def test_both_ends_agree_and_nothing_stays(
    fates: list[list[float]],
    script: list[tuple[float, str, Act]],
    answer_after: float | None,
    wanted: Reliability,
    pause: float,
    *,
    late: bool,
    refuses: bool,
) -> None:
    pair = Pair(fates, wanted=wanted, pause=pause, late=late, refuses=refuses)
    for at, who, act in script:
        pair.wire.at(at, lambda who=who, act=act: pair.act(who, act))  # type: ignore[misc]
    if answer_after is not None:
        pair.wire.at(answer_after, lambda: pair.act("bob", "answer"))
    pair.wire.run(400.0)
    alice_up, bob_up = pair.is_up
    assert alice_up == bob_up
    pair.act("alice", "end")
    pair.wire.run(500.0)
    pair.act("bob", "end")
    pair.wire.run(900.0)
    for end in (pair.alice, pair.bob):
        assert set(end.stack.counters().values()) == {0}
    finals = {"SessionEnded", "SessionRefused", "SessionCancelled"}
    assert sum(kind in finals for kind in pair.alice.kinds()) == 1
    assert sum(kind in finals for kind in pair.bob.kinds()) <= 1
