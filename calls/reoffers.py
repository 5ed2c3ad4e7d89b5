"""The offers and answers of a leg after its first (RFC 3261 s.14, RFC 3311): hold, resume, changes of the far end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.errors import CentralitaError
from sip.session.table import SessionState

if TYPE_CHECKING:
    from calls.leg import Leg
    from sip.sdp import SessionDescription


_UNDELIVERED = 503
"""What a request comes to whose connection is lost (RFC 3261 s.8.1.3.1)."""


class Reoffers:
    """What the far end wants changed, and what we do; one at a time, and of our own wishes only the last counts."""

    __slots__ = ("_direction", "_leg", "_offered", "_wish", "has_failed")

    def __init__(self, leg: Leg) -> None:
        """Belongs to a leg."""
        self._leg = leg
        self._direction = "sendrecv"
        """What we do if the far end lets us: it is ours to end a hold of ours."""
        self._wish: str | None = None
        """The direction that waits for its re-INVITE."""
        self._offered: str | None = None
        """The direction that our open re-INVITE asks for."""
        self.has_failed = False
        """Whether the last one could not be brought to the far end at all."""

    @property
    def is_open(self) -> bool:
        """Whether an offer waits for its answer."""
        return not self._leg.stream.is_settled

    def wish(self, direction: str) -> None:
        """Ask for a direction; while one description is still open that waits for its end."""
        self._wish = self._direction = direction
        self.settle()

    def settle(self) -> None:
        """Nothing is open any more, perhaps: whatever waits may go out."""
        if self._wish is not None and self._may_offer:
            wish = self._offered = self._wish
            self._wish = None
            self._leg.exchange.sip.reinvite(self._leg.session, self._leg.stream.offer(direction=wish))

    def refresh(self) -> bool:
        """The session has to be refreshed; while a description is open, that refreshes it, or we are asked again.

        Whether a re-INVITE went out.
        """
        if not self._may_offer:
            return False
        self._offered, self.has_failed = None, False
        self._leg.exchange.sip.reinvite(self._leg.session, self._leg.stream.repeat())
        return True

    def came(self, offer: SessionDescription | None) -> None:
        """The far end offers in re-INVITE, UPDATE or PRACK; refused with 488 nothing changes (RFC 3261 s.14.2)."""
        leg, sip = self._leg, self._leg.exchange.sip
        if offer is None:
            sip.accept_reoffer(leg.session, leg.stream.offer(direction=self._direction))
            return
        try:
            body = leg.stream.answer(offer, direction=self._direction)
        except CentralitaError as error:
            sip.refuse_reoffer(leg.session, error.status)
            return
        sip.accept_reoffer(leg.session, body)
        if leg.is_audible:
            leg.stream.connect()
        leg.follow_direction()
        self.settle()

    def answered(self, description: SessionDescription | None) -> None:
        """Our re-INVITE was accepted, or an offer of ours answered; without an answer all stays as it was."""
        leg = self._leg
        if description is None:
            if leg.stream.agreed is not None:
                leg.stream.withdraw()
        elif leg.stream.accept(description):
            leg.answered_early()
            leg.stream.connect()
            leg.follow_direction()
        self.settle()

    def refused(self, status: int) -> None:
        """Our re-INVITE was refused: everything stays as it was (RFC 3261 s.14.1).

        One that had to give way to the peer's is made again when that is settled.
        """
        self._leg.stream.withdraw()
        self.has_failed = status == _UNDELIVERED
        if status == 491:
            self._wish = self._wish or self._offered
        else:
            self.settle()

    @property
    def _may_offer(self) -> bool:
        leg = self._leg
        return leg.is_up and leg.stream.is_settled and leg.session.state is SessionState.CONFIRMED
