"""Calls out that somebody asks for by the API: a customer is called, and whoever answers is led to a menu or a queue.

Whom the client company may call, at what hour and how often, and what is shown and said first, is as in callbacks.
"""

from __future__ import annotations

import asyncio
from time import time
from typing import TYPE_CHECKING

from calls.acts import LeadsNowhere, NotNow
from calls.contact import Contact
from calls.destination import described
from calls.events import LegEnded, PlaybackFinished
from routing.io.callback_application import LONGEST_SAYING
from routing.io.callback_customer import CustomerCall, usable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from base.ids import Ids
    from calls.destination import Destination
    from calls.events import Record
    from calls.exchange import Exchange
    from calls.leg import Leg
    from calls.ways import Way
    from centralita.callbacks.callbacks import ClientWording, Outset
    from centralita.dispatcher import Dispatcher
    from routing.io.callback_desk import CallbackDesk
    from routing.numbers.inbound import Route

RINGS = 45.0
"""Seconds that the customer's phone rings."""


class Originating:
    """Begins them."""

    def __init__(
        self,
        outset: Outset,
        desk: CallbackDesk,
        dispatcher: Dispatcher[Route],
        exchange: Exchange,
        wording: ClientWording,
        ids: Ids,
        record: Record,
    ) -> None:
        """`outset` knows the ways to customers and our number that is shown, `desk` whom we may call."""
        self._outset = outset
        self._desk = desk
        self._dispatcher = dispatcher
        self._exchange = exchange
        self._wording = wording
        self._ids = ids
        self._record = record

    async def originate(
        self, number: str, client: str, to: Destination, *, language: str | None, by: str
    ) -> str:
        """Call a customer; the id of the contact. Raises CallbackRefused, NotNow and LeadsNowhere."""
        if self._dispatcher.is_draining:
            raise NotNow("the node stops: no more calls are begun")
        contact = Contact(
            self._ids.new(), ani=number, display="", dnis=self._outset.line(client), record=self._record
        )
        contact.client, contact.language = client, language
        contact.ani = self._desk.book.admission.at_once(number, client, now=time())
        ways = await usable(self._outset.ways(contact))
        if not ways:
            raise LeadsNowhere(f"no trunk that is up leads to {contact.ani}")
        contact.record(
            "contact.opened",
            ani=contact.ani,
            dnis=contact.dnis,
            client=client,
            language=language,
            initiation="api",
            direction="outbound",
            asked_by=by,
        )
        contact.record("contact.routed", client=client, language=language, destination=described(to))
        self._dispatcher.open(contact, lambda opened: self._serve(opened, ways, to))
        return contact.id

    async def _serve(self, contact: Contact, ways: Sequence[Way], to: Destination) -> Destination | None:
        call = CustomerCall(self._exchange, contact, self._outset.called, _pass_over)
        if not await call.run(ways, RINGS) or call.leg is None:
            contact.outcome = call.why.value if call.why is not None else "withdrawn"
            return None
        await self._said(contact, call.leg)
        return to

    async def _said(self, contact: Contact, leg: Leg) -> None:
        """Who calls, and that it is recorded where it is."""
        clips = self._wording.greeting(contact)
        if not clips or leg.has_ended:
            return
        playback = leg.play(clips)
        until = asyncio.get_running_loop().time() + LONGEST_SAYING
        while not leg.has_ended:
            match await contact.inbox.next(until):
                case None | LegEnded():
                    return
                case PlaybackFinished(playback=number, leg=heard) if heard is leg and number == playback:
                    return
                case _:
                    pass


def _pass_over(event: object) -> None:
    """Nobody else is in it."""
    del event
