"""One contact in one queue: music and announcements, exit keys, the phones that are called, then the conversation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from calls.events import DigitPressed, LegEnded, LegHeld, LegResumed
from calls.introduce import introduce
from calls.talk import Talk
from routing.commands import LookAgain, Overflow, RingAgent, StopRinging
from routing.io.agent_calls import AgentCalls
from routing.io.announcing import Announcing
from routing.io.rescue import FIRST, MOMENT, is_cut_off, strand
from routing.io.surveying import lead_to_survey
from routing.queues.entry import EntryJoin
from routing.settings import LeaveReason
from routing.skills import combine
from routing.waiting.announcer import Where
from routing.waiting.briefing import briefing
from routing.waiting.closing import ClosingTime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calls.contact import Contact
    from calls.destination import Destination, Queue
    from calls.leg import Leg
    from media.plane import Clip
    from routing.hours.opening import Openness
    from routing.io.queue_application import QueueApplication
    from routing.settings import QueueSettings
    from routing.waiting.briefing import Briefing
    from routing.waiting.sayings import Saying
    from routing.waiting.settings import Announcements


class Stay:
    """From joining to leaving, and the conversation with the agent who answered."""

    __slots__ = (
        "_agent_leg",
        "_announcing",
        "_app",
        "_caller",
        "_calls",
        "_closing",
        "_contact",
        "_destination",
        "_distribution",
        "_is_rescue",
        "_next",
        "_place",
        "_queue",
    )

    def __init__(self, app: QueueApplication, contact: Contact, caller: Leg, destination: Queue) -> None:
        """The caller has not joined yet."""
        self._app = app
        self._distribution = app.distribution
        self._contact = contact
        self._caller = caller
        self._destination = destination
        self._queue = destination.queue
        screen = app.screen(contact, self._queue)
        self._calls = AgentCalls(
            app.exchange, app.distribution, app.directory, contact, screen, self._briefing
        )
        now = app.distribution.now()
        self._place = app.rescuer.place(contact, self._queue, now=now)
        """From when the caller waits, maybe since an earlier call."""
        self._announcing = Announcing(caller, self._announcements(), self._spoken, self._where, now)
        self._is_rescue = False
        self._agent_leg: Leg | None = None
        """The agent's who has won the contact."""
        self._closing = ClosingTime()
        self._next: Destination | None = None

    async def run(self) -> Destination | None:
        """Wait, ring, talk. Returns where the contact goes next."""
        contact, caller = self._contact, self._caller
        self._distribution.join(self._entry(), contact.inbox)
        try:
            # Whoever is not let in is led on as they came: a call that is refused must cost the caller nothing.
            if self._distribution.core.position(contact.id) is not None:
                caller.answer()
                self._announcing.play_music(self._music())
            await self._wait()
            if self._agent_leg is not None:
                contact.place = None
                self._next = await self._talk(self._agent_leg)
                self._agent_leg = None
        finally:
            self._distribution.leave(contact.id, LeaveReason.SYSTEM)
            # An overflow that was on its way when the caller pressed a key is not one of the next queue.
            contact.inbox.drop(LookAgain, Overflow, RingAgent, StopRinging)
            self._calls.drop_all()
            if self._agent_leg is not None:
                self._agent_leg.hang_up()
        return self._next

    # --- waiting -------------------------------------------------------------------------------------------------

    async def _wait(self) -> None:
        inbox = self._contact.inbox
        is_over = False
        while not is_over:
            event = await inbox.next(self._due())
            if event is None:
                self._on_time(self._distribution.now())
            is_over = (event is not None and self._step(event)) or self._is_sent_away()
        self._announcing.hush()

    def _due(self) -> float | None:
        dues = (self._announcing.due(), self._closing.due())
        return min((each for each in dues if each is not None), default=None)

    def _on_time(self, now: float) -> None:
        self._announcing.speak(now)
        closes_at = self._closing.due()
        if closes_at is not None and closes_at <= now:
            self._look_at_hours()

    def _look_at_hours(self) -> Openness:
        openness = self._app.openness(self._queue, self._contact.client)
        self._closing.look(openness, self._settings().at_closing, now=self._distribution.now())
        return openness

    def _is_sent_away(self) -> bool:
        """Whether the caller has to go because the queue has closed meanwhile."""
        if not self._closing.must_go(is_ringing=self._calls.is_any):
            return False
        self._distribution.leave(self._contact.id, LeaveReason.CLOSED)
        self._calls.drop_all()
        self._leave_for(self._settings().overflow_for(LeaveReason.CLOSED), LeaveReason.CLOSED)
        return True

    def _step(self, event: object) -> bool:
        """Take one event while waiting; True when the waiting is over."""
        match event:
            case LegEnded(leg=leg) if leg is self._caller:
                self._distribution.leave(self._contact.id, LeaveReason.ABANDONED)
                self._calls.drop_all(event.reasons)
                self._leave_for(None, LeaveReason.ABANDONED)
                self._caller_gone(event)
                return True
            case DigitPressed(leg=leg) if leg is self._caller:
                return self._pressed(event.digit)
            case Overflow():
                self._leave_for(event.destination, event.reason)
                return True
            case RingAgent():
                self._calls.ring(event)
            case StopRinging():
                self._calls.stop(event)
            case LookAgain():
                self._announcing.adopt(self._announcements())
                self._announcing.play_music(self._music())
                self._look_at_hours()
            case _:
                self._announcing.take(event, self._distribution.now())
                self._agent_leg = self._calls.take(event)
        return self._agent_leg is not None

    def _pressed(self, key: str) -> bool:
        """A key that leads nowhere is ignored, and never told."""
        destination = self._settings().exit_keys.get(key)
        if destination is None:
            return False
        self._contact.record(
            "queue.exit_key", self._caller, queue=self._queue, key=key, position=self._where().position
        )
        self._distribution.leave(self._contact.id, LeaveReason.EXIT_KEY)
        self._calls.drop_all()
        self._leave_for(destination, LeaveReason.EXIT_KEY)
        return True

    def _leave_for(self, destination: Destination | None, reason: LeaveReason) -> None:
        """Without an agent: the place is kept for whoever comes back, or is called back."""
        self._next = destination
        self._contact.outcome = reason.value
        self._contact.place = replace(self._place, why="")

    # --- what it is made of --------------------------------------------------------------------------------------

    def _settings(self) -> QueueSettings:
        """Those in force at this moment."""
        return self._app.settings(self._queue)

    def _music(self) -> tuple[Clip, ...]:
        return self._app.voice.music(self._queue)

    def _spoken(self, sayings: Sequence[Saying]) -> tuple[Clip, ...]:
        return self._app.voice.spoken(sayings, self._contact.language)

    def _briefing(self, agent: str) -> tuple[Briefing, tuple[Clip, ...]]:
        """What an agent is told before the caller is put through."""
        told, voice = briefing(self._settings(), self._contact.client), self._app.voice
        return told, voice.spoken(told.sayings, self._app.agent_language(agent))

    def _where(self) -> Where:
        core = self._distribution.core
        return Where(core.position(self._contact.id), core.estimate(self._contact.id))

    def _entry(self) -> EntryJoin:
        contact, destination = self._contact, self._destination
        asked = combine(destination.requires, tuple(contact.requires.items()))
        requires = combine(self._app.language_skill(contact), asked)
        priority = max(destination.priority, contact.priority)
        place, openness = self._place, self._look_at_hours()
        # Whoever was cut off from an agent was let in already: only an emergency keeps him or her out.
        is_let_in = openness.is_open or (place.is_first and not openness.is_emergency)
        return EntryJoin(
            contact.id,
            contact.id,
            destination.queue,
            priority + FIRST if place.is_first else priority,
            requires,
            joined=place.joined,
            sticky=None if place.avoid else self._app.acquaintance.known_agent(contact),
            avoid=frozenset((*destination.avoid, *place.avoid)),
            refused=None if is_let_in else LeaveReason.CLOSED,
        )

    # --- callers who come back, or were cut off ---------------------------------------------------------------------

    def _announcements(self) -> Announcements:
        """The queue's own; whoever was here before is told that first, and not welcomed anew after a rescue."""
        settings, why = self._settings().announce, self._place.why
        if not why:
            return settings
        return replace(settings, greeting=(why,) if why == MOMENT else (why, *settings.greeting))

    def _caller_gone(self, ending: LegEnded) -> None:
        keep, now = self._settings().keep_place, self._distribution.now()
        self._app.rescuer.caller_gone(self._contact, self._place, ending, keep=keep, now=now)

    # --- the conversation ----------------------------------------------------------------------------------------

    async def _talk(self, agent_leg: Leg) -> Destination | None:
        """Until they part. The agent is in the call for as long as its leg, which may leave before the caller does."""
        agent = agent_leg.agent or ""
        agent_leg.when_over(lambda: self._distribution.bridge_ended(agent))

        def hears(event: object) -> None:
            match event:
                case LegHeld(leg=leg) | LegResumed(leg=leg) if leg is agent_leg:
                    self._distribution.held(agent, held=isinstance(event, LegHeld))
                case LegEnded(leg=leg) if leg is agent_leg and is_cut_off(event):
                    self._is_rescue = strand(talk, self._contact, leg)
                case LegEnded(leg=leg):
                    lead_to_survey(talk, self._contact, leg, self._queue, self._app.survey)
                case _:
                    pass

        introduce(agent_leg, to=self._caller)
        exchange = self._app.exchange
        exchange.recordings.conversing(self._caller)
        pair = (self._caller, agent_leg)
        desk, back = self._app.desk, self._destination
        talk = Talk(exchange, self._contact, pair, self._music, desk, hears, back=back)
        began, customer = self._distribution.now(), self._contact.caller
        with self._app.pulse.watching(self._caller, agent_leg):
            parting = await talk.run()
        if self._is_rescue:
            self._app.rescuer.agent_gone(self._contact, agent, self._place)
            return self._destination
        if self._caller.ending is not None and is_cut_off(self._caller.ending):
            self._caller_gone(self._caller.ending)
        if self._contact.caller is customer:
            self._app.acquaintance.talked(self._contact, agent, self._distribution.now() - began)
        if parting.is_stranded and self._contact.caller is not agent_leg:
            return self._destination  # nobody took the caller after a transfer: the queue's next agent will
        return talk.settle(parting)
