"""A caller and a callee joined by a wire, for tests of whole calls in virtual time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sip.events import InviteReceived, SessionAnswered, SessionReoffered
from sip.stack import CallerIdentity, Target
from tests.kit.builders import ANSWER, LOCAL, OFFER, PEER, stack
from tests.kit.wire import End, Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from sip.events import Event
    from sip.session.session import Session
    from tests.kit.wire import Fate

ALL_ZERO = {"dialogs": 0, "sessions": 0, "subscriptions": 0, "transactions": 0, "timers": 0, "connections": 0}
LONG = 400.0
"""Seconds after which every timer of a flow has run out."""


class Call:
    """Alice at PEER calls Bob at LOCAL. Bob rings, answers after `answer_after` seconds, or does what `bob` says."""

    def __init__(
        self,
        *,
        fate: Callable[[int, bytes], Fate] | None = None,
        delay: float = 0.01,
        answer_after: float | None = 0.0,
        talk: float | None = None,
    ) -> None:
        """Place the call; with `talk` Alice hangs up that long after the answer."""
        self.alice = End(stack("a", PEER), PEER)
        self.bob = End(stack("b", LOCAL), LOCAL)
        self.wire = Wire(self.alice, self.bob, fate=fate, delay=delay)
        self.answer_after = answer_after
        self.talk = talk
        self.bob.react = self._bob
        self.alice.react = self._alice
        self.theirs: Session | None = None
        self.ours = self.alice.stack.invite(
            Target("sip:bob@192.0.2.1"), caller=CallerIdentity("alice"), body=OFFER, now=0.0
        )

    @property
    def bobs(self) -> Session:
        """Bob's session."""
        assert self.theirs is not None
        return self.theirs

    def _bob(self, event: Event) -> None:
        if isinstance(event, InviteReceived):
            session = self.theirs = event.session
            if self.answer_after is not None:
                self.bob.stack.ring(session, now=self.wire.now)
                self.wire.at(self.wire.now + self.answer_after, lambda: self._answer(session))
        elif isinstance(event, SessionReoffered):
            self.bob.stack.accept_reoffer(event.session, ANSWER, now=self.wire.now)

    def _answer(self, session: Session) -> None:
        if session.state.name == "RECEIVED":
            self.bob.stack.answer(session, ANSWER, now=self.wire.now)

    def _alice(self, event: Event) -> None:
        if isinstance(event, SessionAnswered) and self.talk is not None:
            self.wire.at(self.wire.now + self.talk, self.alice_ends)
        elif isinstance(event, SessionReoffered):
            self.alice.stack.accept_reoffer(event.session, ANSWER, now=self.wire.now)

    def alice_ends(self) -> None:
        """Alice hangs up or cancels."""
        self.alice.stack.end(self.ours, now=self.wire.now)

    def bob_ends(self) -> None:
        """Bob hangs up or refuses."""
        self.bob.stack.end(self.bobs, now=self.wire.now)

    def bob_ends_if_called(self) -> None:
        """Bob hangs up if the INVITE ever reached him."""
        if self.theirs is not None:
            self.bob_ends()

    def run(self, until: float = LONG) -> Call:
        """Let time pass."""
        self.wire.run(until)
        return self

    def assert_over(self) -> None:
        """After everything both ends' tables are empty."""
        assert self.alice.stack.counters() == ALL_ZERO
        assert self.bob.stack.counters() == ALL_ZERO
