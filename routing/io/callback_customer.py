"""The customer's phone: called by one way after the other, until it answers or says why it does not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from calls.events import LegAnswered, LegEnded, LegProgressed
from calls.ways import TRY_ELSEWHERE, dial
from routing.callbacks.callback import Missed
from routing.io.callback_desk import CallbackWithdrawn
from sip import causes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calls.contact import Contact
    from calls.exchange import Exchange
    from calls.leg import Leg
    from calls.ways import FindWay, Way

_BY_STATUS = {
    404: Missed.UNREACHABLE,
    408: Missed.NO_ANSWER,
    410: Missed.UNREACHABLE,
    480: Missed.UNREACHABLE,
    484: Missed.UNREACHABLE,
    486: Missed.BUSY,
    487: Missed.NO_ANSWER,
    600: Missed.BUSY,
    603: Missed.BUSY,
    604: Missed.UNREACHABLE,
}
"""What a final status says of the customer; anything else is FAILED."""
_BY_CAUSE = {
    causes.NO_ANSWER: Missed.NO_ANSWER,
    18: Missed.NO_ANSWER,
    17: Missed.BUSY,
    21: Missed.BUSY,
    20: Missed.UNREACHABLE,
    27: Missed.UNREACHABLE,
}
"""What a Q.850 cause says: more than the status, which networks choose freely."""


def why_missed(ending: LegEnded) -> Missed:
    """Why the customer was not reached."""
    told = (_BY_CAUSE[each.cause] for each in ending.reasons if each.cause in _BY_CAUSE)
    return next(told, None) or _BY_STATUS.get(ending.status, Missed.FAILED)


async def usable(finds: Sequence[FindWay]) -> list[Way]:
    """The ways that lead somewhere now: trunks that are up."""
    found = []
    for find in finds:
        try:
            found.append(await find())
        except CentralitaError:
            continue
    return found


class CustomerCall:
    """One try. Whatever else comes to the contact's inbox meanwhile goes to `others`."""

    __slots__ = ("_agent", "_called", "_contact", "_exchange", "_others", "leg", "why")

    def __init__(
        self,
        exchange: Exchange,
        contact: Contact,
        called: Callable[[Contact, Leg], None],
        others: Callable[[object], None],
        agent: Leg | None = None,
    ) -> None:
        """`called` hears of the leg before anything is said or recorded; the `agent` waits on the line, or nobody."""
        self._exchange = exchange
        self._contact = contact
        self._called = called
        self._others = others
        self._agent = agent
        self.leg: Leg | None = None
        self.why: Missed | None = Missed.FAILED
        """Why the customer is not there; None once he or she has answered, or is not wanted any more."""

    async def run(self, ways: Sequence[Way], ring_timeout: float) -> bool:
        """Whether the customer answered."""
        until = asyncio.get_running_loop().time() + ring_timeout
        for way in ways:
            try:
                leg = dial(self._exchange, self._contact, way, self._agent)
            except CentralitaError:
                continue
            self.leg = self._contact.caller = leg
            self._called(self._contact, leg)
            ending = await self._answer(leg, until)
            if ending is None:
                self.why = None
                return leg.is_up
            self.why = why_missed(ending)
            if ending.status not in TRY_ELSEWHERE or ending.by != "remote":
                break
        return False

    async def _answer(self, leg: Leg, until: float) -> LegEnded | None:
        """How the leg ended without an answer; None: it answered, or is not wanted any more."""
        is_joined = False
        while True:
            match await self._contact.inbox.next(until):
                case None:
                    leg.hang_up(causes.NO_ANSWER)
                    return LegEnded(leg, "timeout", 408, causes.NO_ANSWER, "")
                case LegAnswered(leg=answered) if answered is leg:
                    return None
                case LegEnded(leg=gone) as ending if gone is leg:
                    return ending
                case LegEnded(leg=gone) if gone is self._agent:
                    leg.hang_up()
                    return LegEnded(leg, "local", 500, causes.INTERRUPTED, "the agent is gone")
                case LegProgressed(leg=heard) if heard is leg and self._agent is not None and not is_joined:
                    # The network's own ringing, or why the number cannot be reached: the agent hears it.
                    self._agent.stop()
                    self._exchange.plane.bridge(self._agent.stream.port, leg.stream.port)
                    is_joined = True
                case CallbackWithdrawn():
                    leg.hang_up()
                    return None
                case event:
                    self._others(event)
