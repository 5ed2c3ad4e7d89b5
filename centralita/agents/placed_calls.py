"""Calls that a page begins for an agent: the agent's phone rings first, then it is as if the agent had dialled.

The same numbers, lists and caps hold as for a call that is dialled at the phone, and the same account pays.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from calls.acts import LeadsNowhere, NotNow
from calls.destination import Extension, FeatureCode, Number, described
from calls.events import LegAnswered, LegEnded
from calls.ways import Way, dial
from centralita.agents.conversations import NoPhone
from centralita.callbacks.callbacks import RINGING
from centralita.outside.tolls import NotAllowedOut
from routing.agents.tables import State
from sip import causes
from sip.events import Caller
from sip.target import CallerIdentity

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.contact import Contact
    from calls.destination import Destination
    from calls.exchange import Exchange
    from calls.leg import Leg
    from centralita.applications import Called
    from centralita.dispatcher import Dispatcher
    from centralita.numbers import Numbers
    from centralita.outside.tolls import Tolls
    from centralita.present import Present
    from routing.io.distribution import Distribution
    from routing.numbers.inbound import Route
    from sip.target import Target

RINGS = 30.0
"""Seconds that the agent's phone rings."""
_FREE = (State.IDLE, State.WRAP_UP)
"""States in which an agent takes a call of his or her own."""


class PlacedCalls:
    """Begins them."""

    def __init__(
        self,
        present: Present,
        distribution: Distribution,
        dispatcher: Dispatcher[Route],
        exchange: Exchange,
        numbers: Numbers,
        tolls: Tolls,
        phone_of: Callable[[str], Target | None],
        called: Called,
    ) -> None:
        """`phone_of` finds the phone of an account, `called` hears of calls to one, so that no queue rings it."""
        self._present = present
        self._distribution = distribution
        self._dispatcher = dispatcher
        self._exchange = exchange
        self._numbers = numbers
        self._tolls = tolls
        self._phone_of = phone_of
        self._called = called

    def place(self, agent: str, number: str, client: str | None, by: str) -> str:
        """Ring an agent, then call a number; the id of the contact.

        Raises UnknownAgent, NoPhone, NotNow, LeadsNowhere and NotAllowedOut.
        """
        view = self._distribution.core.agent(agent)
        account, target = self._phone(agent)
        if self._dispatcher.is_draining:
            raise NotNow("the node stops: no more calls are begun")
        if view.state not in _FREE:
            raise NotNow(f"{agent} is {view.state.value}")
        route = self._route(number, account)
        contact = self._exchange.open(account, account=account, dialled=number, asked_by=by, agent=agent)
        if not self._numbers.allows(_caller(account), route):
            if isinstance(route.destination, Number):
                self._tolls.refused(contact, account, route.destination.number)
            contact.record(
                "contact.closed", outcome="refused", ended_by="centralita", status=403, cause=causes.REJECTED
            )
            raise NotAllowedOut(f"{number} is on no list of {agent}'s phone")
        contact.client = client or route.client
        way = Way(target, CallerIdentity(number), role="agent", begun=self._watch(account))
        contact.caller = leg = dial(self._exchange, contact, way, None)
        self._dispatcher.open(contact, lambda opened: self._attend(opened, leg, route))
        return contact.id

    def _phone(self, agent: str) -> tuple[str, Target]:
        settings = self._present.agents().get(agent)
        account = settings.account if settings is not None else None
        target = self._phone_of(account) if account is not None else None
        if account is None or target is None:
            raise NoPhone(f"no phone is registered for {agent}")
        return account, target

    def _route(self, number: str, account: str) -> Route:
        found = self._numbers.route(number, _caller(account))
        if found is None or isinstance(found.destination, FeatureCode):
            raise LeadsNowhere(f"{number} leads nowhere")
        if found.destination == Extension(account):
            raise LeadsNowhere(f"{number} is the agent's own phone")
        return found

    def _watch(self, account: str) -> Callable[[Leg], None]:
        def begun(leg: Leg) -> None:
            self._called(Extension(account), begun=True)
            leg.when_over(lambda: self._called(Extension(account), begun=False))

        return begun

    async def _attend(self, contact: Contact, leg: Leg, route: Route) -> Destination | None:
        """Until the agent has answered; then where the number leads."""
        until = asyncio.get_running_loop().time() + RINGS
        while True:
            match await contact.inbox.next(until):
                case None:
                    leg.hang_up(causes.NO_ANSWER)
                    contact.outcome = "abandoned"
                    return None
                case LegEnded(leg=gone) if gone is leg:
                    contact.outcome = "abandoned"
                    return None
                case LegAnswered(leg=answered) if answered is leg:
                    break
                case _:
                    pass
        contact.record(
            "contact.routed", client=contact.client, language=None, destination=described(route.destination)
        )
        tone = tuple(clip for each in RINGING for clip in self._present.said(each))
        if tone and isinstance(route.destination, Number):
            leg.play(tone, loop=True)
        return route.destination


def _caller(account: str) -> Caller:
    return Caller("internal", account, None, account, "", "")
