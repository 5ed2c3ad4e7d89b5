"""Conversations as somebody outside them may change them: acts of their agents, supervisors who come in, picks.

By the same implementation, and with the same rights, as by keys on a phone.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from calls.acts import ActAsked, NotNow
from calls.destination import Extension
from calls.events import LegAnswered, LegEnded
from calls.monitor import conversation
from calls.ways import Way, dial
from sip import causes

if TYPE_CHECKING:
    from collections.abc import Callable

    from calls.acts import Act
    from calls.contact import Contact
    from calls.exchange import Exchange
    from calls.leg import Leg
    from calls.monitor import MonitorMode
    from calls.talk import Talk
    from centralita.agents.monitoring import Monitoring
    from centralita.applications import Called
    from centralita.dispatcher import Dispatcher
    from routing.numbers.inbound import Route
    from sip.target import Target

_PATIENCE = 5.0
"""Seconds that a conversation may take to begin an act: only while it resolves a name."""
_RINGS = 30.0
"""Seconds that a supervisor's phone rings."""


class UnknownContact(CentralitaError):
    """No contact in progress has this id."""

    code = "unknown_contact"
    status = 404


class NoPhone(CentralitaError):
    """The supervisor's phone is not registered."""

    code = "no_phone"
    status = 480


class Conversations:
    """The conversations of a node."""

    def __init__(
        self,
        dispatcher: Dispatcher[Route],
        exchange: Exchange,
        monitoring: Monitoring,
        phone_of: Callable[[str], Target | None],
        called: Called,
    ) -> None:
        """`phone_of` finds the phone of an account, `called` hears of calls to one, so that no queue rings it."""
        self._dispatcher = dispatcher
        self._exchange = exchange
        self._monitoring = monitoring
        self._phone_of = phone_of
        self._called = called

    async def act(self, contact: str, act: Act, by: str) -> None:
        """Let the agent of a conversation do something. Raises UnknownContact and ActRefused."""
        talk = self._talk(contact)
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        talk.contact.inbox.post(ActAsked(act, by, answer))
        try:
            await asyncio.wait_for(answer, _PATIENCE)
        except TimeoutError:
            raise NotNow("the conversation is over, or does not answer") from None

    def monitor(self, contact: str, account: str, mode: MonitorMode | None) -> str:
        """Call a supervisor's phone into a conversation; without a mode to take it over. Gives the new contact's id.

        A supervisor who monitors it already is not called again: the mode of that call changes, or it takes over.

        Raises UnknownContact, NotAllowed, NotNow and NoPhone.
        """
        talk = self._talk(contact)
        if self._dispatcher.is_draining:
            raise NotNow("the node stops: no more calls are begun")
        agent = next((leg for leg in talk.parties if self._is_theirs(account, leg)), None)
        if agent is None:
            self._monitoring.check(account, None)
        found = conversation([agent]) if agent is not None else None
        if found is None:
            raise NotNow("no agent is in this conversation")
        already = next((each for each in talk.monitors if each.by == account), None)
        if already is not None:
            return already.ask(mode)
        target = self._phone_of(account)
        if target is None:
            raise NoPhone(f"no phone is registered for {account}")
        way = Way(target, talk.contact.caller_identity(), role="agent", begun=self._watch(account))
        own = self._exchange.open(account, account=account)
        own.caller = leg = dial(self._exchange, own, way, None)
        self._dispatcher.open(own, lambda contact: self._attend(contact, leg, found, account, mode))
        return own.id

    def _talk(self, contact: str) -> Talk:
        found = self._dispatcher.contact(contact)
        if found is None:
            raise UnknownContact(f"no contact {contact} is in progress")
        if found.talk is None:
            raise NotNow("nobody talks with the caller now")
        return found.talk

    def _is_theirs(self, account: str, leg: Leg) -> bool:
        try:
            self._monitoring.check(account, leg.account)
        except CentralitaError:
            return False
        return leg.is_up

    def _watch(self, account: str) -> Callable[[Leg], None]:
        def begun(leg: Leg) -> None:
            self._called(Extension(account), begun=True)
            leg.when_over(lambda: self._called(Extension(account), begun=False))

        return begun

    async def _attend(
        self, own: Contact, leg: Leg, found: tuple[Talk, Leg], account: str, mode: MonitorMode | None
    ) -> None:
        until = asyncio.get_running_loop().time() + _RINGS
        talk, agent = found
        while True:
            match await own.inbox.next(until):
                case None:
                    leg.hang_up(causes.NO_ANSWER)
                    return
                case LegEnded():
                    return
                case LegAnswered():
                    break
                case _:
                    pass
        if conversation([agent]) == (talk, agent):
            await self._monitoring.attend(own, leg, found, account, mode)
