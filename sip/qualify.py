"""Asking peers with OPTIONS whether they are there (RFC 3261 s.11): phones behind NAT, and trunks.

Any final answer will do, since only somebody who is there can refuse. Whether a peer that is gone gets calls is
decided above, by PeerReachable and PeerUnreachable.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING
from zlib import crc32

from base.machine import Machine, Table
from sip.body import SDP
from sip.events import PeerReachable, PeerUnreachable
from sip.outside import outside_request, own_host
from sip.values import address

if TYPE_CHECKING:
    from sip.context import Context
    from sip.flow import Flow
    from sip.message import Response
    from sip.target import Target
    from sip.transaction.client import ClientTransaction


class PeerState(Enum):
    """What is known of a peer."""

    UNKNOWN = "not yet asked to the end"
    REACHABLE = "answers"
    UNREACHABLE = "does not answer"


class PeerInput(Enum):
    """What can come of a question."""

    ANSWERED = "any final answer"
    MISSED = "none in time, and the peer may miss another"
    GIVEN_UP = "none in time, as often as is borne"
    UNHEARD = "none in time as often, nor any before, from somebody who need not answer"


class PeerEffect(Enum):
    """What follows."""

    TELL_REACHABLE = "tell that it is there"
    TELL_UNREACHABLE = "tell that it is gone"
    ASK_AGAIN = "ask again at once"
    LEAVE_ALONE = "ask no more"


P, On, Do = PeerState, PeerInput, PeerEffect

PEER: Table[PeerState, PeerInput, PeerEffect] = Table(
    "peer",
    P.UNKNOWN,
    {
        (P.UNKNOWN, On.ANSWERED): (P.REACHABLE, (Do.TELL_REACHABLE,)),
        (P.UNKNOWN, On.MISSED): (P.UNKNOWN, (Do.ASK_AGAIN,)),
        (P.UNKNOWN, On.GIVEN_UP): (P.UNREACHABLE, (Do.TELL_UNREACHABLE,)),
        # Some phones have never heard of OPTIONS; that they registered is all that can be known of them.
        (P.UNKNOWN, On.UNHEARD): (P.UNKNOWN, (Do.LEAVE_ALONE,)),
        # A question that got lost must not cost an agent his calls, nor a dead phone a whole interval of them.
        (P.REACHABLE, On.MISSED): (P.REACHABLE, (Do.ASK_AGAIN,)),
        (P.REACHABLE, On.GIVEN_UP): (P.UNREACHABLE, (Do.TELL_UNREACHABLE,)),
        (P.UNREACHABLE, On.ANSWERED): (P.REACHABLE, (Do.TELL_REACHABLE,)),
    },
    absorbed={
        (P.REACHABLE, On.ANSWERED),
        (P.UNREACHABLE, On.MISSED),
        (P.UNREACHABLE, On.GIVEN_UP),
        (P.REACHABLE, On.UNHEARD),
        (P.UNREACHABLE, On.UNHEARD),
    },
)


@dataclass(frozen=True, slots=True)
class QualifyPlan:
    """How often a peer is asked, in seconds, and how much silence is borne."""

    every: float = 30.0
    timeout: float = 4.0
    """How long an answer may take; with UDP the question is repeated meanwhile (timer E)."""
    failures: int = 2
    """Questions without answer, one straight after the other, after which the peer is gone."""
    must_answer: bool = True
    """Whether one who has never answered is gone too; otherwise it is asked no more."""


class Peer:
    """One who is asked."""

    __slots__ = (
        "_asked_at",
        "_machine",
        "_missed",
        "_qualifier",
        "_transaction",
        "flow",
        "name",
        "plan",
        "round_trip",
        "target",
    )

    def __init__(
        self, qualifier: Qualifier, name: str, target: Target, flow: Flow, plan: QualifyPlan
    ) -> None:
        """Begin with nothing known."""
        self._qualifier = qualifier
        self._machine = Machine(PEER)
        self._missed = 0
        self._asked_at = 0.0
        self._transaction: ClientTransaction | None = None
        self.name = name
        self.target = target
        self.flow = flow
        self.plan = plan
        self.round_trip: float | None = None
        """Seconds that the last answer took."""

    @property
    def state(self) -> PeerState:
        """What is known of it."""
        return self._machine.state

    def lead(self, target: Target, flow: Flow, plan: QualifyPlan) -> None:
        """Begin anew at another target."""
        self.stop()
        self.target, self.flow, self.plan = target, flow, plan
        self._machine = Machine(PEER)
        self._missed = 0

    def schedule(self, *, now: float) -> None:
        """Set the next question: each peer has its own place in the interval, always the same."""
        place = crc32(self.name.encode("utf-8", "surrogateescape")) / 2**32 * self.plan.every
        due = now - now % self.plan.every + place
        self._set(due if due > now else due + self.plan.every)

    def ask(self, *, now: float) -> None:
        """Send one OPTIONS."""
        context = self._qualifier.context
        sender = address(f"sip:{own_host(self.flow)}", tag=context.ids.token())
        request = outside_request(
            context, "OPTIONS", self.target, self.flow, sender=sender, headers=(("Accept", SDP),)
        )
        self._asked_at = now
        self._set(now + self.plan.timeout)
        self._transaction = context.layer.request(request, self, now=now)

    def stop(self) -> None:
        """Ask no more, and wait for no answer."""
        self._qualifier.context.timers.cancel((self, "ASK"))
        self._drop()

    def on_timer(self, letter: str, *, now: float) -> None:
        """Time for a question, or no time left for the answer to the last."""
        if self._transaction is None:
            self.ask(now=now)
        else:
            self._drop()
            self._failed(408, now)

    def on_response(self, transaction: ClientTransaction, response: Response, *, now: float) -> None:
        """An answer."""
        if transaction is not self._transaction or response.status < 200:
            return
        self._transaction = None
        if response.status in (408, 430) and self.target.routes:
            self._failed(response.status, now)  # so says the last proxy before the peer
            return
        self._missed = 0
        self.round_trip = now - self._asked_at
        self._fire(PeerInput.ANSWERED, response.status, now)
        self.schedule(now=now)

    def on_no_response(self, transaction: ClientTransaction, status: int, *, now: float) -> None:
        """The transport says that nobody is there, or timer F ran out first."""
        if transaction is self._transaction:
            self._transaction = None
            self._failed(status, now)

    def _failed(self, status: int, now: float) -> None:
        self._missed += 1
        self.schedule(now=now)
        if self._missed < self.plan.failures:
            self._fire(PeerInput.MISSED, status, now)
        elif self.state is PeerState.UNKNOWN and not self.plan.must_answer:
            self._fire(PeerInput.UNHEARD, status, now)
        else:
            self._fire(PeerInput.GIVEN_UP, status, now)

    def _fire(self, event: PeerInput, status: int, now: float) -> None:
        for effect in self._machine.fire(event):
            match effect:
                case PeerEffect.TELL_REACHABLE:
                    self._qualifier.context.events.append(PeerReachable(self.name, self.round_trip or 0.0))
                case PeerEffect.TELL_UNREACHABLE:
                    self._qualifier.context.events.append(PeerUnreachable(self.name, status))
                case PeerEffect.ASK_AGAIN:
                    # Not before the last question's time is over: the transport may have refused it within a moment.
                    self._set(max(now, self._asked_at + self.plan.timeout))
                case PeerEffect.LEAVE_ALONE:
                    self._qualifier.forget(self.name)

    def _set(self, at: float) -> None:
        self._qualifier.context.timers.set((self, "ASK"), at)

    def _drop(self) -> None:
        if self._transaction is not None:
            self._transaction.abandon()
            self._transaction = None


class Qualifier:
    """All who are asked by one endpoint, each by a name of its own."""

    __slots__ = ("_peers", "context")

    def __init__(self, context: Context) -> None:
        """Begin with nobody."""
        self.context = context
        self._peers: dict[str, Peer] = {}

    def __len__(self) -> int:
        """How many are asked."""
        return len(self._peers)

    def find(self, name: str) -> Peer | None:
        """Somebody who is asked."""
        return self._peers.get(name)

    def watch(
        self, name: str, target: Target, flow: Flow, plan: QualifyPlan, *, is_known_good: bool, now: float
    ) -> Peer:
        """Ask from now on: at once, or at its place in the interval who was just heard in another way.

        Whoever is asked already goes on as before; somebody who was gone is asked at once.
        """
        peer = self._peers.get(name)
        if peer is None:
            peer = self._peers[name] = Peer(self, name, target, flow, plan)
        elif (peer.target, peer.flow, peer.plan) == (target, flow, plan):
            if peer.state is PeerState.UNREACHABLE:
                peer.stop()
                peer.ask(now=now)
            return peer
        else:
            peer.lead(target, flow, plan)
        if is_known_good:
            peer.schedule(now=now)
        else:
            peer.ask(now=now)
        return peer

    def forget(self, name: str) -> None:
        """Ask no more."""
        peer = self._peers.pop(name, None)
        if peer is not None:
            peer.stop()
