"""Whose turn it is to offer in one dialog, as its messages tell (RFC 3264 s.4, RFC 6337 s.2).

Follows only descriptions that count: those of requests, of 2xx and of reliable provisional responses. What they mean is
for whoever uses the session.
"""

from __future__ import annotations

from base.machine import Machine
from sip.negotiation import NEGOTIATION, NegotiationInput, NegotiationState

S, On = NegotiationState, NegotiationInput


class Turn:
    """One dialog's exchange. Total: a peer that speaks out of turn changes nothing."""

    __slots__ = ("_machine",)

    def __init__(self) -> None:
        """Nothing has been said."""
        self._machine = Machine(NEGOTIATION)

    @property
    def is_ours(self) -> bool:
        """Whether an offer of ours waits for its answer."""
        return self._machine.state in (S.OFFERED, S.REOFFERED)

    @property
    def is_theirs(self) -> bool:
        """Whether an offer of the peer's waits for ours."""
        return self._machine.state in (S.ASKED, S.REASKED)

    @property
    def is_open(self) -> bool:
        """Whether any offer waits."""
        return self.is_ours or self.is_theirs

    @property
    def has_agreed(self) -> bool:
        """Whether an exchange has been completed before."""
        return self._machine.state in (S.AGREED, S.REOFFERED, S.REASKED)

    def sent(self) -> None:
        """We have said something: the answer where one is due, else an offer."""
        self._feed(On.ANSWER if self.is_theirs else On.OFFER)

    def received(self) -> None:
        """The peer has said something: the answer where one is due, else an offer."""
        self._feed(On.PEER_ANSWER if self.is_ours else On.PEER_OFFER)

    def failed(self) -> None:
        """The open offer came to nothing."""
        self._feed(On.WITHDRAW)

    def _feed(self, event: NegotiationInput) -> None:
        if self._machine.can(event):
            self._machine.fire(event)
