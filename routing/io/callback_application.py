"""Calls one customer back: holds an agent, dials the customer, and lets the two talk like any other caller and agent.

Agent first: the agent's phone rings, the agent is told what comes, hears the customer's phone ring, and talks.
Customer first: the agent is held free while the customer's phone rings, and rung once the customer has answered.
A try that comes to nothing sets the agent free at once, without wrap-up.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from calls.contact import Place
from calls.destination import Queue
from calls.events import AnswerGuessed, LegEnded, LegHeld, LegResumed, PlaybackFinished
from calls.talk import Talk
from routing.callbacks.callback import Missed, Order
from routing.commands import Overflow, RingAgent, StopRinging
from routing.io.agent_calls import AgentCalls
from routing.io.callback_customer import CustomerCall, usable
from routing.io.callback_desk import CallbackWithdrawn
from routing.io.rescue import is_cut_off, strand
from routing.io.surveying import lead_to_survey
from routing.queues.entry import EntryJoin
from routing.settings import LeaveReason
from routing.skills import combine
from routing.waiting.briefing import briefing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calls.contact import Contact
    from calls.destination import Destination
    from calls.leg import Leg
    from calls.ways import FindWay
    from media.plane import Clip
    from routing.callbacks.callback import Callback
    from routing.io.callback_desk import CallbackDesk
    from routing.io.queue_application import QueueApplication
    from routing.waiting.briefing import Briefing

LEAD = 10.0
"""Seconds that an agent is held longer than the customer's phone rings: to be reached, and greeted."""
SOON, LATER = 1.0, 60.0
"""Seconds until a callback stands again in the queue that sent it away: by the longest wait, or otherwise."""
LONGEST_SAYING = 15.0
"""Seconds after which something counts as said, whatever the plane tells."""


class Wording(Protocol):
    """What is said, by the client company and the language of the contact."""

    def greeting(self, contact: Contact) -> tuple[Clip, ...]:
        """To the customer: who calls, and that the call is recorded where it is."""

    def whisper(self, contact: Contact, agent: str) -> tuple[Clip, ...]:
        """To the agent: what comes."""

    def ringing(self, contact: Contact) -> tuple[Clip, ...]:
        """To the agent while the customer's phone rings and sends no sound of its own."""


@dataclass(frozen=True, slots=True)
class CallbackMeans:
    """What every callback needs beside what every caller of a queue does."""

    queues: QueueApplication
    ways: Callable[[Contact], Sequence[FindWay]]
    """To the customer, by the trunks, in the name of the client company."""
    called: Callable[[Contact, Leg], None]
    """Hears of the customer's leg before anything is said or recorded."""
    wording: Wording
    agents_of: Callable[[str], frozenset[str]]
    """The agents of a queue."""


class CallbackApplication:
    """One object for all callbacks; each call of `serve` is one attempt."""

    def __init__(self, means: CallbackMeans, desk: CallbackDesk) -> None:
        """Keep what every attempt needs."""
        self._means = means
        self._desk = desk

    async def serve(self, contact: Contact, callback: Callback) -> Destination | None:
        """Wait for an agent, dial, talk. Returns where the contact goes next."""
        return await _Attempt(self._means, self._desk, contact, callback).run()


class _Attempt:
    """One contact that stands in a queue for a customer."""

    def __init__(
        self, means: CallbackMeans, desk: CallbackDesk, contact: Contact, callback: Callback
    ) -> None:
        self._means = means
        self._desk = desk
        self._contact = contact
        self._callback = callback
        self._settings = desk.book.admission.settings(callback.wish.queue)
        self._queue = callback.wish.queue
        queues = self._queues = means.queues
        self._distribution = queues.distribution
        screen = queues.screen(contact, self._queue)
        self._phones = AgentCalls(
            queues.exchange, queues.distribution, queues.directory, contact, screen, self._briefing
        )
        self._held: dict[str, RingAgent] = {}
        """Reservations whose phones do not ring yet."""
        self._customer: Leg | None = None
        self._agent: Leg | None = None
        """Who has won."""
        self._has_talked = False
        self._is_rescue = False

    async def run(self) -> Destination | None:
        """From the queue to the end."""
        contact, distribution = self._contact, self._distribution
        distribution.join(self._entry(), contact.inbox)
        try:
            return await self._wait()
        finally:
            distribution.leave(contact.id, LeaveReason.SYSTEM)
            self._phones.drop_all()
            for leg in (self._customer, self._agent):
                if leg is not None:
                    leg.hang_up()

    def _entry(self) -> EntryJoin:
        wish, contact = self._callback.wish, self._contact
        waited = max(0.0, self._desk.now() - self._callback.joined)
        own = wish.agent or self._queues.acquaintance.known_agent(contact)
        others = wish.agent is not None and self._desk.is_free(wish.agent)
        return EntryJoin(
            contact.id,
            contact.id,
            wish.queue,
            wish.priority,
            combine(self._queues.language_skill(contact), wish.requires),
            joined=self._distribution.now() - waited,
            sticky=own,
            lead=self._settings.ring_timeout + LEAD if self._is_customer_first else 0.0,
            refused=None if self._is_open else LeaveReason.CLOSED,
            # While the customer's own agent is free, nobody else is asked.
            avoid=self._means.agents_of(wish.queue) - {own} if others else frozenset(),
        )

    def _briefing(self, agent: str) -> tuple[Briefing, tuple[Clip, ...]]:
        """What an agent is told who has answered, and which key takes the call where the queue asks for one."""
        queues, contact = self._queues, self._contact
        asked = briefing(replace(queues.settings(self._queue), whisper={}), contact.client)
        language = queues.agent_language(agent)
        said = self._means.wording.whisper(contact, agent)
        return asked, (*said, *queues.voice.spoken(asked.sayings, language))

    @property
    def _is_open(self) -> bool:
        """Whether the queue is, by its hours and the emergencies of its client company."""
        return self._queues.openness(self._queue, self._contact.client).is_open

    @property
    def _is_customer_first(self) -> bool:
        return self._callback.order is Order.CUSTOMER_FIRST

    async def _wait(self) -> Destination | None:
        """Until an agent is there for it, or it is sent away."""
        reference = self._callback.id
        while True:
            match await self._contact.inbox.next():
                case CallbackWithdrawn():
                    return self._over("withdrawn")
                case Overflow(reason=reason):
                    self._desk.postponed(reference, SOON if reason is LeaveReason.TIMEOUT else LATER)
                    return self._over(reason.value)
                case RingAgent() if not self._is_open:
                    self._desk.postponed(reference, LATER)
                    return self._over(LeaveReason.CLOSED.value)
                case RingAgent() if not await usable(self._means.ways(self._contact)):
                    # No agent's phone rings for a customer who cannot be called.
                    self._desk.postponed(reference, self._settings.retry[Missed.FAILED])
                    return self._over("failed")
                case RingAgent() as command:
                    if not self._desk.reserved(reference, command.agent):
                        return self._over("withdrawn")
                    if self._is_customer_first:
                        self._held[command.reservation] = command
                        return await self._call_customer_first()
                    self._phones.ring(command)
                case StopRinging() as stop:
                    self._phones.stop(stop)
                case event:
                    agent = self._phones.take(event)
                    if agent is not None:
                        return await self._call_for(agent)
            if not self._phones.is_any:
                self._desk.released(reference)

    def _won(self, agent: Leg) -> None:
        """The agent is out of the queue, and busy for as long as the leg."""
        self._agent = agent
        agent.when_over(self._agent_over)

    def _agent_over(self) -> None:
        agent = self._agent.agent if self._agent is not None else None
        if agent is not None:
            self._distribution.bridge_ended(agent)
            if not self._has_talked:  # there is nothing to be worked up
                self._distribution.end_wrap_up(agent)

    def _over(self, outcome: str, missed: Missed | None = None) -> Destination | None:
        """It came to nothing: there is nowhere to go next."""
        self._contact.outcome = outcome
        if missed is not None:
            self._desk.missed(self._callback.id, missed)
        return None

    # --- agent first ---

    async def _call_for(self, agent: Leg) -> Destination | None:
        """The agent is on the line: say what comes, call the customer, let them talk."""
        contact, wording = self._contact, self._means.wording
        self._won(agent)
        ringing = wording.ringing(contact)
        if ringing:
            agent.play(ringing, loop=True)
        customer = await self._dial()
        if customer is None:
            return None
        await self._said(customer, wording.greeting(contact))
        return await self._talk(customer, agent)

    async def _said(self, leg: Leg, clips: tuple[Clip, ...]) -> None:
        """Until it is said, or somebody is gone."""
        if not clips or leg.has_ended:
            return
        playback = leg.play(clips)
        until = asyncio.get_running_loop().time() + LONGEST_SAYING
        while not leg.has_ended:
            match await self._contact.inbox.next(until):
                case None:
                    return
                case PlaybackFinished(playback=number, leg=heard) if heard is leg and number == playback:
                    return
                case LegEnded(leg=gone) if gone in (self._agent, self._customer):
                    return
                case CallbackWithdrawn():
                    leg.hang_up()
                case _:
                    pass

    # --- customer first ---

    async def _call_customer_first(self) -> Destination | None:
        """An agent is held: call the customer, and ring the agent when he or she is there."""
        customer = await self._dial()
        if customer is None:
            return None
        if self._settings.hangs_up_on_machines:
            self._queues.exchange.guess_who_answers(customer)
        greeting = self._means.wording.greeting(self._contact)
        playback = customer.play(greeting) if greeting else None
        if playback is None:
            self._comfort(customer)
        for command in self._held.values():
            self._phones.ring(command)
        while True:
            match await self._contact.inbox.next():
                case LegEnded(leg=leg) if leg is customer:
                    return self._over("abandoned", Missed.NOT_CONNECTED)
                case CallbackWithdrawn() | Overflow():
                    return self._over("failed", Missed.NOT_CONNECTED)
                case AnswerGuessed(leg=leg, is_machine=True) if leg is customer:
                    return self._over("machine", Missed.MACHINE)
                case PlaybackFinished(leg=leg, playback=number) if leg is customer and number == playback:
                    self._comfort(customer)
                case RingAgent() as ring:
                    self._phones.ring(ring)
                case StopRinging() as stop:
                    self._phones.stop(stop)
                case event:
                    agent = self._phones.take(event)
                    if agent is not None:
                        self._won(agent)
                        return await self._talk(customer, agent)

    def _comfort(self, customer: Leg) -> None:
        clips = self._queues.voice.music(self._queue)
        if clips and not customer.has_ended:
            customer.play(clips, loop=True)

    # --- both ---

    async def _dial(self) -> Leg | None:
        """Call the customer by the first way that takes the call: who has answered."""
        contact, means, reference = self._contact, self._means, self._callback.id
        ways = await usable(means.ways(contact))
        if not ways:
            self._desk.postponed(reference, self._settings.retry[Missed.FAILED])
            self._over("failed")
            return None
        if not await self._desk.dialled(reference):
            self._over("withdrawn")
            return None
        call = CustomerCall(self._queues.exchange, contact, means.called, self._hold, self._agent)
        try:
            if await call.run(ways, self._settings.ring_timeout):
                return call.leg
        finally:
            self._customer = call.leg
        self._over(call.why.value if call.why is not None else "withdrawn", call.why)
        return None

    def _hold(self, event: object) -> None:
        """Agents are held, or not any more, while the customer's phone rings."""
        match event:
            case RingAgent():
                self._held[event.reservation] = event
            case StopRinging():
                self._held.pop(event.reservation, None)
            case _:
                pass

    async def _talk(self, customer: Leg, agent_leg: Leg) -> Destination | None:
        """Until they part, as any caller of the queue and any agent."""
        contact, queues = self._contact, self._queues
        if customer.has_ended or agent_leg.has_ended:
            return self._over("abandoned", Missed.NOT_CONNECTED)
        agent, back = agent_leg.agent or "", Queue(self._queue)

        def hears(event: object) -> None:
            match event:
                case LegHeld(leg=leg) | LegResumed(leg=leg) if leg is agent_leg:
                    self._distribution.held(agent, held=isinstance(event, LegHeld))
                case LegEnded(leg=leg) if leg is agent_leg and is_cut_off(event):
                    self._is_rescue = strand(talk, contact, leg)
                case LegEnded(leg=leg):
                    lead_to_survey(talk, contact, leg, self._queue, queues.survey)
                case _:
                    pass

        self._has_talked = True
        self._desk.connected(self._callback.id, agent)
        queues.exchange.recordings.conversing(customer)
        talk = Talk(
            queues.exchange,
            contact,
            (customer, agent_leg),
            lambda: queues.voice.music(self._queue),
            queues.desk,
            hears,
            back=back,
        )
        began = self._distribution.now()
        with queues.pulse.watching(customer, agent_leg):
            parting = await talk.run()
        if contact.caller is customer:
            queues.acquaintance.talked(contact, agent, self._distribution.now() - began)
        self._customer = None  # whoever stays is the business of where it goes next
        if self._is_rescue:
            queues.rescuer.agent_gone(contact, agent, Place(self._queue, began))
        if parting.is_stranded and contact.caller is not agent_leg:
            return back
        return talk.settle(parting)
