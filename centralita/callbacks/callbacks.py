"""Callbacks of a node, put together: the rules that the files give, the promises that menus make, the calls out."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from time import time
from typing import TYPE_CHECKING, Any

from base.errors import CentralitaError
from calls.contact import Contact
from calls.destination import Number, Queue
from centralita.outside.outgoing import NumberApplication, shown_for_client
from centralita.state import CALLBACKS_FILE
from routing.callbacks.book import CallbackBook
from routing.callbacks.callback import CallbackRefused, Refused, Wish
from routing.callbacks.contact_hours import ContactHours
from routing.callbacks.do_not_call import DoNotCall
from routing.callbacks.documents import ClientCallbacksPart, read_weekdays
from routing.callbacks.numbers import country_of
from routing.callbacks.rules import CallbackRules
from routing.callbacks.settings import ClientCallbacks
from routing.hours.calendar import Timetable
from routing.hours.holidays import PublicHolidays
from routing.io.callback_application import CallbackApplication, CallbackMeans
from routing.io.callback_desk import CallbackDesk
from routing.io.callback_store import CallbackStore
from routing.io.queue_application import QueueApplication
from routing.numbers.inbound import NumberPlan
from routing.numbers.outbound import in_e164

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AsyncExitStack
    from pathlib import Path

    from base.ids import Ids
    from calls.events import Record
    from calls.leg import Leg
    from calls.ways import FindWay
    from centralita.configuration import Configuration
    from centralita.dispatcher import Application, Dispatcher
    from centralita.numbers import Numbers
    from centralita.present import Present
    from media.plane import Clip
    from routing.callbacks.callback import Callback
    from routing.callbacks.settings import QueueCallbacks
    from routing.io.distribution import Distribution

RINGING = ("ringing_tone", "ringing_pause")
"""The prompts by which an agent hears that the customer's phone rings."""


def rules_of(configuration: Configuration, do_not_call: DoNotCall) -> CallbackRules:
    """What the files say of callbacks."""
    home = country_of(configuration.centre.country)
    clients = {
        name: _client(client.callback, configuration, name, home)
        for name, client in configuration.clients.items()
    }
    otherwise = _client(ClientCallbacksPart(), configuration, None, home)
    owns = NumberPlan.of(configuration.routing).owns
    return CallbackRules(clients, otherwise, do_not_call, home=home, owns=owns)


def queues_of(configuration: Configuration) -> Mapping[str, QueueCallbacks]:
    """How each queue calls back."""
    return {name: queue.callback for name, queue in configuration.routing.queues.items()}


def _client(
    part: ClientCallbacksPart, configuration: Configuration, client: str | None, home: str | None
) -> ClientCallbacks:
    # The centre's own country: calls to others are dear, and a way to steal.
    own = () if home is None else (home,)
    return ClientCallbacks(
        ContactHours(_timetable(part, configuration, client)),
        frozenset(own if part.countries is None else part.countries),
        part.per_day,
        part.greeting,
        part.whisper,
    )


def _timetable(part: ClientCallbacksPart, configuration: Configuration, client: str | None) -> Timetable:
    named = configuration.hours.get(part.hours)
    if named is not None:
        return named.timetable
    span = part.span
    days = read_weekdays(part.days)
    week = tuple((span,) if span is not None and day in days else () for day in range(7))
    holidays = tuple(PublicHolidays(code) for code in part.holidays)
    return Timetable("callback", configuration.zone(client), week, holidays=holidays)


class Promises:
    """What menus ask for (ivr.io.books.Promises)."""

    __slots__ = ("_desk", "_find")

    def __init__(self, desk: CallbackDesk, find: Callable[[str], Contact | None]) -> None:
        """`find` finds a contact in progress."""
        self._desk = desk
        self._find = find

    async def promise(
        self, number: str, queue: str, *, client: str, contact: str, caller: str
    ) -> tuple[str, str]:
        """Promise it, unless it stands already or may not be."""
        found = self._find(contact)
        wish = Wish(client, queue, number, by=caller, contact=contact)
        try:
            callback = await self._desk.promise(wish if found is None else with_contact(wish, found))
        except CallbackRefused as refused:
            if refused.standing is not None:
                return "standing", refused.standing.id
            return ("unavailable" if refused.reason is Refused.UNKNOWN_QUEUE else "refused"), ""
        return "ok", callback.id

    async def take_back(self, reference: str) -> None:
        """Nobody was told."""
        with contextlib.suppress(CentralitaError):
            await self._desk.cancel(reference, "not told")


def with_contact(wish: Wish, contact: Contact) -> Wish:
    """What the call back inherits: who the customer is, what the menus know, and what agents must have."""
    place = contact.place
    waited = asyncio.get_running_loop().time() - place.joined if place is not None else 0.0
    return replace(
        wish,
        joined=time() - waited,
        language=contact.language,
        requires=tuple(sorted(contact.requires.items())),
        priority=contact.priority,
        attributes=tuple(contact.attributes.items()),
        line=contact.dnis,
    )


class ClientWording:
    """What is said in callbacks, as the client company's file has it (routing.io.callback_application.Wording)."""

    __slots__ = ("_desk", "_present")

    def __init__(self, present: Present, desk: CallbackDesk) -> None:
        """Both are asked at each call, so that a reload takes effect at once."""
        self._present = present
        self._desk = desk

    def greeting(self, contact: Contact) -> tuple[Clip, ...]:
        """Who calls; where calls are recorded, the words that tell of it too."""
        company = self._present.now().clients.get(contact.client or "")
        prompts = self._desk.book.admission.rules.of(contact.client or "").greeting
        if company is not None and company.recording.calls != "none":
            prompts += tuple(each for each in company.notice if each not in prompts)
        return self._said(prompts, contact.language)

    def whisper(self, contact: Contact, agent: str) -> tuple[Clip, ...]:
        """In the agent's language."""
        prompts = self._desk.book.admission.rules.of(contact.client or "").whisper
        return self._said(prompts, self._present.agent_language(agent))

    def ringing(self, contact: Contact) -> tuple[Clip, ...]:
        """A ringing tone; music in a centre without one."""
        return self._said(RINGING, contact.language) or self._present.music()

    def _said(self, prompts: Sequence[str], language: str | None) -> tuple[Clip, ...]:
        return tuple(clip for each in prompts for clip in self._present.said(each, language))


async def open_callbacks(
    state: Path,
    present: Present,
    distribution: Distribution,
    record: Record,
    resources: AsyncExitStack,
    begin: Callable[[Callback], Contact | None],
    hashed: Callable[[str], str],
) -> CallbackDesk:
    """The book as it was kept; nobody is called before `start`. Raises CallbackNotKept.

    `hashed` gives what stands in place of the numbers of persons who were erased.
    """
    store = CallbackStore(state / CALLBACKS_FILE)
    resources.push_async_callback(store.close)
    kept = await store.open()
    configuration = present.now()
    never = DoNotCall(configuration.do_not_call, kept.listed, hashed=hashed)
    book = CallbackBook(rules_of(configuration, never), queues_of(configuration), kept.callbacks, now=time())
    return CallbackDesk(book, store, distribution, record, begin)


class Outset:
    """Begins the contact that stands in a queue for a callback, and serves it."""

    def __init__(
        self,
        present: Present,
        numbers: Numbers,
        applications: Mapping[type, Application],
        desk: CallbackDesk,
        dispatcher: Dispatcher[Any],
        ids: Ids,
        record: Record,
    ) -> None:
        """Keep what every one needs; calls out and transfers are those of other contacts."""
        outside, queues = applications[Number], applications[Queue]
        assert isinstance(outside, NumberApplication)
        assert isinstance(queues, QueueApplication)
        self._present = present
        self._numbers = numbers
        self._outside = outside
        self._desk = desk
        self._dispatcher = dispatcher
        self._ids = ids
        self._record = record
        self.wording = wording = ClientWording(present, desk)
        means = CallbackMeans(queues, self.ways, self.called, wording, self._agents_of)
        self._application = CallbackApplication(means, desk)

    def begin(self, callback: Callback) -> Contact | None:
        """None while the node takes no more calls."""
        if self._dispatcher.is_draining:
            return None
        wish = callback.wish
        contact = Contact(
            self._ids.new(),
            ani=callback.number,
            display="",
            dnis=self.line(callback.wish.client, callback.wish.line),
            record=self._record,
        )
        contact.client, contact.language, contact.priority = wish.client, wish.language, wish.priority
        contact.requires, contact.attributes = dict(wish.requires), dict(wish.attributes)
        contact.record(
            "contact.opened",
            ani=contact.ani,
            dnis=contact.dnis,
            client=wish.client,
            language=wish.language,
            callback=callback.id,
            promised_in=wish.contact or None,
        )
        self._dispatcher.open(
            contact,
            lambda opened: self._application.serve(opened, callback),
            lambda: self._desk.left(callback.id, contact.id),
        )
        return contact

    def line(self, client: str, called: str = "") -> str:
        """The client company's number that is shown; unless it has one, the one that the customer `called`."""
        present = self._present.now()
        company = present.clients.get(client)
        own = company.caller_id if company is not None else None
        line = in_e164(own or called, present.routing.country) or ""
        return line if line.startswith("+") else self._numbers.line_of(client)

    def ways(self, contact: Contact) -> Sequence[FindWay]:
        """To a customer, by the trunks, in the name of the client company."""
        destination = self._numbers.outside(contact.ani)
        return self._outside.ways(contact, destination, shown_for_client) if destination is not None else ()

    def called(self, contact: Contact, leg: Leg) -> None:
        """Hear of a customer's leg before anything is said or recorded."""
        if self._present.asks_consent(contact.client):
            leg.exchange.recordings.withhold(leg)

    def _agents_of(self, queue: str) -> frozenset[str]:
        return frozenset(each.id for each in self._present.agents().values() if queue in each.queues)
